"""All segments built anew from the rows, and swapped for the old ones and the tail in one commit."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.codes import KINDS, codes_for
from database.segments.compaction import LOCK, MERGED, Folded, netted, seal
from database.segments.pack import RECORDED_COLUMNS
from database.segments.record import from_wire
from database.segments.tail import records_from
from models.errors import ConflictError
from models.messages import N_

_MONTHS = text("""
select bank_id, month, month + interval '1 month' from (
    select bank_id, min(timestamp) as first, max(timestamp) as last from transactions group by bank_id
) its, generate_series(date_trunc('month', first at time zone 'UTC'), last at time zone 'UTC',
    interval '1 month') as month
order by 1, 2
""")
_OF_MONTH = f"""
(select {RECORDED_COLUMNS} from transactions
where bank_id = :bank_id and timestamp >= :since at time zone 'UTC' and timestamp < :until at time zone 'UTC')
"""
_PACKED = text(f"select string_agg(record, ''::bytea) from ({records_from(_OF_MONTH, 1)}) records")


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
    for bank_id, since, until in owner.execute(_MONTHS).all():
        data = owner.scalar(_PACKED, {"bank_id": bank_id, "since": since, "until": until})
        if data is not None:
            records = netted(from_wire(data))
            seal(owner, bank_id, records, MERGED)
            yield len(records)
