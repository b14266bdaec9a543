"""How an alert arises: from the score alone, never from a label, with a sentence that says the normal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dashboard.alerts.reasons import reasons
from dashboard.scoring import baseline
from dashboard.scoring.habits import habits
from database.connection import Session, get_db_session
from database.queries import alerts, banks, enrichment, history
from database.queries.alerts import Candidate, NewAlert
from database.queries.banks import BankSettings
from database.queries.measuring import measure
from models.alerts import Severity
from models.units import E4

RECENT: Final = timedelta(days=30)
MOST: Final = 2_000
_AT_ONCE: Final = 500
_BY_SCORE: Final = ((0.95, Severity.CRITICAL), (0.8, Severity.HIGH), (0.5, Severity.MEDIUM))


class AlertMode(StrEnum):
    """Which flagged payments of an import become alerts."""

    NONE = "none"
    RECENT = "recent"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Born:
    """How many alerts were raised, and how many flagged payments stayed without one."""

    raised: int
    left_out: int


def raise_alerts(bank: str, dataset_id: int | None, mode: AlertMode = AlertMode.RECENT) -> Born:
    """Raise alerts about a dataset's flagged payments, or all of a bank's; again, it raises nothing more.

    `recent` takes the 30 days before the newest row, at most 2,000 by expected loss.
    """
    with get_db_session([bank]) as session:
        settings = banks.bank_settings(session, bank)
        recent = RECENT if mode is AlertMode.RECENT else None
        flagged = alerts.flagged(session, settings.bank_id, dataset_id, recent)
        everything = alerts.flagged_count(session, settings.bank_id, dataset_id)
    if mode is AlertMode.NONE:
        chosen: tuple[Candidate, ...] = ()
    else:
        chosen = flagged[:MOST] if mode is AlertMode.RECENT else flagged
    known = sum(one.has_alert for one in chosen)
    new = [one for one in chosen if not one.has_alert]
    raised = 0
    for start in range(0, len(new), _AT_ONCE):
        with get_db_session([bank]) as session:
            some = _written(session, settings, new[start : start + _AT_ONCE])
            raised += alerts.create_many(session, settings.bank_id, some)
    return Born(raised, everything - raised - known)


def severity(expected_loss: Decimal | None, score: float, bank: BankSettings) -> Severity:
    """Return how much is at stake: by the expected loss in base units, or where that is unknown by score."""
    if expected_loss is None:
        return next((step for least, step in _BY_SCORE if score >= least), Severity.LOW)
    steps = (
        (bank.severity_critical_from, Severity.CRITICAL),
        (bank.severity_high_from, Severity.HIGH),
        (bank.severity_medium_from, Severity.MEDIUM),
    )
    return next((step for least, step in steps if expected_loss >= least), Severity.LOW)


def expected_loss_e4(score: float, amount_base_e4: int | None) -> int:
    """Return what is lost on average, in ten-thousandths of base units; 0 where the amount has no rate."""
    return round(score * (amount_base_e4 or 0))


def _written(session: Session, bank: BankSettings, some: list[Candidate]) -> list[NewAlert]:
    enrichment.name(session, bank.bank_id, [one.transaction_id for one in some])
    measure(session, bank.bank_id)
    known = habits(history.histories(session, bank.bank_id))
    said = reasons(
        known, baseline.score(known), {one.transaction_id: one for one in some}, bank.base_currency
    )
    return [_alert(one, bank, *said[one.transaction_id]) for one in some]


def _alert(one: Candidate, bank: BankSettings, code: str, params: dict[str, object]) -> NewAlert:
    loss = expected_loss_e4(one.score, one.amount_base_e4)
    at_stake = None if one.amount_base_e4 is None else Decimal(loss) / E4
    return NewAlert(
        one.transaction_id,
        one.customer_id,
        severity(at_stake, one.score, bank),
        one.score,
        loss,
        code,
        params,
    )
