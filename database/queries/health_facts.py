"""What PostgreSQL tells of itself: connections, cache, transactions, vacuum; and how the runs stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One look at the server; hits and reads are since its counters began, `…_s` are seconds."""

    bytes: int
    connections: int
    max_connections: int
    active: int
    blocks_hit: int
    blocks_read: int
    deadlocks: int
    oldest_transaction_s: float | None
    transaction_age: int
    freeze_max_age: int
    unsorted_logs: int


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table: its size with indexes, estimated rows, and what vacuum has left."""

    name: str
    bytes: int
    rows: int
    dead: int
    vacuumed_at: datetime | None
    analyzed_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobFacts:
    """How the runs stand: those that wait or work, those that failed in the last day."""

    queued: int
    running: int
    failed: int
    succeeded: int
    oldest_queued_s: float | None


# Connections of other roles show themselves here, but not their transactions.
_SERVER = text("""
select pg_database_size(current_database()) as bytes,
       a.connections, current_setting('max_connections')::int as max_connections, a.active,
       s.blks_hit as blocks_hit, s.blks_read as blocks_read, s.deadlocks,
       extract(epoch from now() - a.oldest)::float8 as oldest_transaction_s,
       age(d.datfrozenxid) as transaction_age,
       current_setting('autovacuum_freeze_max_age')::int as freeze_max_age,
       coalesce((select sum(greatest(t.n_live_tup, 0)) from pg_inherits i
                 join pg_class c on c.oid = i.inhrelid and pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'
                 join pg_stat_user_tables t on t.relid = c.oid
                 where i.inhparent = 'system_logs'::regclass), 0)::bigint as unsorted_logs
from pg_stat_database s
join pg_database d on d.datname = s.datname
cross join (select count(*) as connections, count(*) filter (where state = 'active') as active,
                   min(xact_start) filter (where pid <> pg_backend_pid()) as oldest
            from pg_stat_activity where datname = current_database()) a
where s.datname = current_database()""")
_TABLES = text("""
select coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as name,
       sum(pg_total_relation_size(c.oid))::bigint as bytes,
       sum(greatest(coalesce(s.n_live_tup, 0), 0))::bigint as rows,
       sum(coalesce(s.n_dead_tup, 0))::bigint as dead,
       max(greatest(s.last_vacuum, s.last_autovacuum)) as vacuumed_at,
       max(greatest(s.last_analyze, s.last_autoanalyze)) as analyzed_at
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
left join pg_stat_user_tables s on s.relid = c.oid
where c.relkind in ('r', 'p') group by 1 order by bytes desc, name limit :limit""")
_JOBS = text("""
select count(*) filter (where status = 'queued') as queued,
       count(*) filter (where status = 'running') as running,
       count(*) filter (where status = 'failed' and finished_at > now() - interval '1 day') as failed,
       count(*) filter (where status = 'succeeded' and finished_at > now() - interval '1 day') as succeeded,
       extract(epoch from now() - min(created_at) filter (where status = 'queued'))::float8 as oldest_queued_s
from jobs where finished_at is null or finished_at > now() - interval '1 day'""")
_APPLIED = text("select version, name, created_at from schema_migrations order by version desc")


def server(session: Session) -> ServerFacts:
    """Return how the server stands now."""
    return ServerFacts(**session.execute(_SERVER).mappings().one())


def tables(session: Session, *, limit: int = 12) -> tuple[TableFacts, ...]:
    """Return the largest tables, partitions and indexes counted with them."""
    return tuple(TableFacts(**row) for row in session.execute(_TABLES, {"limit": limit}).mappings())


def jobs(session: Session) -> JobFacts:
    """Return how the runs stand."""
    return JobFacts(**session.execute(_JOBS).mappings().one())


def migrations(session: Session) -> tuple[int, ...]:
    """Return the numbers of the migrations that this database has had, the newest first."""
    return tuple(row.version for row in session.execute(_APPLIED))
