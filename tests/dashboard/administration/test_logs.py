"""What the address of the Logs page means, and what becomes of what it cannot mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from dashboard.administration.logs import SHOWN, LogView, Wanted, look
from database.logs.entries import Bucket, LogEntry
from database.logs.postgres import PostgresLogStore
from tests.factories import make_user

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def entry(message: str, *, minutes: float = -1, level: str = "INFO", **fields: object) -> LogEntry:
    given = {"service": "web", "category": "web", "logger": "tests", **fields}
    at = NOW + timedelta(minutes=minutes)
    return LogEntry(created_at=at, level=level, message=message, **given)  # type: ignore[arg-type]  # names it


def found(query: str) -> LogView:
    return look(query, now=NOW, store=PostgresLogStore())


def messages(query: str) -> list[str]:
    return [stored.entry.message for stored in found(query).page.entries]


def test_fields_levels_and_words_narrow_the_log(db: Session) -> None:
    ana = make_user(db, username="ana")
    PostgresLogStore().write(
        [
            entry("GET /overview", path="/overview", user_id=ana.user_id),
            entry("slow query: 1200 ms", level="WARNING", category="database", request_id="r1"),
            entry("it broke", level="ERROR", alert_id=5, transaction_id="t-1", service="worker"),
            entry("long ago", minutes=-90),
        ]
    )
    assert messages("") == ["it broke", "slow query: 1200 ms", "GET /overview"]
    assert messages("?range=24h")[-1] == "long ago"
    assert messages("?q=category:database") == ["slow query: 1200 ms"]
    assert messages("?q=user:ana") == messages(f"?q=user:{ana.user_id}") == ["GET /overview"]
    assert messages("?q=level:warning%2B") == ["it broke", "slow query: 1200 ms"]
    assert messages("?q=level:warning") == messages("?level=warning") == ["slow query: 1200 ms"]
    assert messages('?q="slow query" request:r1') == ["slow query: 1200 ms"]
    assert messages("?q=alert:5 transaction:t-1 service:worker") == ["it broke"]
    assert messages("?q=path:/overview") == ["GET /overview"]
    assert messages("?q=query: 1200") == ["slow query: 1200 ms"]
    assert dict(found("?level=error").totals or {}) == {"INFO": 1, "WARNING": 1, "ERROR": 1}


@pytest.mark.parametrize(
    "words", ["user:nobody", "alert:x", "alert:99999999999999999999", "category:food", "level:loud"]
)
def test_a_field_that_names_nothing_is_said_and_left_out(db: Session, words: str) -> None:
    PostgresLogStore().write([entry("here")])
    view = found(f"?q={words}")
    assert [str(problem) for problem in view.wanted.problems] == [f"{words} names nothing; it was left out."]
    assert len(view.page.entries) == 1


@pytest.mark.parametrize(
    ("span", "bucket", "hours"),
    [
        ("15m", Bucket.MINUTE, 0.25),
        ("1h", Bucket.MINUTE, 1),
        ("24h", Bucket.HOUR, 24),
        ("7d", Bucket.HOUR, 168),
        ("30d", Bucket.DAY, 720),
    ],
)
def test_a_span_has_its_bars(span: str, bucket: Bucket, hours: float) -> None:
    wanted = Wanted.from_query(f"?range={span}", now=NOW)
    assert wanted.bucket is bucket
    assert wanted.until - wanted.since == timedelta(hours=hours, seconds=1)


def test_a_brushed_time_is_exact() -> None:
    wanted = Wanted.from_query("?range=2026-03-04T09:00..2026-03-04T09:05", now=NOW)
    assert (wanted.since, wanted.until) == (NOW - timedelta(hours=3), NOW - timedelta(hours=2, minutes=55))


@pytest.mark.parametrize(
    "span",
    [
        "x",
        "..",
        "2026..2025",
        "2026-03-04..2026-03-04",
        "1000-01-01..2026-01-01",
        "9" * 999,
        "0001-01-01T00:00+23:59..0001-01-02T00:00",
        "9999-12-31T00:00..9999-12-31T23:59",
        "9999-12-31T00:00..9999-12-31T23:59-23:59",
    ],
)
def test_a_time_that_cannot_be_read_is_the_last_hour_and_is_said(span: str) -> None:
    wanted = Wanted.from_query(f"?range={span.replace('+', '%2B')}", now=NOW)
    assert wanted.span == "1h"
    assert len(wanted.problems) == 1


def test_older_entries_follow_without_a_gap(db: Session) -> None:
    PostgresLogStore().write([entry(f"{n}", minutes=-n / 60) for n in range(SHOWN + 5)])
    first = found("")
    assert len(first.page.entries) == SHOWN
    cursor = (first.page.next_cursor or "").replace("+", "%2B")
    assert messages(f"?before={cursor}") == [str(n) for n in range(SHOWN, SHOWN + 5)]
