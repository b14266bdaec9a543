"""Each fact of the database is judged by its own rule, and what is not well says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.administration.health import Facts, Finding, State, health, judged
from dashboard.administration.slow import summed
from database.health import PoolStatus
from database.logs.entries import LogEntry, StoreState
from database.queries.health_facts import JobFacts, ServerFacts, TableFacts
from models.messages import Message

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SERVER = ServerFacts(10**9, 10, 100, 2, 990_000, 10_000, 0, None, 1_000, 200_000_000, 0)
TABLE = TableFacts("transactions", 10**8, 1_000_000, 0, NOON, NOON)
WELL = Facts(
    SERVER,
    (TABLE,),
    JobFacts(0, 1, 0, 5, None),
    PoolStatus(30, 29, 1, 0, 1, 1, 1),
    2.0,
    (3, 2, 1),
    (3, 2, 1),
    StoreState("postgresql", 100, NOON, NOON),
)


def finding(facts: Facts, slug: str) -> Finding:
    return next(found for found in judged(facts) if found.slug == slug)


def test_what_is_well_asks_for_nothing() -> None:
    assert {found.state for found in judged(WELL)} == {State.WELL}
    assert not any(found.advice for found in judged(WELL))


@pytest.mark.parametrize(
    ("slug", "part", "changed", "state"),
    [
        ("connections", "server", {"connections": 80}, State.CARE),
        ("cache", "server", {"blocks_hit": 900_000, "blocks_read": 100_000}, State.CARE),
        ("oldest", "server", {"oldest_transaction_s": 300.0}, State.BAD),
        ("age", "server", {"transaction_age": 180_000_000}, State.CARE),
        ("store", "server", {"unsorted_logs": 1}, State.CARE),
        ("pool", "pool", {"overflow": 1}, State.CARE),
        ("jobs", "jobs", {"failed": 1}, State.CARE),
        ("jobs", "jobs", {"queued": 1, "oldest_queued_s": 300.0}, State.CARE),
    ],
)
def test_each_limit_is_told_with_what_to_do(
    slug: str, part: str, changed: dict[str, Any], state: State
) -> None:
    worse = replace(WELL, **{part: replace(getattr(WELL, part), **changed)})
    found = finding(worse, slug)
    assert found.state is state
    assert found.advice
    others = {each.slug for each in judged(worse) if each.state is not State.WELL}
    assert others == {slug}


def test_dead_rows_a_silent_worker_missing_migrations_and_a_silent_store_are_told() -> None:
    dead = replace(TABLE, dead=300_000)
    assert finding(replace(WELL, tables=(dead,)), "vacuum").value.params["tables"] == "transactions"
    assert finding(replace(WELL, worker_silent_s=61.0), "worker").state is State.BAD
    assert finding(replace(WELL, worker_silent_s=None), "worker").state is State.CARE
    assert finding(replace(WELL, migrations=(2, 1)), "migrations").state is State.BAD
    silent = Message("does not answer")
    assert finding(replace(WELL, store=None, silent=silent), "store").advice == silent


def test_a_new_server_with_few_blocks_read_is_no_reason_to_worry() -> None:
    young = replace(SERVER, blocks_hit=10, blocks_read=90)
    assert finding(replace(WELL, server=young), "cache").state is State.WELL


def test_the_facts_are_the_servers_own(db: Session) -> None:
    found = health(now=clock.now())
    size = next(each for each in found.findings if each.slug == "size").value.params["size"]
    assert size == pytest.approx(db.scalar(text("select pg_database_size(current_database())")), rel=0.05)
    names = [table.name for table in found.tables]
    assert len(names) == len(set(names)) == 12
    assert [table.bytes for table in found.tables] == sorted((t.bytes for t in found.tables), reverse=True)
    assert next(each for each in found.findings if each.slug == "migrations").state is State.WELL


def test_slow_statements_are_put_together_by_their_time_in_all() -> None:
    def slow(statement: str, ms: float, **details: Any) -> LogEntry:
        return LogEntry(
            NOON,
            "web",
            "database",
            "WARNING",
            "database.listeners",
            f"slow query: {ms}",
            details={"statement": statement, **details},
            path=f"/{ms:.0f}",
            duration_ms=ms,
        )

    found = summed(
        [
            slow("a", 1_000, plan="Seq Scan", filter="range=7d"),
            slow("b", 1_500),
            slow("a", 1_200, filter="range=all"),
            replace(slow("c", 9_000), details={}),
        ]
    )
    assert [(one.statement, one.times, one.longest_ms, one.page, one.filter, one.plan) for one in found] == [
        ("a", 2, 1_200, "/1200", "range=all", "Seq Scan"),
        ("b", 1, 1_500, "/1500", None, None),
    ]
