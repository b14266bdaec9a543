"""What must be done now and then to keep reads fast and tables tidy; each call is harmless twice at once."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from database import queue
from database.config import DatabaseConfig
from database.connection import get_db_session
from database.logs.stores import MONGODB, current_store
from database.owner import owner_session
from database.segments.compaction import fold_tail, merge_small_years

FOLDS_IN_A_ROW = 8
FOLDED_AT_ONCE = 150_000
"""Records: what a fold holds in memory beside the worker's jobs."""


def fold() -> None:
    """Fold the tail into sealed segments; not while somebody else does, nor without the owner's address."""
    if not _has_owner():
        return
    for _ in range(FOLDS_IN_A_ROW):
        with owner_session() as session:
            done = fold_tail(session, at_once=FOLDED_AT_ONCE)
        if not (done.more and done.records):
            return


def merge_years() -> int:
    """Merge small banks' old months into years, and say how many years; without the owner's address none."""
    if not _has_owner():
        return 0
    with owner_session() as session:
        return merge_small_years(session)


def give_back_stalled_jobs() -> int:
    """Queue again what dead workers were doing, and say how many jobs that were."""
    with get_db_session() as session:
        return queue.give_back_stalled(session)


def prepare_partitions() -> int:
    """Make the daily partitions of the logs for today and 14 days ahead, and say how many were made.

    Without the owner's address none: what comes then lands in the default partition.
    """
    if not _has_owner():
        return 0
    with owner_session() as session:
        return int(session.execute(text("SELECT create_daily_partitions('system_logs')")).scalar_one())


def purge_expired_logs() -> int:
    """Delete what a MongoDB's expiry index has left of too old entries, and say how many they were."""
    store = current_store()
    if store.name != MONGODB:
        return 0
    from database.logs.mongo import KEPT  # as its store, only where one is in use

    return store.purge(datetime.now(tz=UTC) - KEPT)


def forget_old_queue_entries() -> None:
    """Delete the queue's own record of jobs that ended more than a week ago."""
    with get_db_session() as session:
        queue.forget_finished(session)


def _has_owner() -> bool:
    """Whether the owner's address is known; the start says once what it means when it is not."""
    return DatabaseConfig.from_env().owner_connection_string() is not None
