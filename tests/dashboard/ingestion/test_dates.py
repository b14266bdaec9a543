"""Times as programs and spreadsheets write them are read exactly; an open order is never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from dashboard.ingestion.dates import orders_shown
from dashboard.ingestion.moments import day, moment, offset
from dashboard.ingestion.terms import DateOrder, Terms

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


def column(*cells: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells, pa.string())])


def read(cell: str, order: DateOrder | None = None) -> datetime | None:
    converted = moment(column(cell, "2020-01-01"), "UTC", order)
    found: datetime | None = converted.values.to_pylist()[0]
    assert (found is None) == converted.bad[0]
    return found


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("01-02-2019 00:00", DAY, datetime(2019, 2, 1, tzinfo=UTC)),
        ("01-02-2019 00:00", MONTH, datetime(2019, 1, 2, tzinfo=UTC)),
        ("6/21/20 12:14", MONTH, datetime(2020, 6, 21, 12, 14, tzinfo=UTC)),
        ("21/06/2020 12:14:05", DAY, datetime(2020, 6, 21, 12, 14, 5, tzinfo=UTC)),
        ("31.12.2019", DAY, datetime(2019, 12, 31, tzinfo=UTC)),
        ("1/2/2020 3:04:05 PM", MONTH, datetime(2020, 1, 2, 15, 4, 5, tzinfo=UTC)),
        ("1/2/2020 12:04 AM", MONTH, datetime(2020, 1, 2, 0, 4, tzinfo=UTC)),
        ("1/2/2020 12:04 pm", MONTH, datetime(2020, 1, 2, 12, 4, tzinfo=UTC)),
        ("1/2/71", DAY, datetime(1971, 2, 1, tzinfo=UTC)),
        ("2020/6/1 01:02:03", None, datetime(2020, 6, 1, 1, 2, 3, tzinfo=UTC)),
        ("2020-6-1", None, datetime(2020, 6, 1, tzinfo=UTC)),
        ("20200601", None, datetime(2020, 6, 1, tzinfo=UTC)),
        ("20200601T010203Z", None, datetime(2020, 6, 1, 1, 2, 3, tzinfo=UTC)),
        ("1590973323", None, datetime(2020, 6, 1, 1, 2, 3, tzinfo=UTC)),
        ("1590973323000", None, datetime(2020, 6, 1, 1, 2, 3, tzinfo=UTC)),
    ],
)
def test_other_ways_to_write_a_time_are_read(cell: str, order: DateOrder | None, expected: datetime) -> None:
    assert read(cell, order) == expected


@pytest.mark.parametrize(
    ("cell", "order"),
    [("31/12/2019", MONTH), ("12/31/2019", DAY), ("01/02/2019", None), ("30/02/2020", DAY),
     ("1/2/2020 25:00", DAY),
     ("0/1/2020", DAY), ("1/2/2020 13:00 PM", MONTH), ("1/2/202", DAY), ("20201301", None)],
)  # fmt: skip
def test_what_its_order_cannot_explain_is_no_time(cell: str, order: DateOrder | None) -> None:
    assert read(cell, order) is None


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["13/01/2020", "01/02/2020"], {DAY}),
        (["01/13/20 10:00", "01/02/20 10:00"], {MONTH}),
        (["01/02/2020"], {None}),
        (["13/01/2020", "01/13/2020"], {DAY, MONTH}),
        (["2020-01-13", None], set()),
    ],
)
def test_dates_show_their_order_or_leave_it_open(
    cells: list[str | None], shown: set[DateOrder | None]
) -> None:
    assert orders_shown(pa.array(cells, pa.string())) == shown


def test_a_birthday_may_be_older_than_any_payment() -> None:
    assert day(column("13/02/1950", "1950-02-13"), DAY).values.to_pylist() == [date(1950, 2, 13)] * 2


def test_offsets_count_from_the_base_date_by_the_zones_clocks() -> None:
    terms = Terms("Europe/Paris", date(2017, 1, 1))
    found = offset(column("0", "25", "1.5", None, "-1", "x", "1e300"), terms, 3_600)
    assert found.values.to_pylist() == [
        datetime(2016, 12, 31, 23, tzinfo=UTC),
        datetime(2017, 1, 2, 0, tzinfo=UTC),
        datetime(2017, 1, 1, 0, 30, tzinfo=UTC),
        None,
        None,
        None,
        None,
    ]
    assert found.bad.tolist() == [False, False, False, False, True, True, True]
