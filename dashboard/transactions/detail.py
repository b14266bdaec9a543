"""One payment with everything that is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from database.connection import read_only
from database.queries import alerts, customers, labels, merchants, neighbours, transactions
from database.queries.alerts import StoredAlert
from database.queries.banks import BankSettings, visible_banks
from database.queries.labels import Statement
from database.queries.neighbours import SHARED, Opinion
from database.queries.rows import ListedTransaction
from database.queries.stored_transaction import StoredTransaction
from models.access import Permission, Person

__all__ = ["Detail", "StoredAlert", "detail"]


@dataclass(frozen=True, slots=True)
class Detail:
    """A payment, its parties by name, its alert, what was said of it, and what happened around it."""

    payment: StoredTransaction
    bank: BankSettings
    customer: str | None
    merchant: str | None
    alert: StoredAlert | None
    statements: tuple[Statement, ...]
    opinions: tuple[Opinion, ...]
    around: Mapping[str, tuple[ListedTransaction, ...]]
    sees_people: bool


def detail(person: Person, bank: str | None, transaction_id: str) -> Detail | None:
    """Return a payment that this person may see; for others there is none."""
    with read_only(banks=person.banks) as session:
        found = transactions.by_id(session, transaction_id, bank=bank)
        if found is None:
            return None
        own = next(each for each in visible_banks(session, person) if each.bank_id == found.bank_id)
        sees_people = person.may(Permission.VIEW_CUSTOMERS)
        customer = (
            customers.by_id(session, found.customer_id, bank=own.code)
            if found.customer_id and sees_people
            else None
        )
        shop = merchants.by_id(session, found.merchant_id, bank=own.code) if found.merchant_id else None
        names = (customer.first_name, customer.last_name) if customer else ()
        shared = [each for each in SHARED if sees_people or each != "ip_address"]
        return Detail(
            payment=found,
            bank=own,
            customer=" ".join(filter(None, names)) or None,
            merchant=shop.name if shop else None,
            alert=alerts.of_transaction(session, found.bank_id, found.transaction_id),
            statements=tuple(
                labels.statements(session, found.bank_id, [found.transaction_id]).get(
                    found.transaction_id, []
                )
            ),
            opinions=neighbours.opinions(session, found),
            around={each: neighbours.around(session, found, each) for each in shared},
            sees_people=sees_people,
        )
