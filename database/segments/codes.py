"""The number that stands in a record for a category, country, state or currency."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

KINDS = ("category", "country", "state", "currency")
CODE_LIMIT = 65_000
OTHER_CODE = 65_535
"""What values share that come when a kind has CODE_LIMIT codes."""

_CODES_LOCK = 7_102_001

_KNOWN = text("select value, code from codes where kind = :kind and value = any(:values)")
_ADD = text("""
insert into codes (kind, value, code)
select :kind, absent, code from (
    select absent, row_number() over (order by absent)
        + (select coalesce(max(code), 0) from codes where kind = :kind) as code
    from unnest(cast(:values as text[])) as absent
    where not exists (select from codes where kind = :kind and value = absent)
) numbered
where code <= :limit
""")


def codes_for(session: Session, kind: str, values: Iterable[str | None]) -> dict[str, int]:
    """Return the code of each value, giving the next ones to values that have none yet.

    Call it in the transaction that writes the records, before them. A number may be kept after that
    transaction has committed, never before: a rollback takes it back.
    """
    wanted = sorted({value for value in values if value is not None})
    known = _known(session, kind, wanted)
    absent = [value for value in wanted if value not in known]
    if absent:
        # One writer at a time gives out codes, until it commits: so codes are dense and never doubled.
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _CODES_LOCK})
        session.execute(_ADD, {"kind": kind, "values": absent, "limit": CODE_LIMIT})
        known |= _known(session, kind, absent)
    return {value: known.get(value, OTHER_CODE) for value in wanted}


def _known(session: Session, kind: str, values: list[str]) -> dict[str, int]:
    found = session.execute(_KNOWN, {"kind": kind, "values": values})
    return {value: code for value, code in found}  # noqa: C416 - rows are not typed as pairs


def values_by_code(session: Session) -> dict[str, dict[int, str]]:
    """Return the value behind each code, by kind."""
    names: dict[str, dict[int, str]] = {}
    for kind, values, codes in session.execute(
        text("select kind, array_agg(value), array_agg(code) from codes group by kind")
    ):
        names[kind] = dict(zip(codes, values, strict=True))
    return names
