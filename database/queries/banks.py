"""Banks: made, found, given to people; `banks` is under no policy, so what a person sees is asked here."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.access import Person, Role
from models.banks import Bank
from models.errors import ConflictError, NotFoundError, UserError
from models.messages import N_
from models.users import User, UserBank

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class BankSettings:
    """A bank with its terms; without a `high_value_threshold` its own 99th percentile is the limit."""

    bank_id: int
    code: str
    name: str
    country: str | None
    base_currency: str
    time_zone: str
    high_value_threshold: Decimal | None
    severity_medium_from: Decimal
    severity_high_from: Decimal
    severity_critical_from: Decimal
    is_demo: bool


_COLUMNS = tuple(getattr(Bank, field.name) for field in fields(BankSettings))


def bank_settings(session: Session, code: str) -> BankSettings:
    """Return the bank with this code; its caller has checked that the person may see it."""
    row = session.execute(select(*_COLUMNS).where(Bank.code == code)).one_or_none()
    if row is None:
        raise NotFoundError(N_("There is no bank with the code {codes}."), codes=code)
    return BankSettings(*row)


def find(session: Session, code: str) -> BankSettings | None:
    """Return the bank with this code, if there is one."""
    row = session.execute(select(*_COLUMNS).where(Bank.code == code)).one_or_none()
    return None if row is None else BankSettings(*row)


def visible_banks(session: Session, person: Person) -> tuple[BankSettings, ...]:
    """Return the banks granted to a person, by name: own ones first, then the demo's."""
    granted = select(UserBank.bank_id).join(User).where(UserBank.user_id == person.user_id, User.is_active)
    found = select(*_COLUMNS).where(Bank.bank_id.in_(granted)).order_by(Bank.is_demo, Bank.name, Bank.bank_id)
    return tuple(BankSettings(*row) for row in session.execute(found))


def every_bank(session: Session) -> tuple[BankSettings, ...]:
    """Return all banks, for commands and jobs, in the order in which they were made."""
    return tuple(BankSettings(*row) for row in session.execute(select(*_COLUMNS).order_by(Bank.bank_id)))


def create(
    session: Session,
    code: str,
    *,
    name: str | None = None,
    country: str | None = None,
    base_currency: str = "EUR",
    time_zone: str = "UTC",
    is_demo: bool = False,
) -> BankSettings:
    """Make a bank. Its zone and base currency stay for ever once it has rows.

    A session's scope was told when its transaction began: rows of the new bank need a new session.
    """
    _refuse_malformed(code, country, base_currency, time_zone)
    given = {
        "code": code,
        "name": name or code,
        "country": country,
        "base_currency": base_currency,
        "time_zone": time_zone,
        "is_demo": is_demo,
    }
    made = insert(Bank).values(given).on_conflict_do_nothing(index_elements=[Bank.code])
    if session.execute(made.returning(Bank.bank_id)).one_or_none() is None:
        raise ConflictError(N_("There is a bank with the code {code} already."), code=code)
    return bank_settings(session, code)


def lock(session: Session, code: str) -> BankSettings:
    """Return the bank with this code, which nobody else changes before the transaction has ended."""
    session.execute(select(Bank.bank_id).where(Bank.code == code).with_for_update())
    return bank_settings(session, code)


def store(session: Session, bank: BankSettings) -> None:
    """Store a bank's terms; its code and country stay."""
    _refuse_malformed(bank.code, bank.country, bank.base_currency, bank.time_zone)
    kept = {"bank_id", "code", "country", "is_demo"}
    values = {field.name: getattr(bank, field.name) for field in fields(bank) if field.name not in kept}
    session.execute(update(Bank).where(Bank.bank_id == bank.bank_id).values(**values))


def has_rows(session: Session, bank_id: int) -> bool:
    """Say whether a bank of the session's scope has transactions."""
    found = text("select exists (select from transactions where bank_id = :bank_id)")
    return bool(session.scalar(found, {"bank_id": bank_id}))


def grant_to_admins(session: Session, bank_id: int) -> tuple[str, ...]:
    """Let every active admin see a bank; return the usernames of those who could not before."""
    held = select(UserBank.user_id).where(UserBank.bank_id == bank_id)
    admins = session.execute(
        select(User.user_id, User.username)
        .where(User.role == Role.ADMIN, User.is_active, User.user_id.not_in(held))
        .order_by(User.username)
    ).all()
    if admins:
        given = [{"user_id": admin.user_id, "bank_id": bank_id} for admin in admins]
        session.execute(insert(UserBank), given)
    return tuple(admin.username for admin in admins)


def demo_codes(session: Session) -> tuple[str, ...]:
    """Return the codes of the demo's banks."""
    return tuple(session.scalars(select(Bank.code).where(Bank.is_demo).order_by(Bank.bank_id)))


def remove(session: Session, bank_id: int) -> None:
    """Delete a bank that has no rows left, and who may see it."""
    session.execute(delete(Bank).where(Bank.bank_id == bank_id))


def newest_own(session: Session) -> str | None:
    """Return the code of the bank in scope with the newest own data, else with the newest demo data."""
    newest = text(
        "select b.code from banks b cross join lateral"
        " (select max(last_at) as last_at, max(created_at) as loaded from datasets d"
        "  where d.bank_id = b.bank_id and d.rows > 0) d"
        " where d.loaded is not null order by b.is_demo, d.loaded desc, b.bank_id limit 1"
    )
    return session.execute(newest).scalar_one_or_none()


def _refuse_malformed(code: str, country: str | None, base_currency: str, time_zone: str) -> None:
    if not _CODE.fullmatch(code) or code == "all":
        raise UserError(
            N_("{code} is no code of a bank: use letters, digits, dots, dashes and underscores."), code=code
        )
    if not _CURRENCY.fullmatch(base_currency):
        raise UserError(N_("{currency} is no currency: use its three capitals."), currency=base_currency)
    if country is not None and not _COUNTRY.fullmatch(country):
        raise UserError(N_("{country} is no country: use its two capitals."), country=country)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserError(
            N_("{zone} is no time zone: use a name such as Europe/Paris."), zone=time_zone
        ) from error
