"""All segments built anew from the rows, and swapped for the old ones and the tail in one commit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.owner import owner_session
from database.segments.codes import KINDS, codes_for
from database.segments.compaction import (
    MERGED,
    Folded,
    may_compact,
    merge_small_years_of,
    netted,
    seal,
)
from database.segments.packed import months_of, packed_rows
from models.errors import ConflictError
from models.messages import N_

WAITS_FOR_A_FOLD_S = 60.0


def rebuild(*, wait_s: float = WAITS_FOR_A_FOLD_S) -> Folded:
    """Replace every segment and the tail by segments made from the rows, in one commit.

    Readers see the old set until it, the new one after it. Writers go on: what they commit meanwhile is in
    the tail that stays, because the snapshot that is built from sees neither those rows nor their records.
    """
    with _nobody_compacting(wait_s):
        with owner_session() as owner:
            _give_missing_codes(owner)
        with owner_session(snapshot=True) as owner:
            return replace_segments(owner)


def replace_segments(owner: Session) -> Folded:
    """Swap what the session's one snapshot sees; nobody may compact from before it until its commit."""
    owner.execute(text("delete from segment_tail"))
    owner.execute(text("delete from segments"))
    records = sum(_months_sealed(owner))
    merge_small_years_of(owner)
    return Folded(records, int(owner.scalar(text("select count(*) from segments")) or 0))


@contextmanager
def _nobody_compacting(wait_s: float) -> Iterator[None]:
    """Keep folds away, in a transaction of its own: a snapshot is to begin after the last of them."""
    with owner_session() as keeper:
        deadline = time.monotonic() + wait_s
        while not may_compact(keeper):
            if time.monotonic() >= deadline:
                raise ConflictError(N_("The tail is being folded: try again in a moment."))
            time.sleep(0.1)
        yield


def _give_missing_codes(owner: Session) -> None:
    """Commit before the snapshot: who gives out codes keeps others from it until then."""
    for kind in KINDS:
        values = owner.scalars(text(f"select distinct {kind} from transactions where {kind} is not null"))
        codes_for(owner, kind, values)


def _months_sealed(owner: Session) -> Iterator[int]:
    """Seal each bank's months, yielding how many records each has."""
    for bank_id, month in months_of(owner):
        records = packed_rows(owner, bank_id, month)
        if len(records):
            seal(owner, bank_id, netted(records), MERGED)
            yield len(records)
