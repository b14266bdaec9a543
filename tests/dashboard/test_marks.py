"""Drill equality on High value and High risk: a mark opens as many rows, with the sum that it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from dashboard.drill import read_then
from dashboard.filters import Filters
from dashboard.high_risk import by_rate, by_score
from dashboard.high_risk import marks as risk
from dashboard.high_value import marks as value
from dashboard.high_value.ask import ask as high_value
from dashboard.marks import Marks, Row
from dashboard.seen import Seen
from dashboard.transactions.ask import ask as listed
from dashboard.view import View
from database.connection import get_db_session
from database.segments import Sums
from models.access import Person
from models.banks import Bank
from tests.alerting import make_person
from tests.dashboard.overview.test_marks import random_query
from tests.database.segments.test_reading import world
from tests.servers import Database

NOW = datetime(2024, 4, 18, 9, 30, tzinfo=UTC)
Told = tuple[Seen, dict[str, Marks], list[str]]


def on_high_value(person: Person, query: str) -> Told:
    answer = high_value(person, query, now=NOW)
    assert answer.found is not None
    view = viewed(answer.seen)
    return answer.seen, value.marks_of(answer.found, view), list(value.tile_rows(answer.found, view).values())


def by_risk(person: Person, query: str) -> Told:
    answer = by_score.ask(person, query, now=NOW, threshold=0.6)
    assert answer.found is not None
    view = viewed(answer.seen)
    tiles = list(risk.score_tile_rows(answer.found, view).values())
    return answer.seen, risk.score_marks(answer.found, view), tiles


def by_certainty(person: Person, query: str) -> Told:
    answer = by_rate.ask(person, query, now=NOW)
    assert answer.found is not None
    view = viewed(answer.seen)
    parties = {"customer": answer.found.customers, "merchant": answer.found.merchants}
    ranked = {
        kind: [*group.ranked[:3], *(holder.one for holder in group.holders)]
        for kind, group in parties.items()
    }
    addresses = [risk.party_rows(kind, view)(one) for kind, ones in ranked.items() for one in ones]
    return answer.seen, risk.rate_marks(answer.found, view), addresses


PAGES: dict[str, Callable[[Person, str], Told]] = {
    "high value": on_high_value,
    "by score": by_risk,
    "by rate": by_certainty,
}


def viewed(seen: Seen) -> View:
    assert seen.view is not None
    return seen.view


def address_of(filters: Filters, marks: Marks, row: Row | None) -> str:
    """The address behind a mark, put together as the browser does; without a row, behind the whole chart."""
    pairs = parse_qsl(filters.to_query(), keep_blank_values=True)
    if row is not None:
        pairs = [pair for pair in pairs if pair[0] not in {marks.key, f"{marks.key}!"}] + [
            (marks.key, row[0])
        ]
    extra = parse_qsl(marks.drill if row is None else marks.drills[row[3]], keep_blank_values=True)
    kept = {key for key, _ in extra} | {"by"}
    return urlencode([pair for pair in pairs if pair[0] not in kept] + extra)


def test_the_rows_of_any_mark_are_the_marks(committed: Database) -> None:
    world(seed=21, rows=2_400)
    random, compared = Random(22), Counter[str]()
    with get_db_session("all") as session:
        own = session.scalars(select(Bank).order_by(Bank.bank_id)).first()
        assert own is not None
        person, bank = make_person(session, own), own.code

    def total(query: str) -> Sums:
        found = listed(person, query, now=NOW).total
        assert found is not None
        return found

    for _ in range(24):
        query = urlencode([*parse_qsl(random_query(random), keep_blank_values=True), ("bank", bank)])
        for page, told in PAGES.items():
            seen, charts, addresses = told(person, query)
            for address in random.sample(addresses, k=min(2, len(addresses))):
                opened, then = address.removeprefix("transactions?").split("#")
                said = read_then(f"#{then}")
                assert said is not None
                assert said.is_equal(total(opened)), (page, query, address)
                compared[f"{page}: addresses"] += 1
            for slug, marks in charts.items():
                rows = [row for group in marks.groups for row in group if row is not None]
                for row in [None, *random.sample(rows, k=min(2, len(rows)))]:
                    behind = total(address_of(seen.filters, marks, row))
                    count, sum_e4 = marks.whole if row is None else (row[1], row[2])
                    assert behind.rows == count, (page, slug, query, row)
                    assert sum_e4 is None or behind.volume_e4 == sum_e4, (page, slug, query, row)
                    compared[f"{page}: {slug}"] += 1
    assert set(compared) >= {f"{page}: addresses" for page in PAGES}
    assert min(compared.values()) >= 5, compared
