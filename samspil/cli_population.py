"""The verbs that know a population: indicators, segments, cost, and what may leave the analysis zone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from samspil.cli_options import Day, EngineName, HomeFolder, Language, Practice, ProgrammeFolder, Without
from samspil.console import console, told
from samspil.definitions import SamspilError

commands = typer.Typer()


@commands.command()
def indicators(
    name: Annotated[str | None, typer.Option("--set", help="The set of indicators, such as t2d.")] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day D, YYYY-MM-DD.")
    ] = None,
    by: Annotated[
        Literal["practice", "network", "municipality", "region"], typer.Option(help="Whose results to show.")
    ] = "practice",
    case: Annotated[str | None, typer.Option(help="How the disease is known; the set's first when absent.")] = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A series: from about this day to D.")
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="How far apart the days of a series are.", show_default="3m")
    ] = None,
    practice: Practice = None,
    constant: Annotated[
        bool, typer.Option("--constant", help="Only practices that deliver on every day of the series.")
    ] = False,
    sets: Annotated[bool, typer.Option("--sets", help="List the sets of indicators, and check them.")] = False,
    explain: Annotated[str | None, typer.Option(help="How one indicator of the set is computed.")] = None,
    language: Language = "en",
    out: Annotated[Path | None, typer.Option(help="A .csv or .parquet file: the results of --by.")] = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
    engine: EngineName = None,
) -> None:
    """Indicators of quality: who is met, overdue or without data, with shares, intervals and coverage."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    if sets:
        console.print(rich_table(verbs.indicator_sets(programmes).rows(), title="Sets of indicators"))
        return
    if name is None:
        raise SamspilError("say which set of indicators: `--set`; `samspil indicators --sets` lists them")
    if explain is not None:
        day = as_of.date() if as_of else dt.date.today()  # noqa: DTZ011 - the user's own day
        found = verbs.explain_indicator(name, explain, day, language=language, programmes=programmes)
        console.print(rich_table(found.rows(), title=f"{name} at {day}"))
        return
    if as_of is None:
        raise SamspilError("say on which day: `--as-of YYYY-MM-DD`")
    with told() as progress:
        progress.add_task("measuring", total=None)
        run = verbs.indicators(
            name, as_of.date(), by=by, case=case, since=since.date() if since else None, every=every,
            practice=practice, constant=constant, without=without or (), out=out, home=home, programmes=programmes,
        )  # fmt: skip
    when = f"at {run.as_of}" if len(run.days) == 1 else f"from {run.days[0]} to {run.as_of}"
    title = f"{run.definition().title.en} by {by}, {when}; who has it: {run.case}. Run {run.name}"
    console.print(rich_table(run.rows(), title=title))
    categories = run.category_rows()
    if categories:
        console.print(rich_table(categories, title=f"Categories at {run.as_of}"))
    whose = f"practice {practice}" if practice else "all practices that deliver"
    console.print(rich_table(run.completeness_rows(), title=f"Completeness at {run.as_of}, {whose}"))
    for note in run.notes():
        console.print(note, highlight=False, markup=False)
    if out is not None:
        console.print(f"written to {out}", highlight=False)


@commands.command("published-series")
def published_series(
    file: Annotated[
        Path | None, typer.Argument(help="A CSV file with the rows as printed; TværSam's when absent.")
    ] = None,
    name: Annotated[str, typer.Option("--set", help="The set the rows are indicators of.")] = "t2d",
    confirm_order: Annotated[
        bool, typer.Option("--confirm-order", help="The columns are in the order of time, whatever is printed above.")
    ] = False,
    programmes: ProgrammeFolder = None,
) -> None:
    """Indicators as others have published them: what persons can stand behind a printed share, breaks, and changes."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    found = verbs.published_series(file, set_name=name, confirm_order=confirm_order, programmes=programmes)
    console.print(rich_table(found.rows(), title=f"Published series of {found.definitions.name}: {found.path.name}"))
    console.print(rich_table(found.change_rows(), title="From the first year to the last"))
    for note in found.notes():
        console.print(note, highlight=False, markup=False)


@commands.command()
def cost(
    as_of: Day,
    months: Annotated[int, typer.Option(help="How long back from D; and as long before that, to compare.")] = 12,
    cuts: Annotated[
        str | None, typer.Option(help="Per cent of citizens at which groups end.", show_default="1,5,20")
    ] = None,
    by: Annotated[
        Literal["practice", "network", "municipality", "region"], typer.Option(help="Whose cost to show.")
    ] = "region",
    top: Annotated[
        int | None, typer.Option(help="A practice's most costly citizens; with --within and --practice.", min=1)
    ] = None,
    within: Annotated[
        str | None, typer.Option(help="Their diagnosis: a set such as t2d, or ranges of ICD-10 such as E10-E14.")
    ] = None,
    practice: Practice = None,
    around: Annotated[
        str | None, typer.Option(help="Month by month around the first hospital diagnosis in ranges, such as J44-J44.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A .csv or .parquet file: person by month, sector and service.")
    ] = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
    engine: EngineName = None,
) -> None:
    """What care costs, on whom it is concentrated, and how that moves from one period to the next."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs import cost_words  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    if (top is None and within is None) != (practice is None) or (top is not None and within is None):
        raise SamspilError("a practice's list needs `--practice` and `--within`, and says how long it is with `--top`")
    with told() as progress:
        progress.add_task("adding up", total=None)
        run = verbs.cost(
            as_of.date(), months=months, cuts=cuts.split(",") if cuts else (), by=by, out=out,
            without=without or (), home=home, programmes=programmes,
        )  # fmt: skip
    when = f"in the {run.months} months to {run.as_of}"
    if practice is not None and within is not None:
        ranking = run.top(practice, within, top, programmes)
        rows = cost_words.top_rows(run, ranking)
        title = f"The most costly citizens of practice {practice} with {within}, {when}, DKK. Run {run.name}"
        console.print(rich_table(rows, title=title) if rows else f"Nobody in practice {practice} has {within}.")
        for note in cost_words.cautioned(run, ranking):
            console.print(note, highlight=False, markup=False)
        return
    if around is not None:
        rows = cost_words.course_rows(run, around)
        title = f"DKK a month for each citizen observed, around the first known {around}. Run {run.name}"
        console.print(
            rich_table(rows, title=title) if rows else f"Nobody has a first {around} in the months looked at."
        )
        console.print(cost_words.COURSE, highlight=False, markup=False)
        return
    console.print(rich_table(run.rows(), title=f"What care cost by {by} {when}. Run {run.name}"))
    console.print(rich_table(cost_words.group_rows(run), title="Citizens by cost, the most costly first"))
    moves = cost_words.transition_rows(run)
    if moves:
        console.print(rich_table(moves, title=f"Citizens by group {run.months} months ago and now"))
    for note in cost_words.notes(run):
        console.print(note, highlight=False, markup=False)
    if out is not None:
        console.print(f"written to {out}", highlight=False)


@commands.command()
def segments(
    as_of: Day,
    programme: Annotated[
        list[str] | None, typer.Option("--programme", help="A programme with segments; give it again for several.")
    ] = None,
    by: Annotated[
        Literal["region", "municipality", "practice"], typer.Option(help="Whose segments to show.")
    ] = "region",
    places: Annotated[
        list[str] | None, typer.Option("--places", help="Places planned, such as `copd=40`, held against the gap.")
    ] = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Who is new and who dropped out since this day.")
    ] = None,
    explain: Annotated[int | None, typer.Option("--explain", help="Every rule as it met one person_id.")] = None,
    out: Annotated[Path | None, typer.Option(help="A .csv or .parquet file: the counts of --by.")] = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
    engine: EngineName = None,
) -> None:
    """Segments: who attends, who is treated where, strata, and the few with most need. Estimates never stand alone."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs import segment_tables as tables  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    day, left_out = as_of.date(), without or ()
    if explain is not None:
        found = verbs.explain_segments(explain, day, without=left_out, home=home, programmes=programmes)
        title = f"Segments of person {found.person}, practice {found.provider_number}, {found.as_of}"
        console.print(rich_table(found.rows(), title=title))
        for source in found.missing:
            console.print(f"no source `{source}`", markup=False)
        return
    planned = _places(places or [])
    with told() as progress:
        progress.add_task("measuring", total=None)
        run = verbs.segments(
            day, programme=programme, by=by, without=left_out, out=out, home=home, programmes=programmes
        )
    console.print(rich_table(run.by_level(by), title=f"Segments by {by}, {run.as_of}, run {run.name}"))
    console.print(
        "S1 comes to controls, S2 sometimes, S3a never; S3b is not diagnosed and only in the estimate. "
        "`algorithm positive` is an estimate, and no need by itself.",
        markup=False, highlight=False,
    )  # fmt: skip
    console.print(rich_table(tables.concordance_rows(run), title="Treated at hospital, in the region"))
    console.print(rich_table(tables.gap_rows(run, planned), title="From the estimate to those who started"))
    console.print(rich_table(tables.stratum_rows(run), title=f"Strata, each valid until {run.valid_until}"))
    console.print(rich_table(tables.high_need_rows(run), title="The few with most cost"))
    if since is not None:
        earlier = verbs.segments(since.date(), without=left_out, home=home, programmes=programmes)
        console.print(rich_table(tables.change_rows(run, earlier), title=f"Changes since {earlier.as_of}"))
    towns = run.locality_warnings if by == "municipality" else {}
    for warning in [*run.warnings, *(f"{town}: {warning}" for town, warning in towns.items())]:
        console.print(warning, markup=False, highlight=False)
    if out is not None:
        console.print(f"written to {out}", highlight=False)


def _places(given: list[str]) -> dict[str, int]:
    """Places by programme, from `copd=40`. Raises SamspilError for anything else."""
    found = {}
    for each in given:
        name, equals, number = each.partition("=")
        if not equals or not number.isdigit():
            raise SamspilError(f"`{each}` is not places of a programme such as `copd=40`")
        found[name] = int(number)
    return found


@commands.command()
def cohort(
    name: Annotated[str, typer.Argument(help="A cohort of a programme, such as sdsp.")],
    as_of: Day,
    version: Annotated[str | None, typer.Option(help="A version of it; the one in force for new citizens.")] = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
) -> None:
    """How a population becomes a cohort, criterion by criterion, and what each criterion costs."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    found = verbs.cohort(
        name, as_of.date(), version=version, without=tuple(without or ()), home=home, programmes=programmes
    )
    steps = found.attrition
    title = f"{found.cohort.title.en}: {found.version.title.en}, {found.as_of}, of {steps.population:,} citizens"
    console.print(rich_table(found.rows(), title=title))
    console.print(f"{steps.enrolled:,} meet every criterion", highlight=False)
    for note in found.notes():
        console.print(note, markup=False, highlight=False)


releases_group = typer.Typer(help="What left the analysis zone: list, look, verify, and rows that are to be deleted.")
commands.add_typer(releases_group, name="releases")


@commands.command()
def release(
    run: Annotated[str, typer.Argument(help="The run's name, or the beginning of it (`samspil runs`).")],
    table: Annotated[list[str], typer.Option("--table", help="A table of the run; give it again for several.")],
    audience: Annotated[str, typer.Option(help="Who receives it; decides the zone.")],
    purpose: Annotated[str, typer.Option(help="What it is for; logged.")],
    out: Annotated[Path | None, typer.Option(help="A .csv or .parquet file as well, for one table.")] = None,
    consents: Annotated[
        Path | None,
        typer.Option(help="A .csv of consents (person_id or cpr, given, withdrawn, written): only those persons."),
    ] = None,
    on: Annotated[
        dt.datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day consents count on; today.")
    ] = None,
    practice_code: Annotated[
        bool | None,
        typer.Option("--practice-code/--no-practice-code", help="Tell the practice of each person, or not."),
    ] = None,
    key: Annotated[bool, typer.Option("--key/--without-key", help="With person_id, or without.")] = True,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
) -> None:
    """Let tables of a run leave their zone: checked, logged, and kept as they left."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("checking", total=None)
        found = verbs.release(
            run, table, audience=audience, purpose=purpose, out=out, consents=consents, on=on.date() if on else None,
            practice_code=practice_code, key=key, home=home, programmes=programmes,
        )  # fmt: skip
    console.print(rich_table(found.rows(), title=f"Release {found.id}, {found.label}, to {audience}"))
    if out is not None:
        console.print(f"written to {out}", highlight=False)


@releases_group.callback(invoke_without_command=True)
def releases_listed(context: typer.Context, home: HomeFolder = None) -> None:
    """What left the analysis zone: list, look, verify, and rows that are to be deleted."""
    if context.invoked_subcommand is None:
        releases_list(home)


@releases_group.command("list")
def releases_list(home: HomeFolder = None) -> None:
    """Every release, oldest first."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    found = verbs.releases(home)
    rows = found.rows()
    console.print(rich_table(rows, title="Releases") if rows else "Nothing was released.")
    if found.refused:
        console.print(f"refused attempts: {found.refused:,}; each is in releases/log.jsonl with its reason")


@releases_group.command("show")
def releases_show(
    name: Annotated[str, typer.Argument(help="The release, or the beginning of its id.")], home: HomeFolder = None
) -> None:
    """What one release is, and the checks it passed."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    found = verbs.open_release(name, home)
    console.print(rich_table(found.facts(), title=f"Release {found.id}"))
    console.print(rich_table(found.rows(), title="Checks"))


@releases_group.command("verify")
def releases_verify(
    seal: Annotated[str | None, typer.Option(help="A seal that was kept elsewhere.")] = None, home: HomeFolder = None
) -> None:
    """Whether every release and every line of the log is as it was written."""
    from samspil import verbs  # noqa: PLC0415

    found = verbs.verify_releases(seal, home)
    for fault in found.faults:
        console.print(fault, markup=False, highlight=False)
    if found.faults:
        raise SamspilError(f"{len(found.faults)} faults: what was released can no longer be proven")
    console.print(f"{found.releases:,} releases and {found.lines:,} lines of the log are as they were written.")
    console.print(f"seal: {found.seal}", highlight=False)


@releases_group.command("due-for-deletion")
def releases_due(
    consents: Annotated[Path | None, typer.Option(help="A newer .csv of consents, looked through first.")] = None,
    on: Annotated[
        dt.datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day consents count on; today.")
    ] = None,
    home: HomeFolder = None,
) -> None:
    """Rows that receivers have to delete, because consent was withdrawn after the release."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    rows = verbs.due_for_deletion(consents, on=on.date() if on else None, home=home).rows()
    console.print(rich_table(rows, title="Due for deletion") if rows else "No released row is due for deletion.")


@commands.command()
def evaluate(
    study: Annotated[Path, typer.Argument(help="The study's YAML file; docs/evaluation.md says what it holds.")],
    out: Annotated[
        Path | None, typer.Option(help="A folder for the report (HTML and PDF) and all figures (JSON).")
    ] = None,
    language: Language = "da",
    register: Annotated[
        bool, typer.Option("--register", help="Only put the study in the register, before there is an answer.")
    ] = False,
    truth: Annotated[
        Path | None, typer.Option(help="The folder of a region made by `synth --programme`: its true effects.")
    ] = None,
    override_balance: Annotated[
        bool, typer.Option("--override-balance", help="Show effects though those compared are not alike.")
    ] = False,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
) -> None:
    """Did it help, and what did it cost: a study from its file to its report, comparison and balance first."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    if register:
        entry = verbs.register_study(study, home=home)
        console.print(
            f"{entry.study}, version {entry.version}: registered on {entry.day} as {entry.fingerprint[:12]}",
            highlight=False,
        )
        return
    with told() as progress:
        progress.add_task("comparing", total=None)
        found = verbs.evaluate(
            study, out=out, language=language, truth=truth, override_balance=override_balance,
            without=tuple(without or ()), home=home, programmes=programmes,
        )  # fmt: skip
    result = found.result
    title = f"{result.study.title.en} {result.cohort.enrolled} enrolled, data to {result.data_until}"
    console.print(rich_table(found.attrition_rows(), title=title))
    balance = result.balance
    title = (
        f"Are they alike? {balance.matched_treated} of {balance.treated} matched with {balance.matched} of"
        f" {balance.candidates}; worth {balance.effective:.0f} of them"
    )
    console.print(rich_table(found.balance_rows(), title=title))
    console.print(rich_table(found.rows(), title=f"Effects for one citizen and year. Run {result.run}"))
    for note in found.notes():
        console.print(note, highlight=False, markup=False)
    if out is not None:
        console.print(f"report and figures in {out}", highlight=False)
