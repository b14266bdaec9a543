"""What sealed segments folded to, kept for the next page that asks the same of the same segments.

Segments never change, so this stays right for as long as a snapshot holds exactly them; the tail is folded
anew for each page. A reader finds only what was folded from segments that the policy shows to that reader.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import fields
from threading import Lock
from typing import ClassVar

from database.segments.derived import Hours
from database.segments.folding import Pass, Tables, fold
from database.segments.selection import Selection

MOST_BYTES = 48 * 1024 * 1024
"""In each process, beside the tables of the pages that are being made."""


class _Kept:
    lock = Lock()
    tables: ClassVar[OrderedDict[Hashable, Tables]] = OrderedDict()
    bytes_held = 0


def folded(work: Pass, selection: Selection) -> Tables:
    """Return the tables of a pass over all runs of its snapshot; they are not to be written to."""
    key = _key(work, selection)
    sealed = _found(key) or _keep(key, fold(work, work.snapshot.sealed))
    return sealed.copied().added([fold(work, work.snapshot.tail)]) if work.snapshot.tail else sealed


def forget() -> None:
    """Forget what was folded."""
    with _Kept.lock:
        _Kept.tables.clear()
        _Kept.bytes_held = 0


def bytes_held() -> int:
    """Return how much memory is taken by what is kept."""
    return _Kept.bytes_held


def _key(work: Pass, selection: Selection) -> Hashable | None:
    """Return all that the tables of sealed segments depend on; None where today's parties decide too."""
    filters = work.snapshot.filters
    if not all(isinstance(test, Hours) for test in filters.tests):
        return None
    return (
        frozenset(run.uid for run in work.snapshot.sealed),
        tuple(_hashable(getattr(selection, field.name)) for field in fields(selection)),
        tuple((name, numbers.tobytes()) for name, numbers in filters.numbers.items()),
        work.parties,
        tuple(work.sizes.items()),
    )


def _hashable(value: Hashable | Mapping[str, Hashable]) -> Hashable:
    return tuple(value.items()) if isinstance(value, Mapping) else value


def _found(key: Hashable | None) -> Tables | None:
    with _Kept.lock:
        if key is None or key not in _Kept.tables:
            return None
        _Kept.tables.move_to_end(key)
        return _Kept.tables[key]


def _keep(key: Hashable | None, tables: Tables) -> Tables:
    """Keep tables that were just filled, at the cost of those not asked for the longest time."""
    if key is None or tables.bytes_held > MOST_BYTES:
        return tables
    with _Kept.lock:
        if key not in _Kept.tables:
            _Kept.tables[key] = tables
            _Kept.bytes_held += tables.bytes_held
        while _Kept.bytes_held > MOST_BYTES:
            _, oldest = _Kept.tables.popitem(last=False)
            _Kept.bytes_held -= oldest.bytes_held
    return tables
