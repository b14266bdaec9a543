"""What every table shares: the declarative base, column types, constraint names."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Big = Annotated[int, "bigint"]
Rate = Annotated[Decimal, "numeric(18,8)"]
Score = Annotated[float, "0 to 1"]
Json = dict[str, Any]

EMPTY_JSON = text("'{}'::jsonb")
ID_LENGTH = 128


class Choice(TypeDecorator[StrEnum]):
    """Text whose values are those of one `StrEnum`; its table gets the CHECK that says so."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        """Remember the enum; the stored type is text in collation "C"."""
        super().__init__(collation="C")
        self.choices = choices

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse what the enum does not know before the database has to."""
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """Return the enum's member."""
        return None if value is None else self.choices(value)


class Probability(TypeDecorator[float]):
    """A double precision in [0, 1]; its table gets the CHECK that says so."""

    impl = Double
    cache_ok = True


class Base(DeclarativeBase):
    """All tables; names of constraints follow from their table and columns."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(collation="C"),
        Big: BigInteger(),
        float: Double(),
        Score: Probability(),
        Decimal: Numeric(18, 4),
        Rate: Numeric(18, 8),
        bytes: LargeBinary(),
        date: Date(),
        datetime: DateTime(timezone=True),
        Json: JSONB(),
    }


class Created:
    """When the row was written."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=98)


class Updated(Created):
    """When the row was written and last changed; the application sets it, never a trigger."""

    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now(), sort_order=99
    )


class OfBank:
    """A row of one bank: `bank_id` stands first in its key, and the bank scope guards it."""

    bank_id: Mapped[int] = mapped_column(ForeignKey("banks.bank_id"), primary_key=True, sort_order=-1)


@event.listens_for(Column, "after_parent_attach")
def _check_values(column: Column[Any], table: Table) -> None:
    """Give a column of choices or of probabilities the CHECK that the migrations write out."""
    if isinstance(column.type, Choice):
        values = ", ".join(f"'{choice.value}'" for choice in column.type.choices)
        table.append_constraint(CheckConstraint(f"{column.name} in ({values})", name=column.name))
    elif isinstance(column.type, Probability):
        table.append_constraint(CheckConstraint(f"{column.name} between 0 and 1", name=column.name))
