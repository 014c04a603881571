"""The report: complete, well-formed, in two languages, harmless and the same every time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from samspil.evaluation import DataSource, ModelCard, Validation, model_card, validate
from samspil.evaluation.figures import Estimate, Share
from samspil.evaluation.validation import EventResult
from samspil.population import Switch
from samspil.population.binding import check_outcomes
from samspil.population.time import Months
from samspil.programmes import find_model, load_programmes
from samspil.reports import words
from samspil.reports.document import Row, Section, Table
from samspil.reports.language import Code, Language
from samspil.reports.validation_report import document, to_html, to_markdown
from samspil.warehouse.contracts import contracts
from tests.evaluation.made_people import D, by_lot, covered, model_file, validated
from tests.population.builders import Region, as_ibis

REPORTED = dt.date(2016, 2, 3)
HOSTILE = '</td><script>alert("x")</script>|_*[æ](http://evil.example) & "co" \'s'
VOID = {"meta", "br", "hr", "img", "input", "link", "path", "line", "rect"}


def carded(validation: Validation) -> ModelCard:
    day = dt.date(2016, 2, 1)
    sources = [
        DataSource(name, contract.title, "Ejeren", dt.date(2010, 1, 1), dt.date(2016, 1, 31), day, (f"{name}-1",))
        for name, contract in contracts().items()
    ]
    return model_card(model_file(), validation, sources, "0.1.0")


@pytest.fixture(scope="module")
def validation() -> Validation:
    region = by_lot(20150131)
    region.add("practice", provider_number="100002", name=HOSTILE, municipality="461", doctors=1)
    return validated(region)


@pytest.fixture(scope="module", params=["da", "en"])
def code(request: pytest.FixtureRequest) -> Code:
    found: Code = request.param
    return found


@pytest.fixture(scope="module")
def html(validation: Validation, code: Code) -> str:
    return to_html(validation, carded(validation), code, REPORTED)


@pytest.fixture(scope="module")
def markdown(validation: Validation, code: Code) -> str:
    return to_markdown(validation, carded(validation), code, REPORTED)


class Outline(HTMLParser):
    """Checks that elements are closed in order, and notes what accessibility asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("aria-labelledby", "aria-describedby"):
            self.references += str(given.get(name) or "").split()
        if str(given.get("href") or "").startswith("#"):
            self.references.append(str(given["href"])[1:])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    return parser


class TestPage:
    def test_is_well_formed(self, outline: Outline) -> None:
        assert outline.open == []
        assert len(outline.ids) == len(set(outline.ids))
        assert set(outline.references) <= set(outline.ids)

    def test_headings_come_in_order(self, outline: Outline) -> None:
        assert outline.headings[0] == 1
        assert outline.headings.count(1) == 1
        assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))

    def test_tables_have_captions_and_scopes(self, outline: Outline) -> None:
        tags = [tag for tag, _ in outline.elements]
        assert tags.count("table") == tags.count("caption") > 10
        assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in outline.elements if tag == "th")

    def test_charts_are_named_images_with_their_numbers_below(self, outline: Outline) -> None:
        charts = [attributes for tag, attributes in outline.elements if tag == "svg"]
        tags = [tag for tag, _ in outline.elements]
        assert len(charts) >= 8
        assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)
        assert tags.count("details") == tags.count("figure") == len(charts)

    def test_asks_nothing_of_the_outside(self, html: str) -> None:
        without_names = html.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
        assert "http" not in without_names.replace("http://evil.example", "")
        assert not re.search(r"<script|<link|<img|@import|url\((?!#)|src=", html)

    def test_says_its_language(self, html: str, code: Code) -> None:
        assert f'<html lang="{code}">' in html

    def test_escapes_what_practices_are_called(self, outline: Outline) -> None:
        assert any(HOSTILE in text for text in outline.text)


def tables_of(section: Section) -> list[Table]:
    found = [block for block in section.blocks if isinstance(block, Table)]
    found += [figure.table for block in section.blocks if isinstance(block, Row) for figure in block.figures]
    return found + [table for child in section.sections for table in tables_of(child)]


def figures_in(found: Any) -> list[Estimate]:
    """Every figure anywhere in a result."""
    if isinstance(found, Estimate):
        return [found]
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return [f for field in dataclasses.fields(found) for f in figures_in(getattr(found, field.name))]
    if isinstance(found, tuple):
        return [f for member in found for f in figures_in(member)]
    return []


class TestFigures:
    def test_come_from_the_result(self, validation: Validation, code: Code) -> None:
        """Each interval printed in a table of shares is that of a figure of the result, or of scores joined."""
        language = Language(code)
        known = {words.share(f, language, digits) for f in figures_in(validation.outcomes) for digits in (0, 1)}
        known |= {words.number(f, language, digits) for f in figures_in(validation.outcomes) for digits in (1, 2, 3)}
        report = document(validation, carded(validation), language, REPORTED)
        interval = re.compile(r"^[\d.,]+(?:\u00a0?%)? \([\d.,]+–[\d.,]+(?:\u00a0?%)?\)$")
        printed = {
            cell
            for section in report.sections
            for table in tables_of(section)
            if "score" not in table.caption
            for row in table.rows
            for cell in row
            if interval.match(cell)
        }
        assert len(printed) > 20
        assert printed <= known

    def test_of_the_main_table(self, validation: Validation, code: Code) -> None:
        language = Language(code)
        result = validation.main.result
        assert isinstance(result, EventResult)
        at = result.accuracy.at_threshold
        assert isinstance(at.ppv, Share)
        report = document(validation, carded(validation), language, REPORTED)
        section = next(s for s in report.sections if s.name == "outcome-admission")
        cells = {cell for row in tables_of(section)[0].rows for cell in row}
        for figure in (at.ppv, at.sensitivity, at.specificity, result.accuracy.prevalence):
            assert words.share(figure, language) in cells
        assert words.number(result.accuracy.auc, language, 3) in cells

    def test_answer_first(self, validation: Validation, code: Code, markdown: str) -> None:
        language = Language(code)
        result = validation.main.result
        assert isinstance(result, EventResult)
        at = result.accuracy.at_threshold
        answer = markdown.split("\n## ")[1]
        for count in (validation.population.persons, at.listed, at.events, at.listed_events):
            assert language.number(count) in answer
        assert words.share(at.ppv, language) in answer
        assert words.share(at.sensitivity, language) in answer


class TestText:
    def test_is_of_its_language(self, markdown: str, code: Code) -> None:
        if code == "da":
            assert re.search(r"\d,\d\u00a0%", markdown)
            assert not re.search(r"\d\.\d+ ?%", markdown)
            assert "31-01-2015" in markdown
            assert "03-02-2016" in markdown
        else:
            assert "Does the model find the right people?" in markdown
            assert "31 January 2015" in markdown
            assert not re.search(r"[øåØÅ]", markdown.replace("Lægerne Ærø", ""))

    def test_markdown_tables_have_as_many_cells_as_columns(self, markdown: str) -> None:
        blocks = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
        assert len(blocks) > 10
        for block in blocks:
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(cells) == 1
        assert "<script" not in markdown

    def test_nothing_is_not_a_number(self, html: str) -> None:
        assert not re.search(r"\bnan\b|\binf\b|None", html.replace("NaN", "nan"))

    def test_the_same_input_gives_the_same_bytes(self, validation: Validation, code: Code, html: str) -> None:
        assert to_html(validation, carded(validation), code, REPORTED) == html

    def test_practices_are_not_ranked(self, markdown: str, code: Code) -> None:
        table = markdown.split({"da": "**Efter praksis**", "en": "**By practice**"}[code])[1].split("\n\n")[1]
        numbers = re.findall(r"^\| (\d{6})", table, re.MULTILINE)
        assert numbers == sorted(numbers)


class TestGaps:
    """What is lacking is said, and breaks nothing."""

    @pytest.fixture(scope="class")
    @classmethod
    def few(cls) -> Region:
        region = Region(as_of=D)
        region.citizen(1).home_nursing()
        region.citizen(2)
        return region

    def test_source_that_is_not_loaded(self, few: Region, code: Code) -> None:
        validation = validated(few, without=["hospital", "municipal_care"])
        text = to_markdown(validation, carded(validation), code, REPORTED)
        expected = {
            "da": ("kilden »Landspatientregisteret« er ikke indlæst", "Mangler for alle: Hjemmesygepleje."),
            "en": ("is not loaded", "Missing for everybody: Home nursing."),
        }
        assert all(sentence in text for sentence in expected[code])

    def test_no_events(self, few: Region, code: Code) -> None:
        validation = validated(few)
        page = to_html(validation, carded(validation), code, REPORTED)
        assert Language(code)("Nobody had the outcome, so there is nothing more to show.") in page

    def test_nobody(self, code: Code) -> None:
        region = Region(as_of=D)
        region.citizen(1, age=3)
        validation = validated(region, practices=False)
        assert Language(code)("Nobody could be listed.") in to_html(validation, carded(validation), code, REPORTED)


@pytest.mark.parametrize(
    ("name", "switch"),
    [
        ("sad", Switch("sad", "origin", True, "afprøvet <efter> aftale")),
        ("daemp", Switch("daemp", "include_red", False)),
    ],
)
def test_the_odense_models(name: str, switch: Switch) -> None:
    """Their cards tell every item, reading and dated value, and the switches with their reasons."""
    programme = next(found for found in load_programmes() if found.definition.programme == "odense-ic")
    assert programme.outcomes is not None
    check_outcomes(programme.outcomes)
    model = find_model(name)
    tables = as_ibis(by_lot(3, persons=60).without("prescriptions"))
    outcomes = programme.outcomes.outcomes
    reach = covered()
    validation = validate(
        model,
        outcomes,
        tables,
        D,
        Months(12),
        data_until=reach["data_until"],
        data_from=reach["data_from"],
        switches=[switch],
    )
    assert validation.main.outcome.outcome == {"sad": "long_sick_leave", "daemp": "acute_admission"}[name]
    text = to_markdown(validation, model_card(model, validation, [], "0.1.0"), "da", REPORTED)
    card = text.split("## Modelkort")[1]
    in_force = model.at(D)
    for title in [item.title.da for item in in_force.items] + [rule.title.da for rule in in_force.exclusions]:
        assert title in card
    for question in in_force.open_questions:
        assert f"| {question} |" in card
    assert str(switch) in card.replace("\\", "")
    assert ("afprøvet &lt;efter&gt; aftale" in card) == (name == "sad")
    assert ("Udeladt af målgruppen: rød." in card) == (name == "daemp")
    assert to_html(validation, model_card(model, validation, [], "0.1.0"), "da", REPORTED)
