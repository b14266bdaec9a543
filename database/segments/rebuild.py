"""All segments built anew from the rows, and swapped for the old ones and the tail in one commit."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.codes import KINDS, codes_for
from database.segments.compaction import LOCK, MERGED, Folded, netted, seal
from database.segments.packed import months_of, packed_rows
from models.errors import ConflictError
from models.messages import N_


def rebuild(owner: Session) -> Folded:
    """Replace every segment and the tail of this snapshot by segments made from its rows.

    Open the session with `owner_session(snapshot=True)`: what writers commit meanwhile is in the tail
    that stays, because this snapshot sees neither those rows nor their records.
    """
    if not owner.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
        raise ConflictError(N_("The tail is being folded: try again in a moment."))
    owner.execute(text("delete from segment_tail"))
    owner.execute(text("delete from segments"))
    for kind in KINDS:
        values = owner.scalars(text(f"select distinct {kind} from transactions where {kind} is not null"))
        codes_for(owner, kind, values)
    sealed = list(_months_sealed(owner))
    return Folded(sum(sealed), len(sealed))


def _months_sealed(owner: Session) -> Iterator[int]:
    """Seal each bank's months, yielding how many records each has."""
    for bank_id, month in months_of(owner):
        records = packed_rows(owner, bank_id, month)
        if len(records):
            seal(owner, bank_id, netted(records), MERGED)
            yield len(records)
