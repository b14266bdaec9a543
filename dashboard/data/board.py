"""What the Data page shows: datasets and runs that a person may see, with what follows from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import ClassVar

from database.connection import Session, read_only
from database.queries import holdings, runs
from database.queries.banks import BankSettings, visible_banks
from database.queries.holdings import Holding
from database.queries.runs import SeenRun
from models.access import Person
from models.datasets import DatasetKind
from models.jobs import JobStatus

__all__ = ["RETRIED", "Board", "Holding", "Pace", "SeenRun", "board", "pace"]

_KEPT_S = 300.0
RETRIED = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run goes: its share done, rows a second where it counts rows, and what is left of it."""

    share: float | None
    rows_a_second: float | None
    left: timedelta | None


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page draws from what is stored; `labels` holds (labelled, rows) by dataset."""

    banks: tuple[BankSettings, ...]
    holdings: tuple[Holding, ...]
    labels: Mapping[int, tuple[int, int]]
    runs: tuple[SeenRun, ...]
    now: datetime

    @property
    def is_busy(self) -> bool:
        """Whether something waits or works, so that it is worth looking again soon."""
        return any(run.is_open for run in self.runs)


def board(person: Person, *, now: datetime) -> Board:
    """Read what the person may see, from one snapshot."""
    with read_only(banks=person.banks) as session:
        banks = visible_banks(session, person)
        found = tuple(holdings.holdings(session)) if banks else ()
        labels = {one.dataset_id: _labelled(session, one) for one in found}
        return Board(banks, found, labels, tuple(runs.newest(session, person)), now)


def pace(run: SeenRun, now: datetime) -> Pace:
    """Say how a run goes; what cannot be said of it yet is None."""
    if run.total <= 0:
        return Pace(None, None, None)
    share = min(1.0, run.done / run.total)
    if run.status is not JobStatus.RUNNING or run.started_at is None:
        return Pace(share, None, None)
    seconds = max((now - run.started_at).total_seconds(), 0.001)
    rate = run.rows_read / seconds if run.rows_read else None
    # Before a hundredth is done a guess would only jump about.
    left = timedelta(seconds=seconds * (1 - share) / share) if share >= 0.01 else None  # noqa: PLR2004 - said
    return Pace(share, rate, left)


class _Known:
    """Label counts by dataset as it was, with when they were made: each reads all of a dataset's rows."""

    counts: ClassVar[dict[tuple[int, int, datetime], tuple[float, tuple[int, int]]]] = {}


def _labelled(session: Session, one: Holding) -> tuple[int, int]:
    key = (one.bank_id, one.dataset_id, one.updated_at)
    at, counts = _Known.counts.get(key, (-math.inf, (0, 0)))
    if monotonic() - at > _KEPT_S:
        if one.kind is DatasetKind.TRANSACTIONS:
            counts = holdings.labelled(session, one.bank_id, one.dataset_id)
        _Known.counts[key] = (monotonic(), counts)
    return counts
