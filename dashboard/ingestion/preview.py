"""What a file looks like before anybody decides: columns, what they may be, first rows as they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from dashboard.cards import hide_numbers
from dashboard.config import WebSettings
from dashboard.ingestion.amounts import currency_shown
from dashboard.ingestion.fields import FIELDS
from dashboard.ingestion.guess import guess
from dashboard.ingestion.layout import ROW_NUMBER, Layout, settled
from dashboard.ingestion.layouts import GENERIC, LAYOUTS
from dashboard.ingestion.normalise import Normaliser
from dashboard.ingestion.notes import notes_of
from dashboard.ingestion.options import Decimals, ImportOptions
from dashboard.ingestion.plan import check_zone, layout_of
from dashboard.ingestion.sources import Chunk, Reject, Source, open_source
from dashboard.ingestion.styles import find_styles
from dashboard.ingestion.terms import Terms
from dashboard.ingestion.values import as_text
from models.errors import UserError
from models.messages import Message

SHOWN: Final = 20
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """A proposal for a form: `layout` and `mapping` are what was asked for or what was guessed.

    `samples` has some cells of each column as they are written; `rows` are the first rows as they would
    arrive, field by field; `problem` says what is still missing, and then there are no rows.
    """

    columns: tuple[str, ...]
    samples: Mapping[str, tuple[str, ...]]
    layout: str
    label: Message | None
    mapping: Mapping[str, str]
    currency: str | None
    rows: tuple[Mapping[str, Any], ...]
    rejects: tuple[Reject, ...]
    notes: tuple[Message, ...]
    problem: Message | None = None


def preview(path: Path, options: ImportOptions) -> Preview:
    """Open the file, propose how to read it, and read its first rows that way."""
    source = open_source(path, options.encoding)
    chunk = source.sample(source.columns)
    samples = _samples(chunk)
    known = next((layout for layout in LAYOUTS.values() if layout.fits(source.columns)), None)
    mapping = dict(options.mapping)
    currency = options.currency
    if not mapping and options.layout in {None, GENERIC} and (known is None or options.layout == GENERIC):
        mapping = guess(source.columns, tuple(FIELDS), options.kind)
        mapping.setdefault("transaction_id", ROW_NUMBER)
    if (
        currency is None
        and "amount" in mapping
        and "currency" not in mapping
        and mapping["amount"] in samples
    ):
        currency = currency_shown(as_text(chunk.table[mapping["amount"]]))
    asked = replace(options, mapping=mapping, currency=currency)
    shown = Preview(
        source.columns,
        samples,
        options.layout or (known.slug if known else GENERIC),
        known.label if known else None,
        mapping,
        currency,
        (),
        (),
        (),
    )
    try:
        if asked.time_zone is not None:
            check_zone(asked.time_zone)
        layout = layout_of(source.columns, asked)
        return _read(shown, source, layout, asked)
    except UserError as error:
        return replace(shown, problem=error.message)


def _read(shown: Preview, source: Source, layout: Layout, asked: ImportOptions) -> Preview:
    chunk = source.sample(layout.read)
    styles = find_styles(source, layout, asked, chunk.table)
    terms = Terms(
        asked.time_zone or "UTC",
        asked.base_date or layout.base_date,
        styles.dates,
        styles.decimals is Decimals.COMMA,
    )
    key = WebSettings.from_env().fingerprint_key.encode()
    batch = Normaliser(settled(layout, "XXX"), terms, key).normalise(chunk)
    rows = tuple(
        {name: value for name, value in row.items() if value is not None}
        for row in batch.rows.slice(0, SHOWN).to_pylist()
    )
    notes = tuple(notes_of(layout, asked, terms, source))
    return replace(shown, layout=layout.slug, rows=rows, rejects=batch.rejects[:SHOWN], notes=notes)


def _samples(chunk: Chunk) -> dict[str, tuple[str, ...]]:
    """Return some cells of each column that are not empty, each once."""
    found = {}
    for name in chunk.table.column_names:
        cells = dict.fromkeys(cell for cell in as_text(chunk.table[name]).to_pylist() if cell)
        found[name] = tuple(hide_numbers(cell)[:_LONGEST] for cell in list(cells)[:3])
    return found
