"""Puts one valid row into every table, whatever its columns, so that migrations meet data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table, create_engine
from sqlalchemy.orm import Session

from models import Base
from models.base import Choice, Probability

MOMENT = datetime(2024, 2, 29, 12, 30, tzinfo=UTC)
BY_NAME: dict[str, Any] = {
    "bank_id": 1,
    "transaction_id": "t-1",
    "customer_id": "c-1",
    "merchant_id": "m-1",
    "dataset_id": 1,
    "user_id": 1,
    "alert_id": 1,
    "job_id": 1,
    "fraud_pattern_id": 1,
    "base_currency": "EUR",
    "currency": "EUR",
    "amount": Decimal("12.3400"),
    "ip": "192.0.2.1",
}
BY_TYPE: dict[type, Any] = {
    str: "x",
    int: 1,
    float: 0.5,
    bool: True,
    Decimal: Decimal(1),
    datetime: MOMENT,
    date: MOMENT.date(),
    bytes: bytes(56),
}
LINKS = {"fraud_pattern_id", "dataset_id", "customer_id", "merchant_id"}


def fill(owner_url: str) -> None:
    """One row in each table of the models, linked to one another."""
    engine = create_engine(owner_url.replace("postgresql:", "postgresql+psycopg2:"))
    with Session(engine) as session:
        for table in Base.metadata.sorted_tables:
            if table.name != "schema_migrations":
                session.execute(table.insert().values(_row(table)))
        session.commit()
    engine.dispose()


def _row(table: Table) -> dict[str, Any]:
    return {column.name: _value(column) for column in table.columns if _is_given(column)}


def _is_given(column: Column[Any]) -> bool:
    if column.identity is not None or column.computed is not None or column.server_default is not None:
        return False
    return not column.nullable or column.name in LINKS


def _value(column: Column[Any]) -> Any:
    if column.name in BY_NAME:
        return BY_NAME[column.name]
    if isinstance(column.type, Choice):
        return next(iter(column.type.choices))
    return 0.5 if isinstance(column.type, Probability) else BY_TYPE[column.type.python_type]
