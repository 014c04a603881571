"""Charts as accessible SVG: Altair specifications, drawn offline by vl-convert.

Every chart is drawn 360 points wide, so that its letters stay legible on a telephone. Colours are those of Okabe and
Ito, which the colour-blind can tell apart, and never the only thing that tells two series apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import vl_convert

from samspil.reports.language import Language

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#6b7680", "#1b1f24"
WIDTH, HEIGHT = 290, 250

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Drawing:
    """A chart with the title and description that stand in it."""

    title: str
    description: str
    svg: str


_FORMATS = {
    "da": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", "\u00a0kr."], "percent": "\u00a0%"},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["DKK\u00a0", ""], "percent": "%"},
}

_CONFIG: dict[str, Any] = {
    "aria": False,
    "background": "white",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "labelColor": INK, "titleColor": INK,
        "gridColor": "#e3e7ea", "domainColor": GREY, "tickColor": GREY, "titlePadding": 6, "labelLimit": 150,
        "labelFlush": False,
    },
    "legend": {
        "labelFontSize": 11, "titleFontSize": 11, "labelColor": INK, "orient": "top", "title": None,
        "direction": "vertical", "labelLimit": 320, "symbolStrokeWidth": 2.5, "symbolSize": 80, "offset": 6,
    },
    "text": {"fontSize": 11, "color": INK},
}  # fmt: skip


def gain(lists: Rows, compared: Rows, marked: Mapping[str, Any], language: Language, name: str) -> Drawing:
    """What share of all with the outcome a list of growing length finds. `marked` is the list of the target group.

    Rows and mark have `listed` and `found`, both shares of all; `compared` are those of the regression.
    """
    points, regression, chance = language("The points"), language("Regression"), language("By chance")
    rows = [{**row, "series": points} for row in ({"listed": 0.0, "found": 0.0}, *lists)]
    rows += [{**row, "series": regression} for row in ({"listed": 0.0, "found": 0.0}, *compared)] if compared else []
    rows += [{"listed": end, "found": end, "series": chance} for end in (0.0, 1.0)]
    series = [points, *([regression] if compared else []), chance]
    look = {points: (BLUE, [1, 0]), regression: (ORANGE, [6, 3]), chance: (GREY, [2, 3])}
    lines = (
        alt.Chart(data(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=_share("listed:Q", language("Share of all who are listed"), top=1.0),
            y=_share("found:Q", language("Share of those with the outcome who are found"), top=1.0),
            color=alt.Color("series:N", scale=scale(series, [look[s][0] for s in series])),
            strokeDash=alt.StrokeDash("series:N", scale=scale(series, [look[s][1] for s in series])),
        )
    )
    mark = alt.Chart(data([marked])).mark_point(filled=True, size=110, color=INK, opacity=1).encode(
        x="listed:Q", y="found:Q"
    )  # fmt: skip
    label = (
        alt.Chart(data([{**marked, "text": language("the list")}]))
        .mark_text(align="left", dx=9, dy=9)
        .encode(x="listed:Q", y="found:Q", text="text:N")
    )
    return svg(
        lines + mark + label,
        language,
        name,
        language("What the list finds"),
        language("The longer the list, the more of those with the outcome it finds. The dot is the list as it is."),
    )


def by_score(rows: Rows, overall: float, language: Language, name: str) -> Drawing:
    """The observed share at each score with its interval. Rows have `score`, `value`, `low`, `high`, `listed`."""
    top = _round_up(max([overall, *(row["high"] for row in rows)]))
    return svg(
        _level(overall) + _by_score(rows, _share("low:Q", language("Share with the outcome"), top=top), language),
        language,
        name,
        language("Does the outcome become more frequent with the score?"),
        language("Each score's observed share with its 95% interval. The dashed line is the share among all."),
    )


def money_by_score(rows: Rows, overall: float, language: Language, name: str) -> Drawing:
    """The mean amount at each score with its interval. Rows have `score`, `value`, `low`, `high`, `listed`."""
    axis = alt.Axis(format=",.0f", tickCount=5)
    return svg(
        _level(overall) + _by_score(rows, alt.Y("low:Q", title=language("Mean per person, DKK"), axis=axis), language),
        language,
        name,
        language("Do costs rise with the score?"),
        language("Each score's mean with its 95% interval. The dashed line is the mean of all."),
    )


def _by_score(rows: Rows, low: alt.Y, language: Language) -> alt.LayerChart:
    """A dot and its interval at each score; those of the target group are squares."""
    listed, others = language("In the target group"), language("Not in the target group")
    shown = [{**row, "series": listed if row["listed"] else others} for row in rows]
    series = [s for s in (others, listed) if any(row["series"] == s for row in shown)]
    colours = scale(series, [{listed: ORANGE, others: BLUE}[s] for s in series])
    shapes = scale(series, [{listed: "square", others: "circle"}[s] for s in series])
    axis = alt.Axis(labelAngle=0, grid=False, labelOverlap=True)
    base = alt.Chart(data(shown)).encode(
        x=alt.X("score:N", sort=[row["score"] for row in rows], title=language("Score (points)"), axis=axis),
        color=alt.Color("series:N", scale=colours),
    )
    intervals = base.mark_rule(strokeWidth=2).encode(y=low, y2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        y="value:Q", shape=alt.Shape("series:N", scale=shapes)
    )
    layered: alt.LayerChart = intervals + dots
    return layered


def funnel(practices: Rows, limits: Rows, overall: float, language: Language, name: str) -> Drawing:
    """Precision against length of list, one dot per practice, with the limits of chance around the overall precision.

    Practices have `listed` and `share`; limits have `listed`, `low`, `high` and `coverage` (0.95 or 0.998).
    """
    names = {0.95: language("95% of practices by chance alone"), 0.998: language("99.8% of practices by chance alone")}
    shown = [{**row, "series": names[row["coverage"]]} for row in limits]
    series = list(names.values())
    top = _round_up(max([overall, *(row["share"] for row in practices), *(row["high"] for row in limits)]))
    longest = max(row["listed"] for row in limits)
    x = alt.X("listed:Q", title=language("Number on the practice's list"), scale=alt.Scale(domain=[0, longest]),
              axis=alt.Axis(tickCount=6, format=",.0f"))  # fmt: skip
    base = alt.Chart(data(shown)).encode(
        x=x,
        color=alt.Color("series:N", scale=scale(series, [BLUE, GREY])),
        strokeDash=alt.StrokeDash("series:N", scale=scale(series, [[6, 3], [2, 3]])),
    )
    low = base.mark_line(strokeWidth=1.5).encode(
        y=_share("low:Q", language("Share of the list with the outcome"), top=top)
    )
    high = base.mark_line(strokeWidth=1.5).encode(y="high:Q")
    dots = alt.Chart(data(practices)).mark_point(filled=True, size=60, color=INK, opacity=0.85).encode(x=x, y="share:Q")
    return svg(
        _level(overall) + low + high + dots,
        language,
        name,
        language("Do practices' lists differ more than chance does?"),
        language("Each dot is a practice. Dots within the funnel differ no more than chance makes them."),
    )


def items(rows: Rows, language: Language, name: str) -> Drawing:
    """What each item adds to the AUC, with its interval. Rows have `item`, `adds`, `low`, `high`."""
    shown = [{**row, "label": _broken(row["item"])} for row in rows]
    base = alt.Chart(data(shown)).encode(
        y=alt.Y("label:N", sort=[row["label"] for row in shown], title=None,
                axis=alt.Axis(labelExpr="split(datum.label, '|')", labelLineHeight=12, grid=False)),
    )  # fmt: skip
    axis = alt.Axis(tickCount=4, format="+.2f")
    zero = alt.Chart(data([{"zero": 0}])).mark_rule(color=GREY).encode(x="zero:Q")
    bars = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        x=alt.X("low:Q", title=language("AUC with the item minus AUC without"), axis=axis),
        x2="high:Q",
    )
    dots = base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x="adds:Q")
    return svg(
        zero + bars + dots,
        language,
        name,
        language("What does each item add?"),
        language("To the right of zero the item makes the order of risk better, to the left worse."),
        height=max(120, 30 * len(rows)),
        width=210,
    )


def calibrations(rows: Rows, language: Language, name: str) -> Drawing:
    """Observed against predicted risk, of the points and of the regression.

    Rows have `of` (`points` or `regression`), `predicted`, `share`, `low` and `high`.
    """
    names = {"points": language("The points"), "regression": language("Regression")}
    shown = [{**row, "series": names[row["of"]]} for row in rows]
    series = [names[of] for of in ("points", "regression") if any(row["of"] == of for row in rows)]
    colours = {names["points"]: BLUE, names["regression"]: ORANGE}
    shapes = {names["points"]: "circle", names["regression"]: "triangle-up"}
    top = _round_up(max(max(row["high"], row["predicted"]) for row in rows))
    base = alt.Chart(data(shown)).encode(
        x=_share("predicted:Q", language("Predicted share"), top=top),
        color=alt.Color("series:N", scale=scale(series, [colours[s] for s in series])),
    )
    bars = base.mark_rule(strokeWidth=1.5).encode(y=_share("low:Q", language("Observed share"), top=top), y2="high:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        y="share:Q", shape=alt.Shape("series:N", scale=scale(series, [shapes[s] for s in series]))
    )
    right = alt.Chart(data([{"a": 0.0}, {"a": top}])).mark_line(color=GREY, strokeDash=[2, 3]).encode(x="a:Q", y="a:Q")
    return svg(
        right + bars + dots,
        language,
        name,
        language("Does what was predicted come true?"),
        language("Dots on the dotted line were predicted rightly; above it the outcome was more frequent."),
    )


def data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=[dict(row) for row in rows])


def _share(field: str, title: str, top: float) -> Any:
    kind = alt.X if field.startswith(("listed", "predicted")) else alt.Y
    digits = 0 if top >= 0.05 else 1
    axis = alt.Axis(format=f".{digits}%", tickCount=5)
    return kind(field, title=title, scale=alt.Scale(domain=[0, top], nice=False, clamp=True), axis=axis)


def scale(domain: list[str], colours: Sequence[Any]) -> alt.Scale:
    return alt.Scale(domain=domain, range=list(colours))


def _level(overall: float) -> alt.Chart:
    line: alt.Chart = alt.Chart(data([{"overall": overall}])).mark_rule(color=INK, strokeDash=[4, 3])
    return line.encode(y="overall:Q")


def _round_up(share: float) -> float:
    """The end of an axis of shares: the next step above the highest."""
    steps = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
    return next((step for step in steps if share <= step), 1.0)


def _broken(label: str) -> str:
    """A long label on two lines, at the blank nearest its middle."""
    if len(label) <= 18 or " " not in label:
        return label
    blanks = [place for place, letter in enumerate(label) if letter == " "]
    middle = min(blanks, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}|{label[middle + 1 :]}"


def svg(
    chart: Any, language: Language, name: str, title: str, description: str, *, height: int = HEIGHT, width: int = WIDTH
) -> Drawing:
    """The chart as an SVG element with its title and description, whose ids begin with `name`."""
    made: str = vl_convert.vegalite_to_svg(
        chart.properties(width=width, height=height).to_dict(),
        config=_CONFIG,
        format_locale=_FORMATS[language.code],
        allowed_base_urls=[],
    )
    made = re.sub(r'\bid="', f'id="{name}-', made)
    made = made.replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
    root, rest = made.split(">", 1)
    root = re.sub(r' (?:class|width|height|role)="[^"]*"', "", root)
    # Inside an image nothing has a role of its own.
    rest = re.sub(r' (?:role|aria-\w+|pointer-events)="[^"]*"', "", rest)
    described = f'role="img" aria-labelledby="{name}-title {name}-description"'
    svg = (
        f'{root} {described}><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-description">{escape(description)}</desc>{rest}'
    )
    return Drawing(title, description, svg)
