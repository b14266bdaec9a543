"""What we slice and filter by, and where it stands in a record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.messages import N_, Message
from models.risk import RiskCategory
from models.transactions import AnomalyType, Channel, Decision, FraudType, PaymentMethod, TransactionType


@dataclass(frozen=True, slots=True)
class Dimension:
    """A field of the record that has few values, under its slug.

    `choices` are its values in the order of their codes, code 1 first; None: its values are in `codes`.
    Code 0 is a row without a value. `sliced` says that a fold sums it by value (`Fold.by`).
    """

    slug: str
    label: Message
    choices: tuple[str, ...] | None = None
    sliced: bool = False


def _values(choices: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(choice) for choice in choices)


_ALL = (
    Dimension("category", Message(N_("Category")), sliced=True),
    Dimension("channel", Message(N_("Channel")), _values(Channel), sliced=True),
    Dimension("country", Message(N_("Country")), sliced=True),
    Dimension("state", Message(N_("State")), sliced=True),
    Dimension("payment_method", Message(N_("Payment method")), _values(PaymentMethod), sliced=True),
    Dimension("transaction_type", Message(N_("Type")), _values(TransactionType), sliced=True),
    Dimension("currency", Message(N_("Currency"))),
    Dimension("label", Message(N_("Label")), ("genuine", "fraud")),
    Dimension("fraud_type", Message(N_("Kind of fraud")), _values(FraudType)),
    Dimension("decision", Message(N_("Decision")), _values(Decision)),
    Dimension("anomaly", Message(N_("Anomaly")), ("no", "yes")),
    Dimension("anomaly_type", Message(N_("Kind of anomaly")), _values(AnomalyType)),
)

DIMENSIONS: dict[str, Dimension] = {dimension.slug: dimension for dimension in _ALL}

WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_OF_WEEK: tuple[str, ...] = tuple(f"{day}-{hour:02}" for day in WEEKDAYS for hour in range(24))

DERIVED: dict[str, Dimension] = {
    "hour": Dimension("hour", Message(N_("Hour of the week")), HOURS_OF_WEEK),
    "risk": Dimension("risk", Message(N_("Risk")), _values(RiskCategory)),
}
"""What we filter by that is no field of a record: the local hour of the week, and what the customer's or the
merchant's category is today (a row passes by either; excluded, by neither)."""

FILTERED: dict[str, Dimension] = DIMENSIONS | DERIVED
SLICED: tuple[str, ...] = tuple(dimension.slug for dimension in _ALL if dimension.sliced)
