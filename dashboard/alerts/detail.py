"""One alert with what a decision needs: why, the customer's last 90 days, alike alerts, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboard.overview.events import Event, events_of
from dashboard.periods import MINUTE, Span
from database.connection import Session, read_only
from database.queries import alert_events, alert_list, alerts_alike, neighbours, party_pages, transactions
from database.queries.alert_events import Step
from database.queries.alert_list import ListedAlert
from database.queries.alerts_alike import Alike
from database.queries.banks import BankSettings, visible_banks
from database.queries.neighbours import Opinion
from database.queries.party_pages import Dot, SharedValue
from database.queries.stored_transaction import StoredTransaction
from models.access import Permission, Person
from models.errors import ForbiddenError
from models.messages import N_

__all__ = ["STRIP", "AlertDetail", "Step", "StoredTransaction", "alert_detail", "read_number"]

STRIP: Final = timedelta(days=90)
SHARED_FOR: Final = timedelta(days=30)
_LONGEST: Final = 18


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """All that the page of an alert tells; `payments` are what it is about, the opening one first."""

    alert: ListedAlert
    bank: BankSettings
    payments: tuple[StoredTransaction, ...]
    merchants: Mapping[str, str]
    opinions: tuple[Opinion, ...]
    strip: tuple[Dot, ...]
    alike: tuple[Alike, ...]
    shared: tuple[SharedValue, ...]
    history: tuple[Step, ...]
    colleagues: Mapping[int, str]
    events: tuple[Event, ...]
    now: datetime


def read_number(text: str) -> int:
    """Read an alert's number as people write it, 12896 or A12896; 0 is nobody's."""
    digits = text.strip().upper().removeprefix("A")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > _LONGEST:
        return 0
    return int(digits)


def alert_detail(person: Person, alert_id: int, *, now: datetime) -> AlertDetail | None:
    """Return an alert that this person may decide; None for others, which do not exist."""
    if not person.may(Permission.DECIDE_ALERTS):
        raise ForbiddenError(N_("Your role does not allow this."))
    with read_only(banks=person.banks) as session:
        alert = alert_list.one_row(session, alert_id)
        if alert is None:
            return None
        bank = next(each for each in visible_banks(session, person) if each.bank_id == alert.bank_id)
        return _told(session, alert, bank, now)


def _told(session: Session, alert: ListedAlert, bank: BankSettings, now: datetime) -> AlertDetail:
    ids = alerts_alike.payments(session, alert.bank_id, alert.alert_id)
    found = [transactions.by_id(session, each, bank=bank.code) for each in ids]
    payments = tuple(each for each in found if each is not None)
    at = max((each.timestamp for each in payments), default=alert.timestamp)
    strip: tuple[Dot, ...] = ()
    shared: tuple[SharedValue, ...] = ()
    if alert.customer_id is not None:
        strip = party_pages.dots(session, alert.bank_id, "customer", alert.customer_id, at - STRIP, at)
        shared = party_pages.shared(session, alert.bank_id, alert.customer_id, at - SHARED_FOR, at)
    return AlertDetail(
        alert=alert,
        bank=bank,
        payments=payments,
        merchants=alerts_alike.merchant_names(session, alert.bank_id, payments),
        opinions=neighbours.opinions(session, payments[0]) if payments else (),
        strip=strip,
        alike=alerts_alike.alike(session, alert.bank_id, alert.alert_id, alert.reason_code),
        shared=shared,
        history=alert_events.history(session, alert.bank_id, alert.alert_id),
        colleagues=alert_events.colleagues(session, alert.bank_id),
        events=events_of(session, (alert.bank_id,), Span(at - STRIP, at + MINUTE, bank.time_zone)),
        now=now,
    )
