"""Put work into the job queue, in the session of whatever caused it."""

from __future__ import annotations

import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.config import DatabaseConfig

TASK = "vigie.run_job"
QUEUE = "vigie"

_DEFER = text("""
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
        cast(:queue AS varchar), cast(:task AS varchar), 0, cast(:lock AS text), NULL,
        cast(:args AS jsonb), NULL)::procrastinate_job_to_defer_v1]))""")
_GIVE_BACK = text("""
    SELECT procrastinate_retry_job_v2(job.id, now(), NULL, NULL, NULL)
    FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :dead_after_s))""")
_FORGET = text("""
    DELETE FROM procrastinate_jobs AS job WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
      AND NOT EXISTS (SELECT 1 FROM procrastinate_events AS event
                      WHERE event.job_id = job.id AND event.at > now() - make_interval(days => :days))""")
_HEARTBEAT = text("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")


def enqueue(session: Session, job_id: int, *, lock: str | None = None) -> None:
    """Queue the run of `jobs` row `job_id`; it exists for workers when the session's transaction commits.

    Jobs with the same `lock` run one after the other. Never call this in a commit that ingests or
    labels: each enqueue notifies, and that lock serialises all commits.
    """
    args = json.dumps({"job_id": job_id})
    session.execute(_DEFER, {"queue": QUEUE, "task": TASK, "lock": lock, "args": args})


def give_back_stalled(session: Session, *, dead_after_s: float = 30.0) -> int:
    """Queue again what workers without a heartbeat were doing, and say how many jobs that were."""
    return len(session.execute(_GIVE_BACK, {"dead_after_s": dead_after_s}).all())


def forget_finished(session: Session, *, days: int = 7) -> None:
    """Delete the queue's own record of jobs that ended long ago; `jobs` keeps what people see."""
    session.execute(_FORGET, {"days": days})


def heartbeat_age_s(session: Session) -> float | None:
    """Seconds since any worker was last alive; None when no worker is registered."""
    age = session.execute(_HEARTBEAT).scalar()
    return None if age is None else float(age)


def conninfo() -> str:
    """Give the application role's address as libpq spells it, for the worker's own driver."""
    return DatabaseConfig.from_env().connection_string().replace("postgresql+psycopg2://", "postgresql://", 1)
