"""What the Health page shows: each fact of the database, how it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from dashboard.administration.slow import SlowQuery, slow_queries
from database.connection import get_db_session
from database.health import PoolStatus, pool_status
from database.logs.entries import StoreState
from database.logs.store import LogStore
from database.logs.stores import current_store
from database.migration_files import read_migrations
from database.queries import health_facts
from database.queries.health_facts import JobFacts, ServerFacts, TableFacts
from database.queue import heartbeat_age_s
from models.errors import UserError
from models.messages import N_, Message, Parameter

__all__ = ["Finding", "HealthView", "State", "TableFacts", "health", "judged"]

LONGEST_TRANSACTION_S: Final = 300
LONGEST_WAIT_S: Final = 300
LONGEST_SILENCE_S: Final = 60
LEAST_HIT_RATE: Final = 0.95
LEAST_BLOCKS: Final = 100_000
MOST_CONNECTIONS: Final = 0.8
MOST_DEAD: Final = 0.2
LEAST_DEAD: Final = 10_000
MOST_AGE: Final = 0.9


class State(StrEnum):
    """How a fact is to be taken."""

    WELL = "well"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact: its name, its value in words, how it is to be taken, and what to do about it."""

    slug: str
    name: str
    value: Message
    state: State
    advice: Message | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was asked for, before it is judged; `store` or `silent` is set."""

    server: ServerFacts
    tables: tuple[TableFacts, ...]
    jobs: JobFacts
    pool: PoolStatus
    worker_silent_s: float | None
    migrations: tuple[int, ...]
    expected: tuple[int, ...]
    store: StoreState | None = None
    silent: Message | None = None


@dataclass(frozen=True, slots=True)
class HealthView:
    """All that the page draws."""

    findings: tuple[Finding, ...]
    tables: tuple[TableFacts, ...]
    slow: tuple[SlowQuery, ...]
    now: datetime


def health(*, now: datetime, store: LogStore | None = None) -> HealthView:
    """Look at the database, the store of logs, the runs and the slow statements of the last week."""
    store = store or current_store()
    with get_db_session() as session:
        server, tables = health_facts.server(session), health_facts.tables(session)
        jobs, applied = health_facts.jobs(session), health_facts.migrations(session)
        silent_s = heartbeat_age_s(session)
    state, silent = _state_of(store)
    expected = tuple(sorted((each.version for each in read_migrations()), reverse=True))
    facts = Facts(server, tables, jobs, pool_status(), silent_s, applied, expected, state, silent)
    slow = () if silent else slow_queries(store, since=now - timedelta(days=7), until=now)
    return HealthView(tuple(judged(facts)), tables, slow, now)


def judged(facts: Facts) -> Iterable[Finding]:
    """Judge each fact; what is well needs no advice."""
    yield Finding(
        "size", N_("Database size"), Message(N_("{size}"), {"size": facts.server.bytes}), State.WELL
    )
    yield _connections(facts.server)
    yield _pool(facts.pool)
    yield _cache(facts.server)
    yield _oldest(facts.server)
    yield _vacuum(facts)
    yield _age(facts.server)
    yield _worker(facts.worker_silent_s)
    yield _jobs(facts.jobs)
    yield _migrations(facts)
    yield _store(facts)


def _connections(server: ServerFacts) -> Finding:
    value = Message(
        N_("{used} of {most}, {active} at work"),
        {"used": server.connections, "most": server.max_connections, "active": server.active},
    )
    is_well = server.connections < MOST_CONNECTIONS * server.max_connections
    advice = N_("Lower DB_POOL_SIZE or VIGIE_WORKERS, or raise max_connections of the server.")
    return _found("connections", N_("Connections"), value, State.CARE, is_well=is_well, advice=advice)


def _pool(pool: PoolStatus) -> Finding:
    value = Message(
        N_("{used} of {most} in use, {overflow} beyond it"),
        {"used": pool.checked_out, "most": pool.size, "overflow": pool.overflow},
    )
    advice = N_(
        "Requests need more connections than the pool has: look at slow statements, then raise DB_POOL_SIZE."
    )
    return _found(
        "pool", N_("Pool of this process"), value, State.CARE, is_well=pool.overflow == 0, advice=advice
    )


def _cache(server: ServerFacts) -> Finding:
    asked = server.blocks_hit + server.blocks_read
    rate = server.blocks_hit / asked if asked else 1.0
    value = Message(N_("{share} of blocks from memory"), {"share": rate})
    advice = N_("Raise shared_buffers to a quarter of the memory, or give the server more memory.")
    is_well = rate >= LEAST_HIT_RATE or asked < LEAST_BLOCKS
    return _found("cache", N_("Cache hit rate"), value, State.CARE, is_well=is_well, advice=advice)


def _oldest(server: ServerFacts) -> Finding:
    seconds = server.oldest_transaction_s
    value = (
        Message(N_("none open")) if seconds is None else Message(N_("{seconds} old"), {"seconds": seconds})
    )
    advice = N_(
        "It keeps vacuum from tidying up. Find it in pg_stat_activity, end it by pg_terminate_backend(pid)."
    )
    is_well = seconds is None or seconds < LONGEST_TRANSACTION_S
    return _found("oldest", N_("Oldest transaction"), value, State.BAD, is_well=is_well, advice=advice)


def _vacuum(facts: Facts) -> Finding:
    late = [
        table.name
        for table in facts.tables
        if table.dead > LEAST_DEAD and table.dead > MOST_DEAD * (table.rows + table.dead)
    ]
    told = (
        Message(N_("behind on {tables}"), {"tables": ", ".join(late)}) if late else Message(N_("up to date"))
    )
    advice = N_(
        "Run VACUUM (ANALYZE) on them as the owner; if it comes back, lower autovacuum_vacuum_scale_factor."
    )
    return _found("vacuum", N_("Vacuum"), told, State.CARE, is_well=not late, advice=advice)


def _age(server: ServerFacts) -> Finding:
    value = Message(
        N_("{age} of {most} before a forced vacuum"),
        {"age": server.transaction_age, "most": server.freeze_max_age},
    )
    is_well = server.transaction_age < MOST_AGE * server.freeze_max_age
    advice = N_(
        "A vacuum of everything will begin by itself soon. Run VACUUM FREEZE at a quiet hour instead."
    )
    return _found("age", N_("Age of transactions"), value, State.CARE, is_well=is_well, advice=advice)


def _worker(silent_s: float | None) -> Finding:
    if silent_s is None:
        missed = Message(N_("Nothing is folded or imported meanwhile: start `python -m dashboard.jobs`."))
        return Finding("worker", N_("Worker"), Message(N_("none runs")), State.CARE, missed)
    value = Message(N_("heard of {seconds} ago"), {"seconds": silent_s})
    advice = N_(
        "It has died or hangs: start `python -m dashboard.jobs` again. Its runs are taken up by themselves."
    )
    is_well = silent_s <= LONGEST_SILENCE_S
    return _found("worker", N_("Worker"), value, State.BAD, is_well=is_well, advice=advice)


def _jobs(jobs: JobFacts) -> Finding:
    value = Message(
        N_("{queued} waiting, {running} running; in a day {succeeded} done, {failed} failed"),
        {"queued": jobs.queued, "running": jobs.running, "succeeded": jobs.succeeded, "failed": jobs.failed},
    )
    waits = jobs.oldest_queued_s or 0.0
    advice = N_("See on the Data page why they failed or wait, and begin them again there.")
    is_well = not jobs.failed and waits < LONGEST_WAIT_S
    return _found("jobs", N_("Runs"), value, State.CARE, is_well=is_well, advice=advice)


def _migrations(facts: Facts) -> Finding:
    missing = sorted(set(facts.expected) - set(facts.migrations))
    value = Message(
        N_("{applied} of {expected} applied, the newest {newest}"),
        {
            "applied": len(facts.expected) - len(missing),
            "expected": len(facts.expected),
            "newest": max(facts.migrations, default=0),
        },
    )
    advice = N_("Run `python -m database.run_migration` with DATABASE_OWNER_URL set.")
    return _found("migrations", N_("Migrations"), value, State.BAD, is_well=not missing, advice=advice)


def _store(facts: Facts) -> Finding:
    name = N_("Store of logs")
    if facts.store is None:
        return Finding("store", name, Message(N_("silent")), State.BAD, facts.silent)
    held: dict[str, Parameter] = {
        "store": facts.store.name,
        "entries": facts.store.entries,
        "since": facts.store.oldest,
    }
    value = Message(N_("{store}: about {entries} entries since {since}"), held)
    advice = N_(
        "Entries land outside their day’s partition: the worker makes partitions with DATABASE_OWNER_URL set."
    )
    return _found("store", name, value, State.CARE, is_well=not facts.server.unsorted_logs, advice=advice)


def _found(slug: str, name: str, value: Message, otherwise: State, *, is_well: bool, advice: str) -> Finding:
    return Finding(
        slug, name, value, State.WELL if is_well else otherwise, None if is_well else Message(advice)
    )


def _state_of(store: LogStore) -> tuple[StoreState | None, Message | None]:
    try:
        return store.state(), None
    except UserError as error:
        return None, error.message
