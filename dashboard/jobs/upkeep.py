"""What the worker does by itself, again and again: fold, give back, make partitions."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.data.uploads import forget_old_uploads
from dashboard.risk import update_changed_parties
from database.upkeep import (
    fold,
    forget_old_queue_entries,
    give_back_stalled_jobs,
    merge_years,
    prepare_partitions,
    purge_expired_logs,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done every `every_s` seconds; doing it twice at once must be harmless."""

    slug: str
    every_s: float
    do: Callable[[], object]


CHORES = (
    Chore("fold", 5.0, fold),
    Chore("merge-years", 3600.0, merge_years),
    Chore("give-back", 15.0, give_back_stalled_jobs),
    Chore("partitions", 6 * 3600.0, prepare_partitions),
    Chore("purge-logs", 6 * 3600.0, purge_expired_logs),
    Chore("forget", 24 * 3600.0, forget_old_queue_entries),
    Chore("uploads", 3600.0, forget_old_uploads),
    # It reads whole banks, and nothing else is done meanwhile.
    Chore("parties", 3600.0, update_changed_parties),
)


class Upkeep(threading.Thread):
    """Does each chore when it is due; one that fails is logged and comes round again."""

    def __init__(self, chores: tuple[Chore, ...] = CHORES, *, tick_s: float = 0.5) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._chores, self._tick_s = chores, tick_s
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go round until stopped."""
        due = dict.fromkeys((chore.slug for chore in self._chores), 0.0)
        while not self._stopping.wait(self._tick_s):
            for chore in self._chores:
                if time.monotonic() >= due[chore.slug] and not self._stopping.is_set():
                    _do(chore)
                    due[chore.slug] = time.monotonic() + chore.every_s

    def stop(self) -> None:
        """End after the chore in hand."""
        self._stopping.set()
        self.join(timeout=10)


def _do(chore: Chore) -> None:
    try:
        chore.do()
    except Exception:
        logger.exception("The chore %s failed; it is tried again", chore.slug, extra={"category": "job"})
