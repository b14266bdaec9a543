"""What stands behind the marks and the tiles of the High value page.

A list of rows has one lower bound of amounts: where the chosen banks have different limits, no one address
means the payments of all of them. Marks still filter the page then, but are closed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from dashboard.drill import Then
from dashboard.filter_values import written_bounds
from dashboard.high_value.ask import BAND_PERCENTS, HighValue
from dashboard.marks import Behind, Marks, Pairs, money_types
from dashboard.view import View
from database.segments import Bucket

RANKED = ("category", "channel", "country")


def marks_of(found: HighValue, view: View) -> dict[str, Marks]:
    """Return the marks of every chart of the page, by its name."""
    if not found.every.rows:
        return {}
    limit = _limit(found)
    if limit is None:
        return _closed(found, view) if differ(found) else {}
    marks = {"bands": _bands(found, view, limit)}
    if not found.high.rows:
        return marks
    return marks | _of_charts(found, Behind(view, found.high, _pairs(view, limit)))


def differ(found: HighValue) -> bool:
    """Whether the limits of the chosen banks differ, so that no list holds the payments of all of them."""
    return len({threshold.e4 for threshold in found.thresholds}) > 1


def _of_charts(found: HighValue, behind: Behind) -> dict[str, Marks]:
    return {
        "counts": behind.by_time_and_label(found.counts),
        "rate": behind.by_time(found.series),
        **{name: behind.by_value(name, found.rankings[name]) for name in RANKED},
    }


def _closed(found: HighValue, view: View) -> dict[str, Marks]:
    bands = Marks("amount", (), (), (0, 0), only_opens=True)
    marks = {"bands": bands, **(_of_charts(found, Behind(view, found.high)) if found.high.rows else {})}
    return {name: replace(each, is_closed=True) for name, each in marks.items()}


def tile_rows(found: HighValue, view: View) -> dict[str, str]:
    """Return the address of the rows behind each tile, with what it says of them."""
    limit = _limit(found)
    if limit is None:
        return {}
    behind = Behind(view, found.high, _pairs(view, limit))
    rows: dict[str, tuple[Pairs, Then]] = {
        "rows": ((), behind.every_row()),
        "frauds": (behind.labels(("fraud",)), behind.frauds()),
    }
    return {name: behind.address(pairs, then) for name, (pairs, then) in rows.items() if then.rows}


def _limit(found: HighValue) -> int | None:
    limits = {threshold.e4 for threshold in found.thresholds}
    return next(iter(limits)) if len(limits) == 1 else None


def _pairs(view: View, limit: int) -> Pairs:
    low, high = view.filters.amount_e4 or (None, None)
    bounds = written_bounds((max(low or 0, limit), high))
    return (*money_types(view), *(("amount", text) for text in bounds))


def _bands(found: HighValue, view: View, limit: int) -> Marks:
    behind = Behind(view, found.every, money_types(view))
    edges = [-(-limit * percent // 100) for percent in BAND_PERCENTS]
    values = [_within(view, low, high - 1) for low, high in pairwise(edges)]
    marks = behind.stacked("amount", values, [_counts(band) for band in found.bands])
    return replace(marks, only_opens=True)


def _within(view: View, low: int, high: int) -> str:
    """Write a band of amounts, as far as the page's own bounds leave it."""
    least, most = view.filters.amount_e4 or (None, None)
    bounds = (max(low, least or 0), high if most is None else min(high, most))
    return written_bounds(bounds)[0]


def _counts(band: Bucket) -> tuple[tuple[int, int | None], ...]:
    return (band.fraud, None), (band.genuine, None), (band.unknown, None)
