"""Whether the database answers, how its pool stands, and how much it holds."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import QueuePool, text
from sqlalchemy.exc import SQLAlchemyError

from database.connection import get_db_session, reach
from models.errors import UserError

# Estimates of PostgreSQL's own counters: exact counts would read every row, and only those of a scope.
_TABLES = """
select coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as name,
       sum(greatest(coalesce(s.n_live_tup, 0), 0))::bigint as rows,
       sum(pg_total_relation_size(c.oid))::bigint as bytes
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
left join pg_stat_user_tables s on s.relid = c.oid
where c.relkind in ('r', 'p')
group by 1
order by bytes desc, name
"""
_WHOLE = """
select pg_database_size(current_database()) as bytes,
       (select count(*) from pg_stat_activity where datname = current_database()) as connections,
       current_setting('max_connections')::int as max_connections
"""


@dataclass(frozen=True, slots=True)
class Health:
    """What one round trip told; `reason` says why the database is down."""

    is_up: bool
    latency_ms: float
    server_version: str | None = None
    schema_version: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """This process's pool now, and its traffic since the engine was made."""

    size: int
    checked_in: int
    checked_out: int
    overflow: int
    connects: int
    checkouts: int
    checkins: int


@dataclass(frozen=True, slots=True)
class TableSize:
    """How big one table is, partitions and indexes included; `rows` is an estimate."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class DatabaseStats:
    """How big the database is and how many are connected to it."""

    bytes: int
    connections: int
    max_connections: int
    tables: tuple[TableSize, ...]


def health_check() -> Health:
    """Ask the database for its version; never raises, a database that is down is an answer too."""
    began = perf_counter()
    try:
        with get_db_session() as session:
            server, has_schema = session.execute(
                text("select current_setting('server_version'), to_regclass('schema_migrations') is not null")
            ).one()
            schema = (
                session.scalar(text("select max(version) from schema_migrations")) if has_schema else None
            )
    except (UserError, SQLAlchemyError) as error:
        # The first line only: SQLAlchemy's others hold the statement.
        return Health(is_up=False, latency_ms=_since(began), reason=str(error).partition("\n")[0])
    return Health(is_up=True, latency_ms=_since(began), server_version=server, schema_version=schema)


def pool_status() -> PoolStatus:
    """Return how many connections this process holds, uses and has used."""
    here = reach()
    pool = here.engine.pool
    if not isinstance(pool, QueuePool):
        raise TypeError(f"the engine's pool is a {type(pool).__name__}")
    return PoolStatus(
        size=pool.size(),
        checked_in=pool.checkedin(),
        checked_out=pool.checkedout(),
        # SQLAlchemy counts from -size, while the pool itself is not yet full.
        overflow=max(pool.overflow(), 0),
        connects=here.traffic.connects,
        checkouts=here.traffic.checkouts,
        checkins=here.traffic.checkins,
    )


def database_stats() -> DatabaseStats:
    """Return the size of the database and of each table, the largest first."""
    with get_db_session() as session:
        tables = tuple(TableSize(row.name, row.rows, row.bytes) for row in session.execute(text(_TABLES)))
        whole = session.execute(text(_WHOLE)).one()
    return DatabaseStats(whole.bytes, whole.connections, whole.max_connections, tables)


def _since(began: float) -> float:
    return (perf_counter() - began) * 1_000
