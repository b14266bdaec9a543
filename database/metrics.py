"""What each number means: once, as sums over sums, divided last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from database.segments.sums import Sums
from models.messages import N_, Message
from models.units import E4


class Unit(StrEnum):
    """How a number is counted, and therefore written."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"


class Better(StrEnum):
    """Which way is good news."""

    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number over `Sums`: a field of it, or one field divided by another."""

    slug: str
    label: Message
    unit: Unit
    numerator: str
    denominator: str | None
    definition: Message
    better: Better = Better.NEITHER

    def parts(self, sums: Sums) -> tuple[int, int]:
        """Return numerator and denominator (1 where it is a plain sum); money in ten-thousandths."""
        return getattr(sums, self.numerator), 1 if self.denominator is None else getattr(
            sums, self.denominator
        )

    def value(self, sums: Sums) -> float | None:
        """Return the number in units (money in units of the currency), None where it divides by nothing."""
        numerator, denominator = self.parts(sums)
        if not denominator:
            return None
        return numerator / denominator / (E4 if self.unit is Unit.MONEY else 1)


_ALL = (
    Metric(
        "transactions",
        Message(N_("Transactions")),
        Unit.COUNT,
        "rows",
        None,
        Message(N_("Every transaction of the range, of any type")),
    ),
    Metric(
        "volume",
        Message(N_("Volume")),
        Unit.MONEY,
        "volume_e4",
        None,
        Message(N_("Money that left the payer: purchases, payments, debits, transfers and cash withdrawals")),
    ),
    Metric(
        "fraud_rate",
        Message(N_("Fraud rate by count")),
        Unit.SHARE,
        "frauds",
        "labelled",
        Message(N_("Share of labelled transactions that are fraud")),
        Better.LESS,
    ),
    Metric(
        "fraud_rate_amount",
        Message(N_("Fraud rate by amount")),
        Unit.SHARE,
        "fraud_volume_e4",
        "labelled_volume_e4",
        Message(N_("Share of the labelled volume that is fraud")),
        Better.LESS,
    ),
    Metric(
        "fraud_amount",
        Message(N_("Fraud amount")),
        Unit.MONEY,
        "fraud_volume_e4",
        None,
        Message(N_("Volume of the transactions that are labelled fraud")),
        Better.LESS,
    ),
    Metric(
        "average_amount",
        Message(N_("Average amount")),
        Unit.MONEY,
        "volume_e4",
        "volume_rows",
        Message(N_("Volume divided by the number of its transactions")),
    ),
    Metric(
        "anomalies",
        Message(N_("Anomalies")),
        Unit.COUNT,
        "anomalies",
        None,
        Message(N_("Transactions that a detector marked as unusual, of those that were analysed")),
        Better.LESS,
    ),
    Metric(
        "labelled_share",
        Message(N_("Labelled")),
        Unit.SHARE,
        "labelled",
        "rows",
        Message(N_("Share of the transactions that are labelled fraud or genuine")),
    ),
)

METRICS: dict[str, Metric] = {metric.slug: metric for metric in _ALL}
