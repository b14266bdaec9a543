"""Where the banks' limits differ, marks filter the page and open no rows; a bank alone opens them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import pytest
from sqlalchemy import text

from dashboard.charts.figure import Words
from dashboard.high_value.ask import ask
from dashboard.high_value.marks import marks_of, tile_rows
from dashboard.language import translator
from dashboard.overview.maturity import maturity_of
from database.connection import get_db_session
from layouts.high_value_panels import parts
from layouts.sheet import Parts
from models.access import Person
from tests.alerting import make_person
from tests.database.segments.oracle import store_random_rows
from tests.factories import make_bank
from tests.servers import Database

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CHARTS = {"counts", "rate", "bands", "category", "channel", "country"}
EN = Words("en", translator("en"))


@dataclass
class Two:
    person: Person
    codes: tuple[str, str]

    def limits(self, *amounts: int) -> None:
        with get_db_session("all") as session:
            for code, amount in zip(self.codes, amounts, strict=True):
                session.execute(
                    text("update banks set high_value_threshold = :amount where code = :code"),
                    {"amount": amount, "code": code},
                )

    def shown(self, query: str) -> Parts:
        answer = ask(self.person, query, now=NOW)
        return parts(answer.found, answer.seen, EN)


@pytest.fixture
def two(committed: Database) -> Two:
    maturity_of.cache_clear()
    with get_db_session() as session:
        banks = [make_bank(session) for _ in range(2)]
        person, codes = make_person(session, *banks), (banks[0].code, banks[1].code)
    for place, code in enumerate(codes):
        store_random_rows(Random(place), code, 500, prefix=code)
    return Two(person, codes)


def test_where_limits_differ_marks_filter_and_every_panel_says_what_opens_rows(two: Two) -> None:
    two.limits(4, 6)
    shown = two.shown("range=all&bank=all")
    assert {name for name, marks in shown["marks"].items() if marks.is_closed} == CHARTS
    assert any(row for row in shown["marks"]["channel"].groups[0])
    drawn = {name: each for name, each in shown["drawn"].items() if each.figure}
    assert set(drawn) == CHARTS
    assert {each.text.closed for each in drawn.values()} == {
        "The banks’ limits differ: choose one bank to open rows."
    }
    links = [f"high-value?range=all&bank={code}" for code in two.codes]
    assert [link for link in links if link in str(shown["tiles"][0])] == links


@pytest.mark.parametrize("alone", [True, False])
def test_one_bank_or_one_limit_opens_rows(two: Two, *, alone: bool) -> None:
    two.limits(4, 6 if alone else 4)
    query = f"range=all&bank={two.codes[0] if alone else 'all'}"
    shown = two.shown(query)
    assert set(shown["marks"]) == CHARTS
    assert not [marks for marks in shown["marks"].values() if marks.is_closed]
    assert not [each for each in shown["drawn"].values() if each.text.closed]
    answer = ask(two.person, query, now=NOW)
    assert answer.found is not None
    assert answer.seen.view is not None
    assert marks_of(answer.found, answer.seen.view)["counts"].whole[0] == answer.found.high.rows
    assert set(tile_rows(answer.found, answer.seen.view)) == {"rows", "frauds"}
