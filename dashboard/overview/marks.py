"""What stands behind each mark of a chart: the filter that it means, and how many rows with what sum.

A rate's rows are its frauds; where it has none, its labelled rows; where nothing is labelled, all. The
lists are in the order of the marks as they are drawn; None stands where nothing is behind a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode

from dashboard.filters import E4, Measure
from dashboard.overview.build import Overview
from dashboard.overview.rates import Rate
from dashboard.overview.slices import Spread
from dashboard.periods import Custom
from dashboard.transactions.drill import Then
from database.dimensions import HOURS_OF_WEEK
from models.transactions import VOLUME_TYPES

Row = tuple[str, int, int | None, int]
FRAUDS, LABELLED, ALL = range(3)
KEYS = {"category": "category", "channel": "channel", "country": "country", "payment": "payment"}


@dataclass(frozen=True, slots=True)
class Marks:
    """A chart's marks: key of the address, value, rows, sum in ten-thousandths if known, and which drill.

    `drills` are the parts of an address that a mark's rows have beside its value.
    """

    key: str
    drills: tuple[str, ...]
    groups: tuple[tuple[Row | None, ...], ...]
    whole: tuple[int, int]


def marks_of(found: Overview) -> dict[str, Marks]:
    """Return the marks of every chart of the page, by its slug."""
    drills = tuple(_drill(found, labels) for labels in (("fraud",), ("fraud", "genuine"), ()))
    whole = (found.total.rows, found.total.volume_e4)
    cells = [rate for row in found.heat for rate in row]
    rows = {
        "rate": ("range", tuple(_row(*each) for each in zip(_steps(found), *_points(found), strict=True))),
        "heat": ("hour", tuple(_row(hour, rate, 0) for hour, rate in zip(HOURS_OF_WEEK, cells, strict=True))),
    }
    for slug, key in KEYS.items():
        ranking = found.rankings["payment_method" if slug == "payment" else slug]
        rows[slug] = (key, tuple(_row(each.value, each.rate, each.rows) for each in ranking.slices))
    marks = {slug: Marks(key, drills, (group,), whole) for slug, (key, group) in rows.items()}
    if found.spread is not None:
        classes = tuple(_drill(found, (label,), is_volume=True) for label in ("genuine", "fraud"))
        marks["amounts"] = Marks("amount", classes, _amounts(found.spread), whole)
    return marks


def tile_rows(found: Overview) -> dict[str, str]:
    """Return the address of the rows behind each tile, with what it says of them."""
    total, money = found.total, found.view.currency is not None
    kinds = _types(found) + ([("amount", "0..")] if _needs_money(found) else [])
    fraud = _labels(found, ("fraud",))
    behind = {
        "transactions": ([], Then(total.rows, total.volume_e4 if money else None)),
        "fraud_rate": (fraud, Then(total.frauds, total.fraud_volume_e4 if money else None)),
        "anomalies": ([("anomaly", "yes")], Then(total.anomalies, None)),
    }
    if money:
        volume = Then(total.volume_rows, total.volume_e4)
        lost = Then(total.fraud_volume_rows, total.fraud_volume_e4)
        behind |= dict.fromkeys(("volume", "average_amount"), (kinds, volume))
        behind |= dict.fromkeys(("fraud_rate_amount", "fraud_amount"), (fraud + kinds, lost))
    return {slug: _address(found, pairs, then) for slug, (pairs, then) in behind.items() if then.rows}


def _address(found: Overview, pairs: list[tuple[str, str]], then: Then) -> str:
    banks = tuple(bank.code for bank in found.view.banks)
    filters = replace(found.view.filters, measure=Measure.COUNT, banks=banks)
    kept = {key for key, _ in pairs}
    own = [pair for pair in parse_qsl(filters.to_query(), keep_blank_values=True) if pair[0] not in kept]
    return f"transactions?{urlencode(own + pairs)}#{then.written()}"


def _points(found: Overview) -> tuple[list[Rate], list[int]]:
    points = found.series.points
    return [point.rate for point in points], [point.rows for point in points]


def _row(value: str, rate: Rate, rows: int) -> Row | None:
    if rate.hits:
        return value, rate.hits, round(rate.part * E4), FRAUDS
    if rate.trials:
        return value, rate.trials, round(rate.whole * E4), LABELLED
    return (value, rows, None, ALL) if rows else None


def _drill(found: Overview, labels: Sequence[str], *, is_volume: bool = False) -> str:
    """Return what a mark's rows have beside its value: labels, and for amounts only money that counts."""
    pairs = _labels(found, labels)
    if is_volume or (found.view.measure is Measure.AMOUNT and labels):
        pairs += _types(found)
        if not is_volume and _needs_money(found):
            pairs.append(("amount", "0.."))
    return urlencode(pairs)


def _labels(found: Overview, labels: Sequence[str]) -> list[tuple[str, str]]:
    chosen = found.view.filters.include.get("label")
    return [("label", label) for label in labels if chosen is None or label in chosen]


def _types(found: Overview) -> list[tuple[str, str]]:
    types = found.view.filters.include.get("transaction_type", VOLUME_TYPES) & VOLUME_TYPES
    return [("type", str(kind)) for kind in sorted(types)]


def _needs_money(found: Overview) -> bool:
    """Whether rows must be asked for money, because some of these have none that can be added."""
    return bool(found.total.unconverted) and found.view.filters.amount_e4 is None


def _steps(found: Overview) -> list[str]:
    """Return each step of the line as a range of the address, within the page's own to the minute."""
    points, span = found.series.points, found.view.span
    first, last = (moment.astimezone(span.tzinfo).replace(tzinfo=None) for moment in (span.since, span.until))
    starts = [max(point.at, first) for point in points]
    ends = [*starts[1:], last]
    return [_range(start, until) for start, until in zip(starts, ends, strict=True)]


def _range(start: datetime, until: datetime) -> str:
    return Custom(start.replace(second=0), until.replace(second=0)).to_text()


def _amounts(spread: Spread) -> tuple[tuple[Row, ...], ...]:
    """Return the steps of each class that is drawn, genuine first; the last step is open."""
    edges = [round(edge * E4) for edge in spread.edges]
    texts = [f"{Decimal(low) / E4:f}..{Decimal(high - 1) / E4:f}" for low, high in pairwise(edges)]
    texts[-1:] = [f"{Decimal(edges[-2]) / E4:f}.."]
    classes = (
        (spread.genuine, spread.genuine_rows, spread.genuine_median),
        (spread.fraud, spread.fraud_rows, spread.fraud_median),
    )
    return tuple(
        tuple((text, round(share * rows), None, number) for text, share in zip(texts, shares, strict=True))
        for number, (shares, rows, median) in enumerate(classes)
        if median is not None
    )
