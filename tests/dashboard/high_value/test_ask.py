from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pandas as pd
import pytest
from sqlalchemy import text

from dashboard.high_value.ask import BAND_PERCENTS, HighValue, ask
from dashboard.overview.maturity import maturity_of
from database.connection import get_db_session, read_only
from models.access import Person, Role
from tests.database.segments.oracle import DAYS, FIRST, frame, store_random_rows
from tests.factories import make_bank, make_user
from tests.servers import Database

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VOLUME = {"purchase", "payment", "debit", "transfer", "cash_out"}
WHOLE = f"range={FIRST:%Y-%m-%d}..{FIRST + timedelta(days=DAYS):%Y-%m-%d}"


@pytest.fixture
def bank(committed: Database) -> tuple[Person, int, str]:
    maturity_of.cache_clear()
    with get_db_session() as session:
        bank = make_bank(session)
        person = make_user(session, bank)
        code, bank_id, user_id, name = bank.code, bank.bank_id, person.user_id, person.username
    store_random_rows(Random(21), code, 900)
    return Person(user_id, name, name, Role.ANALYST, (code,), "en", "light"), bank_id, code


def found(person: Person, query: str = "range=all") -> HighValue:
    answer = ask(person, query, now=NOW)
    assert answer.found is not None
    return answer.found


def every() -> pd.DataFrame:
    with read_only("all") as session:
        rows = frame(session)
    return rows[rows.transaction_type.isin(VOLUME)]


def stored() -> pd.DataFrame:
    rows = every()
    return rows[rows.amount_base_e4.notna()]


def test_the_limit_is_the_99th_percentile_of_the_90_days_before_the_newest_row(
    bank: tuple[Person, int, str],
) -> None:
    person, bank_id, _ = bank
    with read_only("all") as session:
        expected = session.scalar(
            text("""
select percentile_disc(0.99) within group (order by amount_base_e4) from transactions
where bank_id = :bank and amount_base_e4 is not null
    and transaction_type in ('purchase', 'payment', 'debit', 'transfer', 'cash_out')
    and timestamp > (select date_trunc('minute', max(timestamp)) from transactions where bank_id = :bank)
        + interval '1 minute' - interval '90 days'
"""),
            {"bank": bank_id},
        )
    (limit,) = found(person).thresholds
    assert (limit.e4, limit.is_set) == (expected, False)


def test_a_set_limit_counts_the_payments_from_it_on(bank: tuple[Person, int, str]) -> None:
    person, bank_id, code = bank
    with get_db_session(code) as session:
        session.execute(
            text("update banks set high_value_threshold = 50 where bank_id = :bank"), {"bank": bank_id}
        )
    page, rows = found(person), stored()
    high = rows[rows.amount_base_e4 >= 500_000]
    assert page.thresholds[0].is_set
    assert (page.high.rows, page.high.volume_e4) == (len(high), high.amount_base_e4.sum())
    assert page.every.rows == len(every())
    assert page.high.frauds == (high.label == "fraud").sum()
    assert sum(point.rows for point in page.counts.points) == len(high)
    assert page.parts[0].largest_e4 == high.amount_base_e4.max()
    for percent, band in zip(BAND_PERCENTS, page.bands, strict=False):
        low, end = 500_000 * percent // 100, 500_000 * (percent + 2) // 100
        inside = rows[(rows.amount_base_e4 >= low) & (rows.amount_base_e4 < end)]
        assert (band.lower_e4, band.genuine + band.fraud + band.unknown) == (percent * 100, len(inside))


def test_the_list_is_the_largest_beside_the_median_of_the_90_days_before(
    bank: tuple[Person, int, str],
) -> None:
    page, rows = found(bank[0]), stored()
    high = rows[rows.amount_base_e4 >= page.thresholds[0].e4].sort_values("amount_base_e4", ascending=False)
    assert [each.row.amount_base_e4 for each in page.listed] == high.amount_base_e4.head(12).tolist()
    by_id = rows.set_index("transaction_id")
    for each in page.listed:
        row = by_id.loc[each.row.transaction_id]
        own = rows[
            (rows.customer_id == row.customer_id)
            & (rows.timestamp < row.timestamp)
            & (rows.timestamp >= row.timestamp - timedelta(days=90))
        ]
        if own.empty:
            assert each.normal is None
        else:
            assert each.normal is not None
            assert each.normal.payments == len(own)
            assert each.normal.median_e4 == pytest.approx(float(own.amount_base_e4.median()))
            assert each.normal.largest_e4 == own.amount_base_e4.max()


def test_the_filter_s_own_bounds_narrow_what_is_high(bank: tuple[Person, int, str]) -> None:
    person = bank[0]
    limit = found(person).thresholds[0].e4
    assert limit is not None
    below = Decimal(limit - 1) / 10_000
    assert found(person, f"range=all&amount=..{below:f}").high.rows == 0
    above = Decimal(limit + 1) / 10_000
    rows = stored()
    assert found(person, f"range=all&amount={above:f}..").high.rows == (rows.amount_base_e4 > limit).sum()


def test_who_has_no_bank_sees_nothing_of_any(bank: tuple[Person, int, str]) -> None:
    stranger = replace(bank[0], user_id=bank[0].user_id + 1, banks=())
    assert ask(stranger, f"bank={bank[2]}", now=NOW).found is None
