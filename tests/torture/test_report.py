"""The figures of a run, for people and for the file that other measurements write to as well."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

from tests.torture.facts import Attempt, Entry, Facts, Take, Task
from tests.torture.report import Report, merge_into, report_of
from tests.torture.run import Outcome

PRICE = Decimal("0.2209")


def report(price: Decimal = PRICE) -> Report:
    """One failed take for which the studio has called `price` paid, and the gateway took PRICE."""
    task = Task("ldtask_1", "tokenhub", "Take 1", "failed", PRICE, "USD", None)
    take = Take(
        pk=1,
        door="TokenHub",
        state="failed",
        standing="settled",
        price=price,
        estimate=PRICE,
        currency="USD",
        prompt="Take 1",
        attempts=(Attempt(1, "accepted", "ldtask_1", None, ""),),
        entries=(Entry("estimated", 1, PRICE, "USD"), Entry("settled", 1, price, "USD")),
        tasks=(task,),
    )
    killed = Counter({"busy worker": 2, "started again": 1})
    return report_of(Outcome(facts=Facts((take,)), killed=killed, seconds=12.0))


def test_report_of_a_run_in_which_all_is_well_has_no_complaints() -> None:
    assert report().complaints == []
    assert report().figures == {
        "renders": 1,
        "kills": 2,
        "creates": 1,
        "duplicates": 0,
        "lost": 0,
        "ledger_difference": 0.0,
    }


def test_report_names_the_difference_between_ledger_and_bill() -> None:
    wrong = report(Decimal("0.45"))

    assert wrong.figures["ledger_difference"] == 0.23
    assert wrong.complaints[-1] == "The ledger and the gateways' bills differ by 0.2291 USD."


def test_table_has_a_row_for_each_gateway_and_one_for_all() -> None:
    rows = report().table().splitlines()

    assert rows[4] == "| TokenHub | 1 | 1 | 0 | 0 | 1 | 0 | 0 | 0 | 0.22 USD | 0 |"
    assert rows[8] == rows[4].replace("TokenHub", "together")
    assert "Killed: 2 × busy worker. A whole worker was started again 1 times." in rows


def test_figures_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    file.write_text(json.dumps({"tracker_ratio_sqlite": 0.9, "kills": 3}))

    merge_into(file, report().figures)
    merge_into(tmp_path / "new.json", report().figures)

    assert json.loads(file.read_text()) == {"tracker_ratio_sqlite": 0.9, **report().figures}
    assert json.loads((tmp_path / "new.json").read_text()) == report().figures
