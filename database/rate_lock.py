"""Who converts money keeps the rates as they are to its commit; docs/decisions/lock-order.md says why."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# One after the other by name, so that two writers of several do not wait for each other.
_WRITE = """
select pg_advisory_xact_lock(hashtextextended('exchange_rates ' || base_currency, 2))
from (select distinct base_currency from {given} order by 1) bases
"""
_KEEP = text("select pg_advisory_xact_lock_shared(hashtextextended('exchange_rates ' || :base, 2))")
# The clock of writers, who come one after the other, and not that of their transactions: it only goes on.
_VERSION = text("""
select concat(count(*), ' ', max(updated_at)) from exchange_rates where base_currency = :base
""")


def hold_rates(session: Session, given: str, **params: str) -> None:
    """Keep others from rates into each `base_currency` of a relation until the session's transaction ends."""
    session.execute(text(_WRITE.format(given=given)), params)


def keep_rates(session: Session, base_currency: str) -> None:
    """Keep rates into this currency as they are until the session's transaction ends."""
    session.execute(_KEEP, {"base": base_currency})


def version_of_rates(session: Session, base_currency: str) -> str:
    """Return what is another word after every change of rates into this currency."""
    return str(session.scalar(_VERSION, {"base": base_currency}))
