"""How a file writes its dates and amounts, found in the file; what stays open is asked, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from dashboard.ingestion.amounts import decimals_shown
from dashboard.ingestion.dates import orders_shown
from dashboard.ingestion.layout import Layout
from dashboard.ingestion.options import Decimals, ImportOptions
from dashboard.ingestion.sources import Position, Source
from dashboard.ingestion.terms import DateOrder
from dashboard.ingestion.values import as_text
from models.errors import UserError
from models.messages import N_

_TIMES: Final = (
    "timestamp",
    "label_known_at",
    "customer_date_of_birth",
    "date_of_birth",
    "account_created",
    "rate_date",
    "event_date",
    "known_at",
)
_AMOUNTS: Final = ("amount", "rate")
_SCANNED_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class Styles:
    """How dates and amounts are written; None where the file has no date that would need an order."""

    dates: DateOrder | None
    decimals: Decimals


def find_styles(source: Source, layout: Layout, options: ImportOptions, sample: pa.Table) -> Styles:
    """Find the styles in a sample, or in the whole file where the sample fits two; say what is open."""
    dates = options.dates or _shown(source, layout, sample, _TIMES, orders_shown, _ASK_DATES)
    decimals = options.decimals or _shown(source, layout, sample, _AMOUNTS, decimals_shown, _ASK_DECIMALS)
    return Styles(DateOrder(dates) if dates else None, Decimals(decimals or Decimals.POINT))


_ASK_DATES: Final = (
    N_(
        "The dates of column {column} can be read with the day or the month first: say which by "
        "--dates day-first or --dates month-first."
    ),
    N_(
        "Column {column} has dates with the day first and dates with the month first: say by --dates which "
        "are right; the others are rejected."
    ),
)
_ASK_DECIMALS: Final = (
    N_(
        "The commas in column {column} can be decimals or thousands: say which by --decimals comma or "
        "--decimals point."
    ),
    N_(
        "Column {column} has amounts with a decimal comma and amounts with a decimal point: say by "
        "--decimals which are right; the others are rejected."
    ),
)


def _shown(
    source: Source,
    layout: Layout,
    sample: pa.Table,
    fields: tuple[str, ...],
    shown_by: Callable[[pa.Array], set[str | None]],
    asked: tuple[str, str],
) -> str | None:
    columns = [layout.columns[name] for name in fields if name in layout.columns]
    columns = [column for column in dict.fromkeys(columns) if pa.types.is_string(sample[column].type)]
    if not columns:
        return None
    found = _of_table(sample, columns, shown_by)
    if found == {None}:
        for chunk in source.chunks(tuple(columns), Position(), _SCANNED_AT_ONCE):
            found |= _of_table(chunk.table, columns, shown_by)
            if found != {None}:
                break
    sure = found - {None}
    if len(sure) > 1 or (found and not sure):
        raise UserError(asked[1] if sure else asked[0], column=", ".join(columns))
    return next(iter(sure), None)


def _of_table(
    table: pa.Table, columns: Iterable[str], shown_by: Callable[[pa.Array], set[str | None]]
) -> set[str | None]:
    return {shown for column in columns for shown in shown_by(as_text(table[column]))}
