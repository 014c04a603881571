"""How it was done: the study in words, methods, designs with limits, data, versions, and where figures come from."""

from __future__ import annotations

from samspil.evaluation.effects.estimate import LIMITS
from samspil.programmes.study import Matching, Study
from samspil.reports import words
from samspil.reports.document import Bullets, Column, Fact, Facts, Section, Table
from samspil.reports.evaluation.in_words import Teller, day


def method(teller: Teller) -> Section:
    """Everything somebody needs who wants to do it again."""
    language, result = teller.language, teller.result
    versions = Facts(
        (
            Fact(language("Run"), result.run),
            Fact(language("Software"), result.code),
            Fact(language("Study"), f"{result.study.study}, {result.study.version}"),
            Fact(language("Fingerprint of the study"), result.registration.fingerprint),
            Fact(language("Registered on"), language.date(result.registration.registered_on)),
            Fact(language("Registered before as"), ", ".join(result.registration.changed_from) or words.NONE),
        )
    )
    sections = (
        _study(teller),
        _outcomes(teller),
        Section("methods", language("Methods"), (Bullets(_methods(teller)),)),
        _designs(teller),
        _data(teller),
    )
    return Section("method", language("How it was done"), (versions,), sections)


def _study(teller: Teller) -> Section:
    """The study file in words."""
    language, study = teller.language, teller.result.study
    titles = {each.covariate: language.text(each.title) for each in study.covariates}
    sentences = [
        language(
            "Studied are courses in {programme}, arm {arm}, begun from {first} to {last}. The analysis date is"
            " {analysis}.",
            programme=teller.names.programme(),
            arm=study.arm.upper(),
            first=language.date(study.enrolled.from_),
            last=language.date(study.enrolled.to),
            analysis=language.date(study.analysis_date),
        ),
        language(
            "They meet these criteria on the day before they were enrolled: {criteria}.",
            criteria="; ".join(language.text(each.title) for each in study.criteria),
        ),
        _compared_with(study, teller),
        language("Alike are to be: {covariates}.", covariates="; ".join(titles.values())),
        _matching(study.matching, titles, teller),
        language(
            "They are followed from {before} months before to {after} months after the day they were enrolled, in"
            " periods of {period} months. {enough} months are enough to say something.",
            before=study.windows.before,
            after=study.windows.after,
            period=study.windows.period,
            enough=study.windows.enough,
        ),
        language(
            "Nothing is said of an effect with fewer than {citizens} enrolled, fewer than {practices} practices, or"
            " less than {share} followed long enough.",
            citizens=language.number(study.minimum.treated),
            practices=language.number(study.minimum.practices),
            share=language.percent(study.minimum.with_enough, 0),
        ),
        language("A course may cost {neutral} to be cost-neutral.", neutral=language.money(study.neutral)),
    ]
    if study.source is not None:
        sentences.append(language("Source of the question: {source}.", source=study.source))
    return Section("study", language("The study in words"), (Bullets(tuple(sentences)),))


def _compared_with(study: Study, teller: Teller) -> str:
    language = teller.language
    return {
        "never_treated_practices": language("They are compared with citizens of practices that never took part."),
        "not_yet_treated": language("They are compared with citizens of practices that did not take part yet."),
        "neighbouring_area": language(
            "They are compared with citizens of neighbouring municipalities: {municipalities}.",
            municipalities=", ".join(study.comparison.municipalities),
        ),
    }[study.comparison.from_]


def _matching(matching: Matching, titles: dict[str, str], teller: Teller) -> str:
    language = teller.language
    distance = {
        "propensity": language("the likelihood of being enrolled (propensity)"),
        "mahalanobis": language("Mahalanobis' distance"),
        "mahalanobis_within_propensity": language("Mahalanobis' distance, within a caliper of the propensity"),
    }[matching.distance]
    exact = [titles[each] for each in matching.exact]
    exact += [
        language(
            "{covariate} in bands from {starts}",
            covariate=titles[each.covariate],
            starts=", ".join(language.number(start) for start in each.starts),
        )
        for each in matching.bands
    ]
    again = language("may be used again") if matching.replacement else language("is used once")
    caliper = language("none") if matching.caliper is None else language.number(matching.caliper, 2)
    return language(
        "Each enrolled gets up to {ratio} citizens to be compared with, by {distance}; caliper: {caliper}. Each of"
        " them {again}. Exactly the same are the month and: {exact}.",
        ratio=language.number(matching.ratio),
        distance=distance,
        caliper=caliper,
        again=again,
        exact="; ".join(exact) or words.NONE,
    )


def _outcomes(teller: Teller) -> Section:
    """What was to be looked at, and which way it was hoped to move, before anybody knew."""
    language, study = teller.language, teller.result.study
    headings = (
        Column(language("Outcome")),
        Column(language("Aim")),
        Column(language("Sector")),
        Column(language("Hoped for")),
        Column(language("How it is counted")),
        Column(language("Source")),
    )
    rows = []
    for each in study.outcomes:
        sectors = ", ".join(teller.names.sector(sector) for sector in each.cost_of)
        counted = language("Cost of: {sectors}", sectors=sectors) if each.cost_of else language.text(each.unit)
        hoped = language("none: it cannot be affected") if each.placebo else teller.hoped(each.direction)
        sector = teller.names.sector(each.sector)
        source = str(each.source or words.NONE)
        rows.append((language.text(each.title), teller.aim(each.aim), sector, hoped, counted, source))
    for event in study.events:
        counted = language("The first time, with death as competing event")
        sector, hoped = teller.names.sector(event.sector), teller.hoped(event.direction)
        title, source = language.text(event.title), str(event.source or words.NONE)
        rows.append((title, teller.aim(event.aim), sector, hoped, counted, source))
    return Section(
        "outcomes", language("What was looked at"), (Table(language("Outcomes of the study"), headings, tuple(rows)),)
    )


def _methods(teller: Teller) -> tuple[str, ...]:
    language = teller.language
    return (
        language(
            "Main effect: difference in differences among those matched, with effects of person and period, weighted by"
            " matching and by time followed. Intervals are 95% and clustered by practice. Nothing is corrected for the"
            " number of comparisons."
        ),
        language(
            "Period by period: the same by period from enrolment, held against the last period before it. The test of"
            " the periods before is a joint one."
        ),
        language(
            "Staggered starts: each month of enrolment by itself, with nobody as comparison who is enrolled already."
            " Stepped roll-out and interrupted series look at all citizens of practices."
        ),
        language(
            "What happens once: cumulative incidence by Aalen and Johansen with death as competing event, and the"
            " ratio of cause-specific hazards by Cox."
        ),
        language(
            "E-value: VanderWeele and Ding 2017. Effective number: Kish 1965. Standardised differences: by the standard"
            " deviation of all enrolled before matching."
        ),
        language(
            "Undetermined means that the interval includes “no effect”. An effect may still be there: the study"
            " does not show it and does not exclude it."
        ),
        language(
            "Counts of 1 to {most} citizens are not shown, nor those they could be found by.",
            most=teller.result.few - 1,
        ),
        language(
            "Every figure of this report stands in the file of figures of the same run, {run}. The same study, data and"
            " software give the same report, byte by byte.",
            run=teller.result.run,
        ),
    )


def _designs(teller: Teller) -> Section:
    language = teller.language
    rows = tuple(
        (language(design.value), " ".join(language(limit.value) for limit in limits))
        for design, limits in LIMITS.items()
    )
    headings = (Column(language("Design")), Column(language("What it cannot show")))
    shown = Table(language("Designs and what they cannot show"), headings, rows)
    return Section("designs", language("What designs cannot show"), (shown,))


def _data(teller: Teller) -> Section:
    language = teller.language
    headings = (
        Column(language("Source")),
        Column(language("From")),
        Column(language("Until")),
        Column(language("Deliveries")),
    )
    rows = tuple(
        (
            teller.names.source(each.source),
            day(each.first, language),
            day(each.until, language),
            ", ".join(each.deliveries) or words.NONE,
        )
        for each in teller.result.sources
    )
    note = language("Data are read until {until}.", until=language.date(teller.result.data_until))
    shown = Table(language("Sources and deliveries"), headings, rows, note)
    return Section("data", language("The data"), (shown,))
