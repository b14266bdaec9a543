"""What stands behind the marks and the tiles of the Overview."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlencode

from dashboard.drill import Then
from dashboard.marks import Behind, Marks, Row, money_types, rate_row
from dashboard.overview.build import Overview
from dashboard.overview.slices import Spread
from database.dimensions import HOURS_OF_WEEK
from models.units import E4

__all__ = ["Marks", "Row", "marks_of", "tile_rows"]

KEYS = {"category": "category", "channel": "channel", "country": "country", "payment": "payment"}


def marks_of(found: Overview) -> dict[str, Marks]:
    """Return the marks of every chart of the page, by its slug."""
    behind = _behind(found)
    cells = zip(HOURS_OF_WEEK, (rate for row in found.heat for rate in row), strict=True)
    marks = {
        "rate": behind.by_time(found.series),
        "heat": behind.of("hour", [rate_row(hour, rate, 0) for hour, rate in cells]),
    }
    for slug, key in KEYS.items():
        marks[slug] = behind.by_value(key, found.rankings["payment_method" if slug == "payment" else slug])
    if found.spread is not None:
        drills = tuple(
            urlencode(behind.labels((each,)) + money_types(found.view)) for each in ("genuine", "fraud")
        )
        marks["amounts"] = Marks("amount", drills, _amounts(found.spread), behind.whole)
    return marks


def tile_rows(found: Overview) -> dict[str, str]:
    """Return the address of the rows behind each tile, with what it says of them."""
    behind, total, money = _behind(found), found.total, found.view.currency is not None
    kinds, fraud = behind.money(), behind.labels(("fraud",))
    rows = {
        "transactions": ((), behind.every_row()),
        "fraud_rate": (fraud, behind.frauds()),
        "anomalies": ((("anomaly", "yes"),), Then(total.anomalies, None)),
    }
    if money:
        volume = Then(total.volume_rows, total.volume_e4)
        lost = Then(total.fraud_volume_rows, total.fraud_volume_e4)
        rows |= dict.fromkeys(("volume", "average_amount"), (kinds, volume))
        rows |= dict.fromkeys(("fraud_rate_amount", "fraud_amount"), (fraud + kinds, lost))
    return {slug: behind.address(pairs, then) for slug, (pairs, then) in rows.items() if then.rows}


def _behind(found: Overview) -> Behind:
    return Behind(found.view, found.total, measure=found.view.measure)


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
