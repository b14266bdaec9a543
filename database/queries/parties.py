"""What customers and merchants have in common: totals of their payments, and the counts behind risk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import bank_ids
from database.listeners import BULK
from database.queries.volume import VOLUME
from models.risk import RISK_FROM, RiskCategory

Party = Literal["customer", "merchant"]
RISK_DAYS: Final = 90

# What is folded, by column of the party's table.
_TOTALS: Final[dict[Party, dict[str, str]]] = {
    "customer": {
        "transaction_count": "coalesce(s.rows, 0)",
        "total_spent": "coalesce(s.total, 0)",
        "avg_transaction_amount": "coalesce(round(s.total / nullif(s.volume_rows, 0), 4), 0)",
        "fraud_history_count": "coalesce(s.frauds, 0)",
        "first_seen_at": "s.first_at",
        "last_seen_at": "s.last_at",
    },
    "merchant": {
        "total_transactions": "coalesce(s.rows, 0)",
        "total_revenue": "coalesce(s.total, 0)",
        "avg_transaction_amount": "coalesce(round(s.total / nullif(s.volume_rows, 0), 4), 0)",
        "fraud_report_count": "coalesce(s.frauds, 0)",
        "first_seen_at": "s.first_at",
    },
}


@dataclass(frozen=True, slots=True)
class FraudCounts:
    """A party's labelled rows and frauds of the bank's newest 90 days; `category` is a merchant's."""

    party_id: str
    category: str | None
    labelled: int
    frauds: int


@dataclass(frozen=True, slots=True)
class Risk:
    """A party's score and where it stands; both None where the bank has too few labels to tell."""

    party_id: str
    score: float | None
    category: RiskCategory | None


def update_totals(session: Session, party: Party, ids: Collection[str] | None = None) -> int:
    """Fold payments into the totals of the scope's parties, or of these; return how many changed.

    Money is volume in base units; rows without a rate are counted only.
    """
    columns = _TOTALS[party]
    chosen = "" if ids is None else f"and p.{party}_id = any(:ids)"
    rows = "" if ids is None else f"and t.{party}_id = any(:ids)"
    statement = f"""
        with sums as (
            select bank_id, {party}_id, count(*) as rows,
                sum(amount_base) filter (where {VOLUME}) as total,
                count(amount_base) filter (where {VOLUME}) as volume_rows,
                count(*) filter (where is_fraud) as frauds,
                min("timestamp") as first_at, max("timestamp") as last_at
            from transactions t
            where t.bank_id = any(:bank_ids) and t.{party}_id is not null {rows}
            group by bank_id, {party}_id
        ),
        folded as (
            select p.bank_id, p.{party}_id, {", ".join(f"{sql} as {name}" for name, sql in columns.items())}
            from {party}s p left join sums s using (bank_id, {party}_id)
            where p.bank_id = any(:bank_ids) {chosen}
        )
        update {party}s p
        set {", ".join(f"{name} = f.{name}" for name in columns)}, updated_at = now()
        from folded f
        where (p.bank_id, p.{party}_id) = (f.bank_id, f.{party}_id)
            and ({", ".join(f"p.{name}" for name in columns)})
                is distinct from ({", ".join(f"f.{name}" for name in columns)})
        returning 1
    """
    given = {"bank_ids": list(bank_ids(session)), "ids": None if ids is None else list(ids)}
    with _room(session, is_whole=ids is None):
        return len(session.execute(text(statement), given, execution_options={BULK: True}).all())


def fraud_counts(session: Session, party: Party, bank_id: int) -> tuple[FraudCounts, ...]:
    """Return the counts of every party of a bank, of those without payments too."""
    category = "p.category" if party == "merchant" else "cast(null as text)"
    statement = text(f"""
        select p.{party}_id, {category}, coalesce(s.labelled, 0), coalesce(s.frauds, 0)
        from {party}s p
        left join (
            select {party}_id, count(is_fraud) as labelled, count(*) filter (where is_fraud) as frauds
            from transactions t where t.bank_id = :bank_id and {_NEWEST_DAYS} group by {party}_id
        ) s using ({party}_id)
        where p.bank_id = :bank_id order by p.{party}_id
    """)
    with _room(session, is_whole=True):
        found = session.execute(
            statement, {"bank_id": bank_id, "days": RISK_DAYS}, execution_options={BULK: True}
        )
        return tuple(FraudCounts(*row) for row in found)


def bank_counts(session: Session, bank_id: int) -> tuple[int, int]:
    """Return labelled rows and frauds of a bank's newest 90 days."""
    statement = text(f"""
        select count(is_fraud), count(*) filter (where is_fraud)
        from transactions t where t.bank_id = :bank_id and {_NEWEST_DAYS}
    """)
    labelled, frauds = session.execute(statement, {"bank_id": bank_id, "days": RISK_DAYS}).one()
    return int(labelled), int(frauds)


def set_risk(session: Session, party: Party, bank_id: int, risks: Sequence[Risk]) -> int:
    """Write scores and categories of a bank's parties; return how many changed."""
    statement = text(f"""
        update {party}s p set risk_score = r.score, risk_category = r.category, updated_at = now()
        from unnest(cast(:ids as text[]), cast(:scores as double precision[]), cast(:categories as text[]))
            as r (id, score, category)
        where p.bank_id = :bank_id and p.{party}_id = r.id
            and (p.risk_score, p.risk_category) is distinct from (r.score, r.category)
        returning 1
    """)
    given = {
        "bank_id": bank_id,
        "ids": [risk.party_id for risk in risks],
        "scores": [risk.score for risk in risks],
        "categories": [risk.category for risk in risks],
    }
    with _room(session, is_whole=True):
        return len(session.execute(statement, given, execution_options={BULK: True}).all())


def hold(session: Session, bank_id: int) -> None:
    """Keep others from folding a bank's parties until the transaction ends: two would lock crosswise."""
    with _room(session, is_whole=True):
        session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:key, 2))"), {"key": f"parties {bank_id}"}
        )


def score_range(category: RiskCategory) -> tuple[float, float]:
    """Return from and below which score a category holds."""
    steps = [*sorted(RISK_FROM.values()), float("inf")]
    least = RISK_FROM[category]
    return least, steps[steps.index(least) + 1]


# Counted back from the newest row, so that old data have risk too.
_NEWEST_DAYS: Final = """t."timestamp" > (
    select max(newest."timestamp") - make_interval(days => :days)
    from transactions newest where newest.bank_id = :bank_id)"""


@contextmanager
def _room(session: Session, *, is_whole: bool) -> Iterator[None]:
    """Let a statement over all payments of a bank take its time: it is a job's, not a page's.

    Over a whole bank no nested loop: to a bank that is newer than the table's statistics the planner gives
    one row, and would read the sums anew for each of its parties.
    """
    before = session.execute(_READ_ROOM).one()
    session.execute(_SET_ROOM, {"timeout": "0", "work_mem": "64MB", "nestloop": "off" if is_whole else "on"})
    yield
    session.execute(_SET_ROOM, dict(before._mapping))  # noqa: SLF001 - its public name


_READ_ROOM: Final = text("""
select current_setting('statement_timeout') as timeout, current_setting('work_mem') as work_mem,
    current_setting('enable_nestloop') as nestloop
""")
_SET_ROOM: Final = text("""
select set_config('statement_timeout', :timeout, true), set_config('work_mem', :work_mem, true),
    set_config('enable_nestloop', :nestloop, true)
""")
