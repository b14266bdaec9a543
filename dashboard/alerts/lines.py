"""A listed alert as the words and figures of a line, in the reader's language and the bank's zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from dashboard import formatting as f
from dashboard.alerts.names import SEVERITY_NAMES, STATUS_NAMES
from dashboard.alerts.reasons import SENTENCES, sentence
from dashboard.view import BankFacts
from database.queries.alert_list import MOST_COUNTED, ListedAlert, News
from models.alerts import Severity
from models.units import E4

STEPS: Final[Mapping[Severity, int]] = {severity: step for step, severity in enumerate(Severity, start=1)}


def alert_lines(
    rows: Sequence[ListedAlert],
    banks: Sequence[BankFacts],
    locale: str,
    say: Callable[..., str],
    *,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return alerts as lines; `banks` are those that they belong to."""
    known = {bank.bank_id: bank for bank in banks}
    return [_line(row, known[row.bank_id], locale, say, now) for row in rows]


def reason_text(code: str, params: Mapping[str, Any], locale: str) -> str:
    """Write why an alert was raised; a code of somebody else's is shown as it is."""
    return sentence(code, params, locale) if code in SENTENCES else code.replace("_", " ")


def loss(e4: int, currency: str, locale: str) -> str:
    """Write an expected loss."""
    return f.money(Decimal(e4) / E4, currency, locale)


def open_count(news: News, locale: str) -> str:
    """Write how many alerts are open in all of a reader's banks, as far as they are counted; "" for none."""
    more = "+" if news.open >= MOST_COUNTED else ""
    return f"{f.count(news.open, locale)}{more}" if news.open else ""


def initials(name: str) -> str:
    """Return one or two letters for a person."""
    words = [word for word in name.replace("-", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def alert_href(alert_id: int) -> str:
    """Return the address of an alert, below the base path."""
    return f"alert?{urlencode({'id': alert_id})}"


def _line(
    row: ListedAlert, bank: BankFacts, locale: str, say: Callable[..., str], now: datetime
) -> dict[str, Any]:
    return {
        "id": row.alert_id,
        "version": row.version,
        "href": alert_href(row.alert_id),
        "severity": row.severity,
        "step": STEPS[row.severity],
        "severe": say(SEVERITY_NAMES[row.severity]),
        "status": row.status,
        "stands": say(STATUS_NAMES[row.status]),
        "customer": row.customer or row.customer_id or "",
        "reason": reason_text(row.reason_code, row.reason_params, locale),
        "amount": f.money(row.amount, row.currency, locale),
        "payments": row.payments,
        "loss": loss(row.expected_loss_e4, bank.base_currency, locale),
        "loss_e4": row.expected_loss_e4,
        "base": bank.base_currency,
        "age": f.age(now - row.created_at, locale),
        "since": f.moment(row.created_at, bank.time_zone, locale),
        "assigned": row.assigned or "",
        "initials": initials(row.assigned) if row.assigned else "",
        "bank": bank.name,
    }
