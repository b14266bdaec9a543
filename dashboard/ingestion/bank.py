"""The bank that an import goes into: found, or made with what the command says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from database.connection import Session
from database.queries import banks, users
from database.queries.banks import BankSettings
from models.errors import ConflictError, NotFoundError, UserError
from models.messages import N_


@dataclass(frozen=True, slots=True)
class BankWish:
    """What is said about a bank; None is not said."""

    name: str | None = None
    time_zone: str | None = None
    base_currency: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class BankFound:
    """The bank, whether it is new, and who may see it since now."""

    settings: BankSettings
    is_new: bool
    granted: tuple[str, ...]


def bank_for(
    session: Session, code: str, wish: BankWish, *, currency: str | None = None, grant: Iterable[str] = ()
) -> BankFound:
    """Find the bank or make it, and give it to people by name; a new one goes to every active admin.

    `currency` is that of the file, which a new bank takes for its base when none is wished.
    """
    found = banks.find(session, code)
    granted: tuple[str, ...] = ()
    if found is None:
        base = wish.base_currency or currency
        if base is None:
            raise UserError(
                N_("The bank {code} is new: say in which currency its money is summed, by --base-currency."),
                code=code,
            )
        settings = banks.create(
            session,
            code,
            name=wish.name,
            country=wish.country,
            base_currency=base,
            time_zone=wish.time_zone or "UTC",
        )
        granted = banks.grant_to_admins(session, settings.bank_id)
    else:
        _refuse_another(found, wish)
        settings = found
    for name in grant:
        granted += _grant(session, name, code)
    return BankFound(settings, found is None, tuple(dict.fromkeys(granted)))


def _refuse_another(found: BankSettings, wish: BankWish) -> None:
    told = (
        ("name", found.name, wish.name),
        ("time zone", found.time_zone, wish.time_zone),
        ("base currency", found.base_currency, wish.base_currency),
        ("country", found.country, wish.country),
    )
    for what, has, wanted in told:
        if wanted is not None and wanted != has:
            raise ConflictError(
                N_("The bank {code} exists, and its {what} is {has}: an import does not change it."),
                code=found.code,
                what=what,
                has=has or "-",
            )


def _grant(session: Session, name: str, code: str) -> tuple[str, ...]:
    account = users.by_name(session, name)
    if account is None:
        raise NotFoundError(N_("There is no user {name}."), name=name)
    users.grant(session, account.user_id, [code])
    return (account.username,)
