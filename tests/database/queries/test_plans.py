"""Every list walks the index made for it, as the application's role and under the bank policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard.risk import update_parties
from dashboard.world.store import store_world
from dashboard.world.world import WorldOptions
from database.connection import bank_ids, get_db_session, read_only
from database.owner import owner_session
from database.queries import alerts, customers, labels, merchants, search, transactions
from database.queries.rows import ListedTransaction, Order, Place, rows
from database.queries.stored_transaction import Cursor
from database.segments import Selection
from models.risk import RiskCategory
from tests.database.queries.plans import plans
from tests.servers import Database

SINCE, UNTIL = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC)
CURSOR = Cursor(UNTIL, "FR-T000000001", 1)


@dataclass(frozen=True)
class Walk:
    """A call, the index it must walk, what the index must be asked, and whether its order is used."""

    ask: Callable[[Session], object]
    index: str
    condition: str
    is_sorted: bool = True


def listed(
    session: Session, order: Order, after: Place | None = None, **filters: Any
) -> tuple[ListedTransaction, ...]:
    since, until = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
    selection = Selection(tuple(bank_ids(session)), since, until, **filters)
    return rows(session, selection, order, limit=50, after=after)


WALKS = {
    "transaction by id": Walk(
        lambda s: transactions.by_id(s, "FR-T000000001"), "pk_transactions", "transaction_id ="
    ),
    "by customer": Walk(
        lambda s: transactions.by_customer(s, "FR-C000001"), "ix_transactions_customer", "customer_id ="
    ),
    "by customer, next page": Walk(
        lambda s: transactions.by_customer(s, "FR-C000001", after=CURSOR),
        "ix_transactions_customer",
        '"timestamp" <=',
    ),
    "by merchant": Walk(
        lambda s: transactions.by_merchant(s, "FR-M00464"), "ix_transactions_merchant", "merchant_id ="
    ),
    "date range": Walk(
        lambda s: transactions.by_date_range(s, SINCE, UNTIL), "ix_transactions_time", '"timestamp" >='
    ),
    "newest page": Walk(lambda s: transactions.page(s, limit=50), "ix_transactions_time", "bank_id ="),
    "a page further back": Walk(
        lambda s: transactions.page(s, limit=50, after=CURSOR), "ix_transactions_time", '"timestamp" <='
    ),
    "base amounts": Walk(
        lambda s: transactions.by_amount_range(s, Decimal(900), Decimal(1000)),
        "ix_transactions_amount_base",
        "amount_base_e4 >=",
    ),
    "amounts of a currency": Walk(
        lambda s: transactions.by_amount_range(s, Decimal(900), Decimal(1000), currency="EUR"),
        "ix_transactions_amount",
        "amount_e4 >=",
    ),
    "frauds": Walk(lambda s: transactions.frauds(s, SINCE, UNTIL), "ix_transactions_fraud", '"timestamp" >='),
    "high value": Walk(
        lambda s: transactions.high_value(s, Decimal(2000), limit=20),
        "ix_transactions_amount_base",
        "amount_base_e4 >=",
    ),
    "anomalies": Walk(
        lambda s: transactions.anomalies(s, SINCE, UNTIL),
        "ix_transactions_time",
        '"timestamp" >=',
        is_sorted=False,
    ),
    "statistics": Walk(
        lambda s: transactions.statistics(s, SINCE, UNTIL),
        "ix_transactions_time",
        '"timestamp" >=',
        is_sorted=False,
    ),
    "customer by id": Walk(lambda s: customers.by_id(s, "FR-C000001"), "pk_customers", "customer_id ="),
    "customer by e-mail": Walk(
        lambda s: customers.by_email(s, "nobody@example.com"), "uq_customers_bank_id_email_key", "email_key ="
    ),
    "customers at high risk": Walk(
        lambda s: customers.high_risk(s, limit=5), "ix_customers_bank_id_risk_score", "risk_score >="
    ),
    "customers of a risk category": Walk(
        lambda s: customers.by_risk_category(s, RiskCategory.HIGH, limit=5),
        "ix_customers_bank_id_risk_score",
        "risk_score >=",
    ),
    "active customers": Walk(lambda s: customers.active(s, limit=5), "pk_customers", "bank_id ="),
    "merchant by id": Walk(lambda s: merchants.by_id(s, "FR-M00001"), "pk_merchants", "merchant_id ="),
    "merchants of a category": Walk(
        lambda s: merchants.by_category(s, "charity"),
        "ix_merchants_bank_id_category",
        "category =",
        is_sorted=False,
    ),
    "merchants at high risk": Walk(
        lambda s: merchants.high_risk(s, limit=5),
        "ix_merchants_bank_id_risk_score",
        "risk_score >=",
        is_sorted=False,
    ),
    "alerts of a status": Walk(lambda s: alerts.by_status(s, limit=10), "ix_alerts_status", "status ="),
    "alerts of a customer": Walk(
        lambda s: alerts.by_customer(s, "FR-C000001"), "ix_alerts_customer", "customer_id ="
    ),
    "rows of a filter": Walk(
        lambda s: listed(s, Order.NEWEST), "ix_transactions_time", '"timestamp" >=', is_sorted=False
    ),
    "rows of a filter, next page": Walk(
        lambda s: listed(s, Order.NEWEST, Place(UNTIL, "FR-T000000001", 1)),
        "ix_transactions_time",
        '"timestamp" <=',
        is_sorted=False,
    ),
    "rows of a filter, the largest": Walk(
        lambda s: listed(s, Order.LARGEST), "ix_transactions_amount_base", "bank_id ="
    ),
    "rows of a filter, the smallest": Walk(
        lambda s: listed(s, Order.SMALLEST), "ix_transactions_amount_base", "bank_id ="
    ),
    "frauds of a filter": Walk(
        lambda s: listed(s, Order.NEWEST, include={"label": frozenset({"fraud"})}),
        "ix_transactions_fraud",
        '"timestamp" >=',
        is_sorted=False,
    ),
    "rows of a filter by customer": Walk(
        lambda s: listed(s, Order.NEWEST, customer_id="FR-C000001"),
        "ix_transactions_customer",
        "customer_id =",
    ),
    "payments that begin so": Walk(
        lambda s: search.transactions(s, "FR-T0000000"), "pk_transactions", "transaction_id >="
    ),
    "merchants that begin so": Walk(
        lambda s: search.merchants(s, "FR-M0", "zz"), "pk_merchants", "merchant_id >=", is_sorted=False
    ),
    "customers that begin so": Walk(
        lambda s: search.customers(s, "FR-C00000", "zz"), "pk_customers", "customer_id >=", is_sorted=False
    ),
    "label delays": Walk(
        lambda s: labels.label_delays(s, (1,)), "ix_fraud_labels_delays", "", is_sorted=False
    ),
}


def fill() -> None:
    store_world(WorldOptions(until=date(2026, 7, 1), banks=2, days=90, transactions=24_000))
    with get_db_session("all") as session:
        update_parties(session)
        session.execute(
            text("""
            insert into alerts (bank_id, transaction_id, customer_id, severity, status, fraud_probability,
                expected_loss_e4, reason_code, created_at)
            select bank_id, transaction_id, customer_id, 'low',
                case when ingest_seq % 20 = 0 then 'new' else 'false_positive' end, 0.5, amount_e4, 'test',
                "timestamp" from transactions where ingest_seq % 3 = 0
            """)
        )
        # As many risky customers as a large bank has: few are as well sorted as walked to.
        session.execute(text("update customers set risk_score = customer_no % 100 / 100.0"))
    with owner_session() as owner:
        owner.execute(text("analyze"))


@pytest.mark.every_postgres
def test_every_list_walks_its_index(committed: Database, postgres_version: int) -> None:
    fill()
    wrong: list[str] = []
    with read_only("all") as session:
        for name, walk in WALKS.items():
            nodes = plans(session, walk.ask)
            wrong += [f"{name}: {problem}" for problem in problems(walk, nodes)]
    assert not wrong, "\n".join(wrong)


def problems(walk: Walk, nodes: list[dict[str, Any]]) -> list[str]:
    scans = [node for node in nodes if node.get("Index Name") == walk.index]
    asked = " ".join(str(node.get("Index Cond", "")) for node in scans)
    found = []
    if not scans:
        used = sorted(
            f"{node['Node Type']} {node.get('Index Name', node.get('Relation Name', ''))}"
            for node in nodes
            if "Scan" in node["Node Type"]
        )
        found.append(f"not by {walk.index} but by {used}")
    elif walk.condition not in asked:
        found.append(f"{walk.index} is asked {asked!r}, not {walk.condition!r}")
    if walk.is_sorted:
        # The one sort at the top merges the banks' short lists; an incremental one only settles ties.
        sorts = [node for node in nodes if node["Node Type"] == "Sort"]
        found += ["sorts the rows of a bank"] * (len(sorts) > 1)
    return found
