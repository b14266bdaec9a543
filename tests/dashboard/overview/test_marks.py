"""Drill equality: the rows that a mark's address opens are as many, and add up to as much, as it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qsl, urlencode

from sqlalchemy.orm import Session

from dashboard.drill import read_then
from dashboard.filters import Filters
from dashboard.overview import Overview, overview
from dashboard.overview.marks import Marks, Row, marks_of, tile_rows
from dashboard.view import BankFacts, look
from database.connection import read_only
from database.dimensions import HOURS_OF_WEEK
from database.queries.banks import every_bank
from database.segments import Sums, extent, read
from models.transactions import Channel, TransactionType
from tests.database.segments.test_reading import world
from tests.servers import Database

NOW = datetime(2024, 4, 18, 9, 30, tzinfo=UTC)
PERIODS = ["", "range=all", "range=7d", "range=24h", "range=90d", "range=2024-01-03..2024-02-20"]
PERIODS += ["range=2024-02-01T07:15..2024-03-02T18:40", "range=2024-03-30..2024-03-31"]


def random_query(random: Random) -> str:
    pairs = parse_qsl(random.choice(PERIODS))
    pairs += [("by", random.choice(["count", "amount"]))]
    if random.random() < 0.4:
        pairs += [("channel" + random.choice(["", "!"]), str(random.choice(list(Channel)))) for _ in range(2)]
    if random.random() < 0.3:
        pairs += [("country" + random.choice(["", "!"]), random.choice(["FR", "US", ""]))]
    if random.random() < 0.3:
        pairs += [("label" + random.choice(["", "!"]), random.choice(["fraud", "genuine", ""]))]
    if random.random() < 0.3:
        pairs += [("type", str(random.choice(list(TransactionType)))) for _ in range(4)]
    if random.random() < 0.3:
        pairs += [("amount", random.choice(["5..", "..20", "1..30.5"]))]
    if random.random() < 0.2:
        pairs += [("hour" + random.choice(["", "!"]), hour) for hour in random.sample(HOURS_OF_WEEK, 20)]
    if random.random() < 0.2:
        pairs += [("score", random.choice(["0.2..0.8", "..0.5"]))]
    return urlencode(pairs)


def address_of(found: Overview, marks: Marks, row: Row) -> str:
    """The address behind a mark, put together as the browser does."""
    pairs = parse_qsl(found.view.filters.to_query(), keep_blank_values=True)
    pairs = [pair for pair in pairs if pair[0] not in {marks.key, f"{marks.key}!", "by"}] + [
        (marks.key, row[0])
    ]
    extra = parse_qsl(marks.drills[row[3]], keep_blank_values=True)
    kept = {key for key, _ in extra}
    return urlencode([pair for pair in pairs if pair[0] not in kept] + extra)


def total_of(session: Session, query: str, bank: BankFacts, now: datetime) -> Sums:
    view = look(Filters.from_query(query), [bank], extent(session, [bank.bank_id]), now)
    return read(session, replace(view.selection(), previous=None)).total


def test_the_rows_of_any_mark_are_the_marks(committed: Database) -> None:
    world(seed=11, rows=2_400)
    random = Random(12)
    with read_only("all") as session:
        bank = every_bank(session)[0]
        compared = dict.fromkeys(("rate", "heat", "category", "channel", "country", "payment", "amounts"), 0)
        for _ in range(60):
            query = random_query(random)
            now = random.choice([NOW, datetime(2024, 4, 17, 11, 5, tzinfo=UTC)])
            view = look(Filters.from_query(query), [bank], extent(session, [bank.bank_id]), now)
            found = overview(session, view, None)
            if not found.total.rows:
                continue
            assert total_of(session, query, bank, now).rows == marks_of(found)["rate"].whole[0]
            for slug, address in tile_rows(found).items():
                opened, then = address.removeprefix("transactions?").split("#")
                told = read_then(f"#{then}")
                assert told is not None
                assert told.is_equal(total_of(session, opened, bank, now)), (slug, query, address)
            for slug, marks in marks_of(found).items():
                rows = [row for group in marks.groups for row in group if row is not None]
                for row in random.sample(rows, k=min(2, len(rows))):
                    total = total_of(session, address_of(found, marks, row), bank, now)
                    assert total.rows == row[1], (slug, query, row)
                    assert row[2] is None or total.volume_e4 == row[2], (slug, query, row)
                    compared[slug] += 1
    assert min(compared.values()) > 40, compared


def test_a_mark_that_the_page_leaves_out_opens_only_rows_with_an_amount(committed: Database) -> None:
    world(seed=1, rows=2_400)
    query = "by=amount&channel=online&channel=branch&country=&label=fraud"
    with read_only("all") as session:
        bank = every_bank(session)[0]
        view = look(Filters.from_query(query), [bank], extent(session, [bank.bank_id]), NOW)
        found = overview(session, view, None)
        marks = marks_of(found)["channel"]
        rows = [row for row in marks.groups[0] if row is not None]
        assert {row[0] for row in rows} > {"online", "branch"}
        for row in rows:
            total = total_of(session, address_of(found, marks, row), bank, NOW)
            assert (total.rows, total.volume_e4) == row[1:3], row
