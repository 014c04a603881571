"""Two processes change one warehouse: the second waits for the first, and nothing is lost.

The processes are led by pipes: each says what it is doing and waits to be told to go on.
"""

from __future__ import annotations

import pytest

from tests.warehouse.house import House
from tests.warehouse.packages import ANNA, Package
from tests.warehouse.processes import CONTEXT, ingest_and_tell, start

WAITING = "another process is changing the warehouse; waiting for it to finish"


def visits(name: str, month: int) -> Package:
    period = (f"2015-{month:02d}-01", f"2015-{month:02d}-28")
    package = Package("health_insurance", name=name, period=period)
    return package.add("specialist_contact", cpr=ANNA, date=f"2015-{month:02d}-05")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (
            Package("prescriptions").add("dispensing", cpr=ANNA),
            {"specialist_contact": 1, "dispensing": 1, "risk_drug": 0},
        ),
        (visits("april", 4), {"specialist_contact": 2}),
    ],
    ids=["of different sources", "of the same source"],
)
def test_a_second_ingest_waits_and_both_are_loaded(house: House, second: Package, expected: dict[str, int]) -> None:
    ends, processes = [], []
    for package in (visits("march", 3), second):
        here, there = CONTEXT.Pipe()
        ends.append(here)
        processes.append(start(ingest_and_tell, house.home, package.write(house.folder()), there))
        if len(processes) == 1:
            assert here.recv() == "001: checking specialist_contact"  # the first holds the warehouse and stands still
    first, other = ends
    assert other.recv() == WAITING
    other.send("go on")
    assert not other.poll()
    for end in (first, other):
        if end is first:
            end.send("go on")
        said = end.recv()
        while not isinstance(said, tuple):
            end.send("go on")
            said = end.recv()
        assert said == ("done", [None])
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert house.counts() == expected
    assert house.state().number == 2
    assert {row["person_id"] for row in house.rows("specialist_contact")} == {house.person(ANNA)}


def test_a_second_ingest_of_the_same_package_finds_it_loaded(house: House) -> None:
    folder = visits("march", 3).write(house.folder())
    processes = []
    for _ in range(2):
        here, there = CONTEXT.Pipe()
        processes.append((start(ingest_and_tell, house.home, folder, there), here))
    waiting = [end for _, end in processes]
    while waiting:
        for end in list(waiting):
            if end.poll(0.01):
                if isinstance(end.recv(), tuple):
                    waiting.remove(end)
                else:
                    end.send("go on")
    for process, _ in processes:
        process.join()
    assert (house.state().number, house.counts()) == (1, {"specialist_contact": 1})
