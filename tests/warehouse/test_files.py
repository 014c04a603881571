"""The files of a package: what a CSV or Parquet file may look like, and what becomes of one that is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.warehouse.house import House
from tests.warehouse.packages import ANNA, ROWS, Package, Row, as_csv, as_parquet, cpr, lines

COLUMNS = ["cpr", "date", "specialty", "referred_by_gp", "fee"]
HEADER = ",".join(COLUMNS)


def visit(number: int = 1, specialty: str = "eye") -> str:
    return f"{cpr(number)},2015-05-05,{specialty},true,100.00"


#: So many good lines that two bad ones are within the limit.
GOOD = [visit(number) for number in range(100, 250)]
BAD = visit(1, "astrologer")


def package(content: bytes, rows: int = len(GOOD), form: str = "csv") -> Package:
    """A package of one table whose file has the content, and so many rows."""
    return Package(
        "health_insurance",
        form=form,
        files={"specialist_contact": content},
        describe=lambda descriptor: descriptor["resources"][0].update(rows=rows),
    )


def csv_file(*body: str, header: str = HEADER) -> Package:
    return package(lines(header, *body), len(body))


# CSV that can be read

WHOLE = lines(HEADER, *GOOD)
READABLE = {
    "header only": (lines(HEADER), 0),
    "header without an end of line": (HEADER.encode(), 0),
    "byte order mark": (b"\xef\xbb\xbf" + WHOLE, len(GOOD)),
    "byte order mark and quotes": (b"\xef\xbb\xbf" + WHOLE.replace(b"cpr", b'"cpr"', 1), len(GOOD)),
    "lines that end as on Windows": (WHOLE.replace(b"\n", b"\r\n"), len(GOOD)),
    "no end of line at the end": (WHOLE.rstrip(b"\n"), len(GOOD)),
    "empty line at the end": (WHOLE + b"\n", len(GOOD)),
    "every value in quotes": (WHOLE.replace(b",", b'","').replace(b"\n", b'"\n"')[:-1].replace(b"cpr", b'"cpr', 1),
                              len(GOOD)),
    "columns in another order": (lines(*(",".join(reversed(line.split(","))) for line in (HEADER, *GOOD))), len(GOOD)),
}  # fmt: skip


@pytest.mark.parametrize(("content", "rows"), READABLE.values(), ids=READABLE.keys())
def test_csv_in_any_of_its_usual_forms_is_read(house: House, content: bytes, rows: int) -> None:
    report = house.load(package(content, rows))
    assert (report.rejected, house.counts()) == (0, {"specialist_contact": rows})


def test_commas_quotes_and_newlines_may_stand_inside_quotes(house: House) -> None:
    names = ["Lægerne, Havnen", 'Lægerne "Havnen"', "Lægerne\nHavnen"]
    practices = Package("general_practice")
    for number, name in enumerate(names):
        practices.add("practice", provider_number=f"10000{number}", name=name)
    house.load(practices)
    assert house.column("practice", "name") == sorted(names)


def test_extra_columns_are_ignored_with_a_warning_whatever_they_are_called(house: House) -> None:
    extra = ["remark", "person_id", "line", "written", "broken", "read_fee", "first"]
    body = [f"{line},{','.join(['7'] * len(extra))}" for line in GOOD]
    report = house.load(csv_file(*body, header=f"{HEADER},{','.join(extra)}"))
    rows = house.rows("specialist_contact")
    assert {tuple(row) for row in rows} == {("person_id", *COLUMNS[1:])}
    assert {row["person_id"] for row in rows} == {house.person(cpr(number)) for number in range(100, 250)}
    assert all(name in str(report.warnings) for name in extra)


def test_an_extra_column_cannot_bring_cpr_numbers_into_the_lake(house: House) -> None:
    body = [f"{line},{line[:10]}" for line in GOOD]
    house.load(csv_file(*body, header=f"{HEADER},person_id"))
    assert not {name for name in house.files_with(cpr(100), cpr(249)) if not name.startswith("vault/")}


# CSV that cannot be read

UNREADABLE = {
    "semicolons": (WHOLE.replace(b",", b";"), "columns are separated by semicolons"),
    "tabulators": (WHOLE.replace(b",", b"\t"), "missing column cpr"),
    "nothing at all": (b"", "header"),
    "a header with a name twice": (WHOLE.replace(b"fee", b"date", 1), "two have the same"),
    "a header with a nameless column": (WHOLE.replace(b"fee", b"fee,", 1), "a column has no name"),
    "missing column": (as_csv(COLUMNS[:-1], []), "missing column fee"),
    "no header": (lines(*GOOD), "missing column cpr"),
    "a header that is not UTF-8": (lines(HEADER).replace(b"fee", "gebyr_på".encode("latin-1")), "not UTF-8"),
    "UTF-16": (WHOLE.decode().encode("utf-16"), "not UTF-8"),
}


@pytest.mark.parametrize(("content", "why"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_is_not_csv_of_the_contract_refuses_the_delivery(house: House, content: bytes, why: str) -> None:
    refused = house.refuse(package(content, max(content.count(b"\n") - 1, 0)))
    assert "specialist_contact.csv" in refused
    assert why in refused


def test_an_unterminated_quote_does_not_swallow_the_lines_after_it(house: House) -> None:
    """What stands after the quote is one value to any reader; the rows that are missing then refuse the delivery."""
    refused = house.refuse(csv_file(*GOOD[:50], visit(1, '"eye'), *GOOD[50:]))
    assert f"the descriptor says {len(GOOD) + 1}" in refused


def set_aside(house: House, *body: str, within: Sequence[str] = GOOD) -> list[tuple[int, str, str]]:
    """Line, fault and value of what is set aside when `body` stands before good lines; these are loaded."""
    house.load(csv_file(*body, *within))
    assert house.counts() == {"specialist_contact": len(within)}
    return [(row["line"], row["fault"], row["value"]) for row in house.rejects()]


NOT_KNOWN = "not one of psychologist, psychiatrist, eye, podiatrist, other"


def test_a_line_with_too_many_values_is_set_aside(house: House) -> None:
    many = f"{visit()},more"
    assert set_aside(house, many, BAD) == [(2, "too many columns", many), (3, NOT_KNOWN, "astrologer")]


def test_a_line_with_too_few_values_is_set_aside(house: House) -> None:
    few = f"{ANNA},2015-05-05"
    assert set_aside(house, few, BAD) == [(2, "missing columns", few), (3, NOT_KNOWN, "astrologer")]


def test_text_after_a_closing_quote_sets_the_line_aside(house: House) -> None:
    stray = visit(1, '"eye"s')
    (broken, bad) = set_aside(house, stray, BAD)
    assert (broken[0], broken[2], bad) == (2, stray, (3, NOT_KNOWN, "astrologer"))


def test_an_unterminated_quote_in_the_last_line_sets_it_aside(house: House) -> None:
    house.load(csv_file(*GOOD, visit(1, '"eye')))
    ((line, value),) = [(row["line"], row["value"]) for row in house.rejects()]
    assert (line, value) == (len(GOOD) + 2, visit(1, '"eye'))


def test_the_value_of_a_broken_line_is_the_line_also_when_lines_end_as_on_windows(house: House) -> None:
    many = f"{visit()},more"
    house.load(package(lines(HEADER, GOOD[0], many, *GOOD).replace(b"\n", b"\r\n"), len(GOOD) + 2))
    assert [(row["line"], row["value"]) for row in house.rejects()] == [(3, many)]


def test_lines_are_those_of_the_file_after_many_broken_ones(house: House) -> None:
    """Broken lines are no rows to the engine; the rows after them are numbered as a person counts them."""
    many = [visit(number) for number in range(100, 900)]
    body = list(many)
    for place in (0, 1, 5, 5, 400):
        body.insert(place, "broken")
    body.append(BAD)
    house.load(csv_file(*body))
    expected = [number for number, line in enumerate(body, 2) if line in ("broken", BAD)]
    assert [row["line"] for row in house.rejects()] == expected


def test_lines_are_those_of_the_file_after_a_value_with_a_newline(house: House) -> None:
    body = [visit(1, '"ear\nand eye"'), BAD, *GOOD]
    house.load(package(lines(HEADER, *body), len(body)))
    assert [(row["line"], row["value"]) for row in house.rejects()] == [(2, "ear\nand eye"), (4, "astrologer")]


def test_lines_are_those_of_the_file_after_an_empty_line(house: House) -> None:
    house.load(package(lines(HEADER, GOOD[0], "", BAD, *GOOD[1:]), len(GOOD) + 1))
    assert [row["line"] for row in house.rejects()] == [4]


@pytest.mark.parametrize("place", [5, 700])
def test_a_line_that_is_not_utf8_is_set_aside_wherever_it_stands(house: House, place: int) -> None:
    many = [visit(number) for number in range(100, 900)]
    content = lines(HEADER, *many[:place]) + visit(1, "øre").encode("latin-1") + b"\n" + lines(*many[place:])
    house.load(package(content, len(many) + 1))
    assert [row["line"] for row in house.rejects()] == [place + 2]
    assert house.counts() == {"specialist_contact": len(many)}


# Parquet


def visits(count: int = 60, **said: object) -> list[Row]:
    return [{"cpr": cpr(number), **ROWS["specialist_contact"], **said} for number in range(count)]


def parquet(rows: list[Row], **types: pa.DataType) -> Package:
    return package(as_parquet(COLUMNS, rows, types), len(rows), "parquet")


def test_parquet_may_hold_text_or_the_contracts_own_types(house: House) -> None:
    typed = visits(date=dt.date(2015, 5, 5), fee=Decimal("850.50"))
    house.load(parquet(typed, date=pa.date32(), referred_by_gp=pa.bool_(), fee=pa.decimal128(12, 2)))
    own = house.rows("specialist_contact")
    house.load(parquet(visits()))
    assert house.rows("specialist_contact") == own
    assert own[0]["fee"] == Decimal("850.50")


def test_parquet_of_few_distinct_texts_may_hold_a_dictionary(house: House) -> None:
    house.load(parquet(visits(), specialty=pa.dictionary(pa.int8(), pa.string())))
    assert house.column("specialist_contact", "specialty") == ["psychologist"] * 60


def test_a_column_of_nulls_need_not_have_a_type(house: House) -> None:
    """So the usual tools write a column in which nobody has a value."""
    columns = ["cpr", "date", "check", "value"]
    checks = [{"cpr": ANNA, **ROWS["gp_check"]}]
    wanted = Package("general_practice", form="parquet", rows={"gp_check": checks})
    wanted.files["gp_check"] = as_parquet(columns, checks, {"value": pa.null()})
    house.load(wanted)
    assert [row["value"] for row in house.rows("gp_check")] == [None]


UNFIT = {
    "cpr as a number": ("cpr", pa.int64(), int(ANNA), "the column `cpr` is int64, the contract says text"),
    "cpr as bytes": ("cpr", pa.binary(), ANNA.encode(), "the column `cpr` is binary, the contract says text"),
    "a date as a number": ("date", pa.int32(), 20150505, "the column `date` is int32, the contract says date"),
    "a bool as a number": (
        "referred_by_gp",
        pa.int8(),
        1,
        "the column `referred_by_gp` is int8, the contract says bool",
    ),
    "an amount as a date": (
        "fee",
        pa.date32(),
        dt.date(2015, 5, 5),
        "the column `fee` is date, the contract says money",
    ),
}


@pytest.mark.parametrize(("column", "kind", "value", "why"), UNFIT.values(), ids=UNFIT.keys())
def test_a_parquet_column_of_another_type_refuses_the_delivery(
    house: House, column: str, kind: pa.DataType, value: object, why: str
) -> None:
    assert why in house.refuse(parquet(visits(**{column: value}), **{column: kind}))


def test_lines_of_parquet_are_rows_counted_from_one(house: House) -> None:
    rows = visits(100)
    rows[3]["date"] = None
    rows[7]["cpr"] = None
    house.load(parquet(rows))
    assert [(row["line"], row["column"], row["value"]) for row in house.rejects()] == [
        (4, "date", None),
        (8, "cpr", None),
    ]


def test_numbers_that_are_none_are_set_aside(house: House) -> None:
    rows = visits(200, fee=10.0)
    rows[0]["fee"], rows[1]["fee"], rows[2]["fee"] = float("nan"), float("inf"), 1e300
    house.load(parquet(rows, fee=pa.float64()))
    assert [(row["line"], row["fault"]) for row in house.rejects()] == [(n, "not an amount") for n in (1, 2, 3)]


def test_a_moment_with_a_zone_is_read_as_the_day_of_copenhagen(house: House) -> None:
    late = dt.datetime(2015, 12, 31, 22, 30, tzinfo=dt.UTC)
    later = dt.datetime(2015, 12, 31, 23, 30, tzinfo=dt.UTC)
    rows = [*visits(100, date=late), *visits(1, date=later)]
    house.load(parquet(rows, date=pa.timestamp("us", "UTC")))
    assert {row["date"] for row in house.rows("specialist_contact")} == {dt.date(2015, 12, 31)}
    assert [row["line"] for row in house.rejects()] == [101]


def damaged(content: bytes, first: int, last: int) -> bytes:
    return content[:first] + b"\xff" * (last - first) + content[last:]


INTACT = as_parquet(COLUMNS, visits(3000))
BROKEN = {
    "cut short": INTACT[:-100],
    "only its beginning": INTACT[: len(INTACT) // 2],
    "empty": b"",
    "CSV under another name": as_csv(COLUMNS, visits(3000)),
    "damaged in its rows": damaged(INTACT, 50, 2000),
    "damaged in its description": damaged(INTACT, len(INTACT) - 400, len(INTACT) - 8),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_parquet_file_refuses_its_delivery_and_no_other(house: House, content: bytes) -> None:
    other = Package("prescriptions").add("dispensing")
    report = house.ingest(package(content, 3000, "parquet"), other)
    outcome = {part.name: part.refused for part in report.packages}
    assert "specialist_contact.parquet" in str(outcome["health-insurance-2016-01-02"])
    assert outcome["prescriptions-2016-01-02"] is None
    assert house.counts() == {"dispensing": 1, "risk_drug": 0}
