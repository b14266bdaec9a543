"""What an import takes for granted about a file, in sentences for whoever asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa

from dashboard.ingestion.layout import Layout
from dashboard.ingestion.moments import moment
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.sources import Source
from dashboard.ingestion.terms import DateOrder, Terms
from models.messages import N_, Message

_A_DAY_S = 86_400


def notes_of(layout: Layout, options: ImportOptions, terms: Terms, source: Source) -> Iterator[Message]:
    """Yield what is read in a way that another file would need said."""
    if terms.base_date is not None and layout.base_date is not None:
        yield Message(
            N_("Times are counted from {day}; another day is said by --base-date."),
            {"day": terms.base_date.isoformat()},
        )
    if layout.takes_currency and "currency" not in layout.fills:
        yield Message(N_("The file names no currency: amounts are in the bank's base currency."))
    if layout.is_numbered:
        yield Message(N_("Rows have no id: each is called by its number and its content."))
    if terms.dates is not None and options.dates is None:
        first = {
            DateOrder.DAY_FIRST: N_("Dates have the day first."),
            DateOrder.MONTH_FIRST: N_("Dates have the month first."),
        }
        yield Message(first[terms.dates])
    if terms.has_decimal_comma and options.decimals is None:
        yield Message(N_("Amounts have a decimal comma."))
    if layout.features:
        yield Message(N_("{count} columns are kept as features."), {"count": len(layout.features)})
    yield from _second_time(layout, source)


def _second_time(layout: Layout, source: Source) -> Iterator[Message]:
    """Say that a second time column contradicts the one that is read."""
    first, second = layout.columns.get("timestamp"), layout.second_time
    if first is None or second is None or second not in source.columns:
        return
    table = source.sample((first, second)).table
    times = [moment(table[column].cast(pa.string()), "UTC").values.to_pylist() for column in (first, second)]
    for one, other in zip(*times, strict=True):
        if one is not None and other is not None:
            if _apart_s(one, other) > _A_DAY_S:
                yield Message(
                    N_("Column {second} contradicts {first} by {days} days and is not read."),
                    {"second": second, "first": first, "days": round(_apart_s(one, other) / _A_DAY_S)},
                )
            return


def _apart_s(one: datetime, other: datetime) -> float:
    return abs((one - other).total_seconds())
