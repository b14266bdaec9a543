"""A dry run: what an import would do with a file, counted over all of it, without writing a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.config import WebSettings
from dashboard.ingestion.check_kinds import SEEN, Key, Seen
from dashboard.ingestion.content import content_hashes
from dashboard.ingestion.kinds import ROW_KINDS
from dashboard.ingestion.layout import settled
from dashboard.ingestion.normalise import Batch, Normaliser
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.plan import Plan, plan_import
from dashboard.ingestion.sources import Position, Reject
from dashboard.ingestion.stores import Rows
from database.connection import read_only
from database.loading import BankTerms
from database.queries import banks, datasets
from models.datasets import DatasetKind
from models.messages import N_, Message

EXAMPLES: Final = 3
Share = Callable[[float], None]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Rows that would not be stored for one reason: how many, and the first of them."""

    column: str
    reason: Message
    rows: int
    examples: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What would come of a file. `added` are the rows that the bank would gain.

    `repeated` are rows of the file that say the same twice, `known` rows that the bank has, `conflicts` ids
    that come again with other content. Counts by currency and label are over the rows that can be read.
    """

    layout: str
    label: Message
    columns: tuple[str, ...]
    rows: int
    added: int
    repeated: int
    known: int
    conflicts: int
    rejections: tuple[Rejection, ...]
    first_at: datetime | None
    last_at: datetime | None
    currencies: Mapping[str, int]
    frauds: int
    genuine: int
    unlabelled: int
    skipped_hours: int
    doubled_hours: int
    notes: tuple[Message, ...]

    @property
    def rejected(self) -> int:
        """Return how many rows would be rejected."""
        return sum(rejection.rows for rejection in self.rejections)


def check_file(path: Path, options: ImportOptions, progress: Share | None = None) -> CheckReport:
    """Read the whole file as an import would and report; nothing is written anywhere."""
    plan = plan_import(path, options)
    terms = _terms(options)
    zone = options.time_zone or (terms.time_zone if terms else "UTC")
    layout = settled(plan.layout, terms.base_currency if terms else "XXX")
    key = WebSettings.from_env().fingerprint_key.encode()
    terms_of_reading = replace(plan.terms, zone=zone)
    if options.kind in SEEN:
        kind = Normaliser(plan.layout, terms_of_reading, key, ROW_KINDS[options.kind].fields)
        return _of_kind(plan, kind, terms, progress)
    normaliser = Normaliser(layout, terms_of_reading, key)
    tally = _Tally(plan)
    for chunk in plan.source.chunks(plan.layout.read, Position(), options.chunk_rows):
        batch = normaliser.normalise(chunk)
        tally.add(batch, _known(terms, batch.rows))
        if progress is not None:
            progress(batch.bytes_read / max(plan.source.size, 1))
    return tally.report()


def _of_kind(
    plan: Plan, normaliser: Normaliser, terms: BankTerms | None, progress: Share | None
) -> CheckReport:
    """Count a file of another kind: a line is known whose key the bank has, repeated whose key came twice."""
    options = plan.options
    tally, keys = _Tally(plan), set[Key]()
    for chunk in plan.source.chunks(plan.layout.read, Position(), options.chunk_rows):
        typed = normaliser.typed(chunk)
        rows = Rows(typed.columns, typed.lines)
        seen = Seen((), frozenset())
        if len(typed.lines):
            with read_only([terms.code] if terms else None) as session:
                seen = SEEN[options.kind](session, terms, rows)
        tally.rows += chunk.records
        tally.reject((*typed.rejects, *seen.rejects))
        tally.labels.update(seen.labels)
        tally.readable += len(seen.keys)
        tally.known += sum(key in seen.known and key not in keys for key in dict.fromkeys(seen.keys))
        keys.update(seen.keys)
        if progress is not None:
            progress(chunk.bytes_read / max(plan.source.size, 1))
    return tally.report(repeated=tally.readable - len(keys))


def _terms(options: ImportOptions) -> BankTerms | None:
    """Return the terms of the bank, None where it would be new."""
    with read_only() as session:
        found = banks.find(session, options.bank)
    if found is None:
        return None
    return BankTerms(found.bank_id, found.code, found.time_zone, found.base_currency, found.country)


def _known(terms: BankTerms | None, rows: pa.Table) -> dict[str, bytes]:
    if terms is None or not rows.num_rows:
        return {}
    with read_only([terms.code]) as session:
        return datasets.known_hashes(session, terms.bank_id, rows["transaction_id"].to_pylist())


@dataclass(slots=True)
class _Tally:
    """Counts batch by batch; ids and contents are kept as 64 bits each."""

    plan: Plan
    rows: int = 0
    readable: int = 0
    known: int = 0
    conflicts: int = 0
    skipped: int = 0
    doubled: int = 0
    bounds: tuple[datetime, datetime] | None = None
    currencies: Counter[str] = field(default_factory=Counter)
    labels: Counter[bool | None] = field(default_factory=Counter)
    rejected: dict[tuple[str, str], list[Reject]] = field(default_factory=dict)
    rejected_rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    fresh: list[tuple[Hashes, Hashes]] = field(default_factory=list)

    def add(self, batch: Batch, known: Mapping[str, bytes]) -> None:
        self.rows += batch.records
        self.readable += batch.rows.num_rows
        self.skipped += batch.skipped
        self.doubled += batch.doubled
        self.currencies.update(_counted(batch.rows["currency"]))
        self.labels.update(_counted(batch.rows["is_fraud"]))
        self._widen(batch.rows["timestamp"])
        self.reject(batch.rejects)
        contents = content_hashes(batch.rows).to_pylist()
        is_known = np.zeros(len(contents), np.bool_)
        for place, identity in enumerate(batch.rows["transaction_id"].to_pylist()):
            stored = known.get(identity)
            if stored is not None:
                is_known[place] = True
                self.known += stored.hex() == contents[place][2:]
                self.conflicts += stored.hex() != contents[place][2:]
        ids = np.array([hash(identity) for identity in batch.rows["transaction_id"].to_pylist()], np.int64)
        hashes = np.array([int(content[2:18], 16) for content in contents], np.uint64)
        self.fresh.append((ids.view(np.uint64)[~is_known], hashes[~is_known]))

    def _widen(self, times: pa.ChunkedArray) -> None:
        found = pc.min_max(times).as_py()
        if found["min"] is not None:
            ends = (found["min"], found["max"])
            self.bounds = (
                ends if self.bounds is None else (min(self.bounds[0], ends[0]), max(self.bounds[1], ends[1]))
            )

    def reject(self, rejects: Iterable[Reject]) -> None:
        """Count rows that would not be stored."""
        for reject in rejects:
            place = (reject.column, str(reject.reason))
            self.rejected_rows[place] += 1
            examples = self.rejected.setdefault(place, [])
            if len(examples) < EXAMPLES:
                examples.append(reject)

    def report(self, repeated: int = 0) -> CheckReport:
        """Return what was counted; lines of another kind than payments were compared already."""
        clashes = 0
        if self.fresh:
            repeated, clashes = _repetitions(self.fresh)
        rejections = (
            Rejection(place[0], self.rejected[place][0].reason, rows, tuple(self.rejected[place]))
            for place, rows in self.rejected_rows.most_common()
        )
        notes = self.plan.notes
        if (
            self.plan.options.kind is DatasetKind.TRANSACTIONS
            and self.readable
            and not (self.labels[True] + self.labels[False])
        ):
            notes = (*notes, Message(N_("No row says whether it was fraud: rates will show no labels.")))
        conflicts = self.conflicts + clashes
        return CheckReport(
            self.plan.layout.slug,
            self.plan.layout.label,
            self.plan.source.columns,
            self.rows,
            self.readable - repeated - self.known - conflicts,
            repeated,
            self.known,
            conflicts,
            tuple(rejections),
            self.bounds and self.bounds[0],
            self.bounds and self.bounds[1],
            dict(self.currencies.most_common()),
            self.labels[True],
            self.labels[False],
            self.labels[None],
            self.skipped,
            self.doubled,
            notes,
        )


def _counted(column: pa.ChunkedArray) -> dict[Any, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}


def _repetitions(fresh: list[tuple[Hashes, Hashes]]) -> tuple[int, int]:
    """Return how many rows repeat an earlier one, and how many its id with other content: the first stays."""
    ids = np.concatenate([part[0] for part in fresh])
    contents = np.concatenate([part[1] for part in fresh])
    _, first, places = np.unique(ids, return_index=True, return_inverse=True)
    is_later = np.ones(ids.size, np.bool_)
    is_later[first] = False
    is_same = contents == contents[first][places]
    return int(np.count_nonzero(is_later & is_same)), int(np.count_nonzero(is_later & ~is_same))
