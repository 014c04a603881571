"""The charts of the report of a study, in the style of `charts`. Colour is never alone in telling two apart."""

from __future__ import annotations

from typing import Any

import altair as alt

from samspil.reports.charts import BLUE, GREY, INK, ORANGE, Drawing, Rows, data, scale, svg
from samspil.reports.language import Language

#: Letters of a label before it is broken into two lines.
_LONG = 20
#: Room for letters that are wider where the chart is read than where it is drawn.
_ROOM = {"left": 34, "top": 5, "right": 5, "bottom": 5}


def love(rows: Rows, largest: float, language: Language, name: str) -> Drawing:
    """Differences before and after matching by covariate. Rows have `covariate`, `before` and `after` (or None)."""
    names = {"before": language("Before matching"), "after": language("After matching")}
    shown = [
        {"covariate": _broken(row["covariate"]), "series": names[of], "difference": abs(row[of])}
        for row in rows
        for of in names
        if row[of] is not None
    ]
    order = [_broken(row["covariate"]) for row in rows]
    series = list(names.values())
    dots = (
        alt.Chart(data(shown))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X(
                "difference:Q", title=language("Standardised difference, sign left out"), axis=alt.Axis(tickCount=5)
            ),
            y=_labels("covariate:N", order),
            color=alt.Color("series:N", scale=scale(series, [ORANGE, BLUE])),
            shape=alt.Shape("series:N", scale=scale(series, ["triangle-up", "circle"])),
        )
    )
    limit = alt.Chart(data([{"limit": largest}])).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="limit:Q")
    return svg(
        (limit + dots).properties(padding=_ROOM),
        language,
        name,
        language("Are the groups alike?"),
        language("Dots to the left of the dashed line are alike enough. The dots should be there after matching."),
        height=max(120, 30 * len(order)),
        width=190,
    )


def overlap(rows: Rows, language: Language, name: str) -> Drawing:
    """How propensities lie in the groups. Rows have `place` (from 0), `label`, `treated`, `candidates` and `matched`,

    as shares of each group.
    """
    names = {
        "treated": language("Enrolled"),
        "matched": language("Compared with"),
        "candidates": language("All candidates"),
    }
    shown = [{"place": row["place"], "share": row[of], "series": names[of]} for row in rows for of in names]
    series = list(names.values())
    top = max(row["share"] for row in shown)
    labels = {row["place"]: row["label"] for row in rows}
    places = [row["place"] for row in rows]
    ticks = [places[0], places[len(places) // 2], places[-1]] if len(places) > 3 else places
    spoken = " : ".join(f"datum.value == {place} ? '{labels[place]}'" for place in ticks)
    lines = (
        alt.Chart(data(shown))
        .mark_line(strokeWidth=2.5, interpolate="step")
        .encode(
            x=alt.X(
                "place:Q",
                title=language("Likelihood of being enrolled (propensity)"),
                scale=alt.Scale(domain=[places[0], places[-1]], nice=False),
                axis=alt.Axis(values=ticks, labelExpr=f"{spoken} : ''", grid=False),
            ),
            y=alt.Y(
                "share:Q",
                title=language("Share of the group"),
                scale=alt.Scale(domain=[0, top * 1.05], nice=False),
                axis=alt.Axis(format=".0%", tickCount=5),
            ),
            color=alt.Color("series:N", scale=scale(series, [ORANGE, BLUE, GREY])),
            strokeDash=alt.StrokeDash("series:N", scale=scale(series, [[1, 0], [6, 3], [2, 3]])),
        )
    )
    return svg(
        lines,
        language,
        name,
        language("Is there somebody to compare with?"),
        language(
            "The curves of those enrolled and those compared with should lie upon each other. Where a group has nobody,"
            " nothing can be compared."
        ),
    )


def levels(rows: Rows, unit: str, months: int, language: Language, name: str) -> Drawing:
    """What both groups had, period by period. Rows have `period`, `treated` and `comparison`."""
    names = {"treated": language("Enrolled"), "comparison": language("Compared with")}
    shown = [{"period": row["period"], "value": row[of], "series": names[of]} for row in rows for of in names]
    series = list(names.values())
    lines = (
        alt.Chart(data(shown))
        .mark_line(strokeWidth=2.5, point={"size": 45, "filled": True})
        .encode(
            x=_periods(rows, months, language),
            y=alt.Y("value:Q", title=unit, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=True)),
            color=alt.Color("series:N", scale=scale(series, [ORANGE, BLUE])),
            strokeDash=alt.StrokeDash("series:N", scale=scale(series, [[1, 0], [6, 3]])),
        )
    )
    return svg(
        _start() + lines,
        language,
        name,
        language("What both groups had"),
        language("The dashed line marks enrolment. Before it the curves should move alike."),
    )


def effects_by_period(rows: Rows, unit: str, months: int, language: Language, name: str) -> Drawing:
    """The difference between the groups, period by period. Rows have `period`, `value`, `low` and `high`."""
    base = alt.Chart(data(rows)).encode(x=_periods(rows, months, language))
    zero = alt.Chart(data([{"zero": 0}])).mark_rule(color=GREY).encode(y="zero:Q")
    intervals = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        y=alt.Y("low:Q", title=unit, axis=alt.Axis(tickCount=5)), y2="high:Q"
    )
    dots = base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(y="value:Q")
    return svg(
        zero + _start() + intervals + dots,
        language,
        name,
        language("The difference between the groups over time"),
        language(
            "Each dot is the difference beside the last period before enrolment, with its 95% interval. Before the"
            " dashed line the dots should lie at zero."
        ),
    )


def incidence(rows: Rows, language: Language, name: str, title: str) -> Drawing:
    """The share to whom it has happened. Rows: `group` (`treated` or `comparison`), `month`, `share`, `low`, `high`."""
    names = {"treated": language("Enrolled"), "comparison": language("Compared with")}
    shown = [{**row, "series": names[row["group"]]} for row in rows]
    series = list(names.values())
    top = min(1.0, max(row["high"] for row in rows) * 1.1)
    base = alt.Chart(data(shown)).encode(
        x=alt.X(
            "month:Q", title=language("Months since enrolment"), axis=alt.Axis(tickCount=6, format=".0f", grid=False)
        ),
        color=alt.Color("series:N", scale=scale(series, [ORANGE, BLUE]), legend=alt.Legend(symbolOpacity=1)),
    )
    share = alt.Y(
        "share:Q",
        title=language("Share to whom it has happened"),
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    bands = base.mark_area(opacity=0.15, interpolate="step-after").encode(
        y=alt.Y("low:Q", scale=alt.Scale(domain=[0, top], nice=False)), y2="high:Q"
    )
    lines = base.mark_line(strokeWidth=2.5, interpolate="step-after").encode(
        y=share, strokeDash=alt.StrokeDash("series:N", scale=scale(series, [[1, 0], [6, 3]]))
    )
    return svg(
        lines + bands,
        language,
        name,
        title,
        language("The share to whom it has happened, with 95% intervals. Whoever died cannot have it any more."),
    )


def intervals(
    rows: Rows, line: float, title: str, axis: str, description: str, language: Language, name: str
) -> Drawing:
    """Values with intervals below each other. Rows have `label`, `value`, `low` and `high`; `line` is dashed."""
    shown = [{**row, "label": _broken(row["label"])} for row in rows]
    base = alt.Chart(data(shown)).encode(y=_labels("label:N", [row["label"] for row in shown]))
    rule = alt.Chart(data([{"line": line}])).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="line:Q")
    bars = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        x=alt.X("low:Q", title=axis, axis=alt.Axis(tickCount=4, format=",.0f")), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x="value:Q")
    return svg(
        (rule + bars + dots).properties(padding=_ROOM),
        language,
        name,
        title,
        description,
        height=max(90, 34 * len(rows)),
        width=190,
    )


def _periods(rows: Rows, months: int, language: Language) -> alt.X:
    """Periods on an axis, named by the month in which they begin."""
    ticks = [row["period"] for row in rows]
    title = language("Months from enrolment, in periods of {months}", months=months)
    axis = alt.Axis(values=ticks, labelExpr=f"datum.value * {months}", grid=False, labelOverlap=True)
    ends = [min(ticks) - 0.3, max(ticks) + 0.3]
    return alt.X("period:Q", title=title, axis=axis, scale=alt.Scale(domain=ends, nice=False))


def _start() -> alt.Chart:
    line: alt.Chart = alt.Chart(data([{"start": -0.5}])).mark_rule(color=INK, strokeDash=[4, 3])
    return line.encode(x="start:Q")


def _labels(field: str, order: list[str]) -> Any:
    axis = alt.Axis(labelExpr="split(datum.label, '|')", labelLineHeight=12, grid=True, labelLimit=190)
    return alt.Y(field, sort=order, title=None, axis=axis)


def _broken(label: str) -> str:
    """A long label on two lines, at the blank nearest its middle."""
    if len(label) <= _LONG or " " not in label:
        return label
    blanks = [place for place, letter in enumerate(label) if letter == " "]
    middle = min(blanks, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}|{label[middle + 1 :]}"
