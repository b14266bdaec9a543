"""A bank's terms: its name and limits change at any time, its zone and currency only before it has rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from dashboard.administration.users import MalformedError
from database.connection import get_db_session, read_only
from database.queries import audit, banks
from database.queries.audit import Deed
from database.queries.banks import BankSettings
from models.access import Person
from models.errors import ConflictError, NotFoundError
from models.messages import N_

LOGGER = logging.getLogger(__name__)
LONGEST_NAME: Final = 120
SMALLEST: Final = Decimal("0.0001")
LARGEST: Final = Decimal(10) ** 12
LIMITS: Final = ("severity_medium_from", "severity_high_from", "severity_critical_from")
LOCKED: Final = ("base_currency", "time_zone")
_FORM: Final = frozenset({"name", "high_value_threshold", *LIMITS, *LOCKED})


@dataclass(frozen=True, slots=True)
class Terms:
    """A bank and whether its zone and currency are fixed, because every stored day and sum hangs on them."""

    bank: BankSettings
    has_rows: bool


def terms(person: Person) -> tuple[Terms, ...]:
    """Return the banks that a person may see, with what may still be changed."""
    with read_only(banks=person.banks) as session:
        return tuple(
            Terms(bank, banks.has_rows(session, bank.bank_id))
            for bank in banks.visible_banks(session, person)
        )


def change(person: Person, code: str, given: Mapping[str, Any]) -> BankSettings:
    """Store what a form says of a bank, with before and after in the audit."""
    if code not in person.banks:
        raise NotFoundError(N_("There is no bank with the code {codes}."), codes=code)
    unknown = sorted(set(given) - _FORM)
    if unknown or not given:
        raise MalformedError(N_("A form does not have {name}."), name=unknown[0] if unknown else "{}")
    with get_db_session([code]) as session:
        before = banks.lock(session, code)
        after = _changed(before, given)
        moved = [name for name in LOCKED if getattr(before, name) != getattr(after, name)]
        if moved and banks.has_rows(session, before.bank_id):
            raise ConflictError(
                N_("{bank} has rows: its days and sums are stored in its zone and currency, so both stay."),
                bank=before.name,
            )
        banks.store(session, after)
        old, new = asdict(before), asdict(after)
        differs = {name: [_said(old[name]), _said(new[name])] for name in new if old[name] != new[name]}
        if differs:
            deed = Deed(person.user_id, before.bank_id, "bank.changed", "bank", code, None, differs)
            audit.write(session, [deed])
    LOGGER.info("bank %s changed by user %s", code, person.user_id, extra={"category": "security"})
    return after


def _changed(before: BankSettings, given: Mapping[str, Any]) -> BankSettings:
    values: dict[str, Any] = {}
    for name in given:
        text = given[name]
        if not isinstance(text, str):
            raise MalformedError(N_("The request could not be understood."))
        text = text.replace("\0", "").strip()
        if name == "high_value_threshold":
            values[name] = _amount(text) if text else None
        elif name in LIMITS:
            values[name] = _amount(text)
        else:
            values[name] = text
    after = replace(before, **values)
    if not 0 < len(after.name) <= LONGEST_NAME:
        raise MalformedError(N_("Write the bank's name, in at most {most} characters."), most=LONGEST_NAME)
    if not after.severity_medium_from < after.severity_high_from < after.severity_critical_from:
        raise MalformedError(N_("Each limit is larger than the one before: medium, high, critical."))
    return after


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise MalformedError(
            N_("{text} is no amount: write digits and at most one point."), text=text
        ) from error
    if not amount.is_finite() or not SMALLEST <= amount <= LARGEST:
        raise MalformedError(N_("An amount is more than 0 and at most a million million."))
    return amount.quantize(SMALLEST)


def _said(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value
