"""The report of a study: the answer first, nothing shown that may not be, well-formed, and the same every time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from playwright.sync_api import sync_playwright

from samspil.evaluation.effects.estimate import Effect, Limit, Verdict
from samspil.evaluation.figures import Unknown
from samspil.evaluation.study_result import StudyResult
from samspil.population.cohorts import Step
from samspil.reports.document import Document, Figure, Row, Section, Table
from samspil.reports.evaluation.cells import Cells, hidden_parts
from samspil.reports.evaluation_report import document, to_html, to_markdown, to_pdf
from samspil.reports.language import Code, Language
from samspil.reports.markdown import to_markdown as to_text
from tests.in_browser import WCAG, WIDTHS
from tests.reports import made_study
from tests.reports.test_validation_report import Outline

CODES: tuple[Code, ...] = ("da", "en")


@pytest.fixture(scope="module", params=CODES)
def code(request: pytest.FixtureRequest) -> Code:
    found: Code = request.param
    return found


@pytest.fixture(scope="module")
def html(code: Code) -> str:
    return to_html(made_study.with_truth(), code)


@pytest.fixture(scope="module")
def made(code: Code) -> Callable[[str], Document]:
    """Each state's report, made once."""

    @cache
    def make(state: str) -> Document:
        return document(made_study.STATES[state](), Language(code))

    return make


@pytest.fixture(scope="module")
def told(made: Callable[[str], Document]) -> Callable[[str], str]:
    """Each state's report as text."""
    return lambda state: to_text(made(state))


def chapter(markdown: str, number: int) -> str:
    """A chapter of a report, 1 being the answer."""
    return markdown.split("\n## ")[number]


class TestPage:
    def test_is_well_formed_and_accessible(self, html: str) -> None:
        outline = Outline()
        outline.feed(html)
        outline.close()
        assert outline.open == []
        assert len(outline.ids) == len(set(outline.ids))
        assert set(outline.references) <= set(outline.ids)
        assert outline.headings.count(1) == 1
        assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
        tags = [tag for tag, _ in outline.elements]
        assert tags.count("table") == tags.count("caption") > 30
        assert all(given.get("scope") in {"col", "row"} for tag, given in outline.elements if tag == "th")
        charts = [given for tag, given in outline.elements if tag == "svg"]
        assert len(charts) == tags.count("figure") == tags.count("details") > 20
        assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)

    def test_asks_nothing_of_the_outside(self, html: str) -> None:
        without_names = html.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
        assert "http" not in without_names
        assert not re.search(r"<script|<link|<img|@import|url\((?!#)|src=", html)

    @pytest.mark.parametrize("state", made_study.STATES)
    def test_every_state_is_told_in_its_language(self, state: str, code: Code, told: Callable[[str], str]) -> None:
        text = told(state)
        assert not re.search(r"\bnan\b|\binf\b|None|Unknown|\{\w+\}", text)
        if code == "en":
            danish = re.sub(r"Styregruppen|Færre sygedage", "", text)
            assert not re.search(r"[æøåÆØÅ]", danish)
        else:
            assert not re.search(r"\d\.\d+ ?%|\bthe\b|\bnot\b", text)

    def test_the_same_input_gives_the_same_bytes(self, html: str, code: Code) -> None:
        assert to_html(made_study.with_truth(), code) == html

    def test_figures_carry_the_numbers_they_show(self, made: Callable[[str], Document]) -> None:
        figures = _figures(made("good").sections)
        assert len({figure.name for figure in figures}) == len(figures) > 20
        assert all(figure.table.rows and figure.description for figure in figures)
        assert all(len(row) == len(figure.table.columns) for figure in figures for row in figure.table.rows)

    def test_rows_have_as_many_cells_as_columns(self, made: Callable[[str], Document]) -> None:
        for state in made_study.STATES:
            for shown in _tables(made(state).sections):
                assert {len(row) for row in shown.rows} <= {len(shown.columns)}, shown.caption


def _figures(sections: tuple[Section, ...]) -> list[Figure]:
    found = [f for each in sections for block in each.blocks if isinstance(block, Row) for f in block.figures]
    return found + [figure for each in sections for figure in _figures(each.sections)] if sections else []


def _tables(sections: tuple[Section, ...]) -> list[Table]:
    found = [block for each in sections for block in each.blocks if isinstance(block, Table)]
    return found + [shown for each in sections for shown in _tables(each.sections)] if sections else []


class TestAnswer:
    def test_r_eval_4_what_every_report_prints(self, code: Code, told: Callable[[str], str]) -> None:
        """000 R-EVAL-4: n, follow-up, data cut, criteria version, and that unobserved selection is not excluded."""
        language, result, answer = Language(code), made_study.good(), chapter(told("good"), 1)
        assert language(Limit.UNOBSERVED.value) in answer
        follow_up = result.cohort.treated_follow_up
        for printed in (
            language.number(result.balance.matched_treated),
            language.number(result.balance.matched),
            language.percent(follow_up.under_6_months, 0),
            language.percent(follow_up.under_12_months, 0),
            language.date(result.data_until),
            result.registration.fingerprint[:12],
        ):
            assert printed in answer

    def test_r_eval_01_three_aims_with_direction_and_interval(self, code: Code, told: Callable[[str], str]) -> None:
        answer = chapter(told("good"), 1)
        assert [title in answer for title in _aims(code)] == [True, True, True]
        expected = {
            "da": "Akutte indlæggelser: 0,42 indlæggelser pr. borger pr. år lavere, end man måtte vente ud fra de"
            " sammenlignede (95 %-interval −0,80 til −0,04). Det er, hvad man håbede på: et fald.",
            "en": "Acute admissions: 0.42 admissions per citizen and year lower than those compared lead one to expect"
            " (95% interval −0.80 to −0.04). This is what was hoped for: a decrease.",
        }
        assert expected[code] in answer.replace("\u00a0", " ")

    def test_r_eval_01_a_higher_cost_is_a_normal_result(self, code: Code) -> None:
        made = made_study.good()
        outcomes = tuple(
            replace(found, verdict=Verdict.WORSE) if found.outcome.outcome == "municipal_cost" else found
            for found in made.outcomes
        )
        answer = chapter(to_markdown(replace(made, outcomes=outcomes), code), 1)
        assert Language(code)("A higher cost is a normal result, and is told like any other.") in answer

    def test_tc4_13_an_aim_without_measure_is_visible(self, code: Code, told: Callable[[str], str]) -> None:
        language, answer = Language(code), chapter(told("good"), 1)
        experience = answer.split(f"### {language('Experience')}")[1].split("###")[0]
        assert language("Not measured: the study has no outcome for this aim.") in experience

    def test_r_eval_04_more_may_be_a_success(self, code: Code, told: Callable[[str], str]) -> None:
        line = next(line for line in chapter(told("good"), 1).splitlines() if line.startswith(_gp(code)))
        assert Language(code)("This is what was hoped for: {hoped}.", hoped=Language(code)("an increase")) in line

    def test_r_eval_03_undetermined_is_not_no_effect(self, code: Code, told: Callable[[str], str]) -> None:
        answer = chapter(told("undetermined"), 1)
        assert Language(code)(Verdict.UNDETERMINED.value) in answer
        assert {"da": "ikke det samme som ingen effekt", "en": "not the same as no effect"}[code] in answer

    def test_too_early(self, code: Code, told: Callable[[str], str]) -> None:
        lead = chapter(told("too_early"), 1)
        expected = {
            "da": "Det er for tidligt at sige, om det hjalp: 31 % af deltagerne er fulgt i mindst 6 måneder",
            "en": "It is too early to tell whether it helped: 31% of those enrolled have been followed for 6 months",
        }
        assert expected[code] in lead.replace("\u00a0", " ")
        assert Language(code)("This is what was hoped for: {hoped}.", hoped=Language(code)("a decrease")) not in lead

    @pytest.mark.parametrize("state", ["too_early", "few"])
    def test_r_eval_03_nothing_is_said_of_the_net_result_either(
        self, state: str, code: Code, told: Callable[[str], str]
    ) -> None:
        """What is made of an effect is no safer than the effect."""
        language = Language(code)
        dearer = language("A course cost more than it may ({neutral}).", neutral=language.money(0))
        assert dearer in told("good")
        assert dearer not in told(state)
        assert language("It cost more than it may for the programme to be cost-neutral.") not in told(state)

    def test_a_changed_study_says_so_on_top(self, code: Code, told: Callable[[str], str]) -> None:
        """002 EVAL-1: the first thing that is read."""
        first = chapter(told("changed"), 1).split("\n\n")[1]
        assert "f00df00df00d" in first
        assert {"da": "Undersøgelsen er ændret", "en": "This study was changed"}[code] in first
        assert "f00df00df00d" not in told("good")

    def test_the_truth_stands_beside_the_estimate(self, code: Code, told: Callable[[str], str]) -> None:
        language = Language(code)
        truth = chapter(told("with_truth"), 1).split(f"### {language('What the true effect is')}")[1]
        row = next(line for line in truth.splitlines() if {"da": "Akutte indl", "en": "Acute admissions"}[code] in line)
        cells = [cell.strip().replace(",", ".") for cell in row.split("|")]
        assert cells[2].startswith("−0.42 (−0.80 ")
        assert cells[3:5] == ["−0.35", language("yes")]
        assert language("What the true effect is") not in told("good")


def _aims(code: Code) -> tuple[str, ...]:
    return {
        "da": ("### Sundhed", "### Oplevelse", "### Udgift pr. borger"),
        "en": ("### Health", "### Experience", "### Cost per citizen"),
    }[code]


def _gp(code: Code) -> str:
    return {"da": "- Kontakter til egen læge", "en": "- GP contacts"}[code]


class TestBalance:
    def test_without_balance_no_effect_is_printed(self, code: Code, told: Callable[[str], str]) -> None:
        """Not one number of an effect, though the result holds them."""
        language, made, text = Language(code), made_study.balance_fails(), told("balance_fails")
        for found in made.outcomes:
            assert isinstance(found.main, Effect)
            for digits in (0, 1, 2):
                estimate = found.main.estimate
                interval = language(
                    "{low} to {high}",
                    low=language.signed(estimate.low, digits),
                    high=language.signed(estimate.high, digits),
                )
                assert interval not in text
        assert not isinstance(made.economy.net_per_course, Unknown)
        assert language.money(made.economy.net_per_course.value) not in text
        assert language("Whether it helped cannot be told: those compared are not alike enough.") in chapter(text, 1)
        assert language("No effect is shown in this report.") in chapter(text, 2)

    def test_overridden_warns_at_each_effect(self, code: Code, told: Callable[[str], str]) -> None:
        made, effects = made_study.overridden(), chapter(told("overridden"), 3)
        warning = Language(code)("Those compared are not alike enough: this may not be an effect at all.")
        assert effects.count(warning) == len(made.outcomes) + len(made.events)

    def test_balance_comes_before_effects(self, made: Callable[[str], Document]) -> None:
        names = [section.name for section in made("good").sections]
        assert names == ["answer", "alike", "effects", "economy", "carried-out", "stated", "method"]


class TestEffects:
    def test_the_naive_comparison_is_called_wrong(self, code: Code, told: Callable[[str], str]) -> None:
        wrong = {"da": "Forkert: Før og efter", "en": "Wrong: Before and after"}[code]
        placebo_and_others = len(made_study.good().outcomes)
        assert chapter(told("good"), 3).count(wrong) == placebo_and_others

    def test_every_design_says_what_it_cannot_show(self, code: Code, told: Callable[[str], str]) -> None:
        assert all(Language(code)(limit.value) in chapter(told("good"), 7) for limit in Limit)

    def test_002_eval_4_subgroups_inside_and_outside(self, code: Code, told: Callable[[str], str]) -> None:
        outside = {"da": "Alle andre end: 80 år og derover", "en": "All others than: 80 years and older"}[code]
        assert outside in chapter(told("good"), 3)


class TestEconomy:
    def test_what_is_not_measured_is_not_zero(self, code: Code, told: Callable[[str], str]) -> None:
        economy = chapter(told("unmeasured"), 4)
        assert Language(code)("not measured") in economy
        assert f"| {Language(code).money(0)} |" not in economy

    def test_r_eval_18_savings_are_not_added(self, code: Code, told: Callable[[str], str]) -> None:
        language, economy = Language(code), chapter(told("good"), 4)
        assert language.money(310400) in economy
        assert language.money(250000) in economy
        assert language.money(560400) not in economy

    def test_r_eval_06_the_ledger_adds_up(self, code: Code, told: Callable[[str], str]) -> None:
        lines = [line for line in made_study.good().economy.ledger if line.payer == "joint_account"]
        total = sum((line.amount for line in lines if line.amount is not None), start=lines[0].measured * 0)
        assert Language(code).money(total) in chapter(told("good"), 4)


class TestPeople:
    def test_r_eval_14_implementation_is_no_effect(self, code: Code, told: Callable[[str], str]) -> None:
        chapter_5 = chapter(told("good"), 5)
        says = {"da": "intet om, hvorvidt den hjalp", "en": "nothing of whether it helped"}[code]
        assert says in chapter_5

    def test_r_eval_11_improved_never_alone(self, code: Code, made: Callable[[str], Document]) -> None:
        stated = next(section for section in made("good").sections if section.name == "stated")
        shown = next(block for block in stated.blocks if isinstance(block, Table))
        titles = [column.title for column in shown.columns]
        language = Language(code)
        assert [language(each) in titles for each in ("Improved", "Unchanged", "Worsened", "n")] == [True] * 4

    def test_small_counts_are_not_printed(self, code: Code, told: Callable[[str], str]) -> None:
        language, made, text = Language(code), made_study.few(), told("few")
        hidden = language("fewer than {few}", few=made.few)
        assert hidden in text
        assert language("{part} of {whole}", part="3", whole=language.number(900)) not in text
        # Of 9, 1 and 3 no more than one may be known, or the others follow from the total of 13.
        died = next(line for line in text.splitlines() if line.startswith(f"| {language('Died')} "))
        assert hidden in died
        assert "(3;" not in text


class TestCells:
    def test_a_lone_small_part_takes_another_with_it(self) -> None:
        assert hidden_parts([9, 1, 30], 5) == {0, 1}
        assert hidden_parts([3, 1, 30], 5) == {0, 1}
        assert hidden_parts([9, 0, 30], 5) == frozenset()

    def test_steps_cannot_be_subtracted(self) -> None:
        cells = Cells(5, Language("en"))
        steps = (Step("a", 100, 2, 0, 98, 95), Step("b", 98, 20, 0, 78, 98), Step("c", 78, 9, 0, 69, 78))
        shown = cells.steps(steps)
        assert [row[0] for row in shown] == ["fewer than 5", "20", "not shown"]
        assert [row[2] for row in shown] == ["–", "–", "69"]


def test_pdf_has_pages_tags_and_the_same_bytes() -> None:
    """The same page gives the same file, with nothing of the day or the machine's clock in it."""
    pytest.importorskip("weasyprint")
    html = to_html(made_study.unmeasured(), "da")
    first = to_pdf(html, "run-1")
    assert first == to_pdf(html, "run-1")
    assert first.startswith(b"%PDF-")
    assert b"/CreationDate" not in first
    assert first != to_pdf(html, "run-2")


def test_titles_of_the_result_go_before_those_of_definitions() -> None:
    made: StudyResult = replace(made_study.good(), titles={"hospital": "Sygehusets egne data"})
    assert "Sygehusets egne data" in to_markdown(made, "da")


def test_axe_finds_nothing_and_a_phone_is_wide_enough(chromium: str, axe: str) -> None:
    """WCAG AA at both widths, and only tables in their own boxes are wider than a phone."""
    html = to_html(made_study.overridden(), "da")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(html)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate(axe + f"; axe.run({{runOnly: {WCAG}}})")["violations"]
            assert not found, [(width, fault["id"], fault["nodes"][0]["html"]) for fault in found]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
