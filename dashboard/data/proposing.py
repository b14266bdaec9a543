"""What a file is taken for: its layout or a guess at one, and its first rows as they would arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dashboard.config import WebSettings
from dashboard.data.guesses import guesses
from dashboard.data.proposal import Proposal, Row
from dashboard.ingestion.fields import FIELDS, REQUIRED
from dashboard.ingestion.layout import Layout, settled
from dashboard.ingestion.layouts import LAYOUTS
from dashboard.ingestion.normalise import Batch, Normaliser
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.plan import Plan, plan_import
from dashboard.ingestion.sources import Chunk, Source, open_source
from database.connection import get_db_session
from database.loading import bank_terms
from models.datasets import DatasetKind
from models.errors import UserError

SHOWN: Final = 8


def propose(path: Path, options: ImportOptions) -> tuple[Proposal, ImportOptions]:
    """Take a file for what its header says, or guess; return that with the options that import it so."""
    source = open_source(path, options.encoding)
    if options.kind is not DatasetKind.TRANSACTIONS:
        return Proposal(source.columns), options
    if not options.mapping and not _is_known(source, options):
        options = replace(options, mapping=guesses(source.columns))
    fields, required = tuple(FIELDS), frozenset(REQUIRED)
    try:
        plan = plan_import(path, options)
    except UserError as mistake:
        mapping = options.mapping
        return Proposal(source.columns, None, fields, required, mapping, problem=mistake.message), options
    rows = tuple(_first_rows(plan))
    layout = None if plan.layout.slug not in LAYOUTS else plan.layout.label
    return Proposal(source.columns, layout, fields, required, plan.layout.columns, rows, plan.notes), options


def _is_known(source: Source, options: ImportOptions) -> bool:
    return options.layout is not None or any(layout.fits(source.columns) for layout in LAYOUTS.values())


def _first_rows(plan: Plan) -> Iterator[Row]:
    """Type the first records as an import would, those that it would reject among them."""
    with get_db_session([plan.options.bank]) as session:
        terms = bank_terms(session)
    zone = plan.options.time_zone or terms.time_zone
    layout: Layout = settled(plan.layout, terms.base_currency)
    key = WebSettings.from_env().fingerprint_key.encode()
    chunk = _few(plan.source.sample(layout.read))
    batch = Normaliser(layout, replace(plan.terms, zone=zone), key).normalise(chunk)
    found = {
        int(line): Row(int(line), values) for line, values in zip(batch.lines, _texts(batch), strict=True)
    }
    found |= {each.line: Row(each.line, {}, each.reason) for each in batch.rejects}
    yield from (found[line] for line in sorted(found)[:SHOWN])


def _few(chunk: Chunk) -> Chunk:
    return replace(
        chunk, table=chunk.table.slice(0, SHOWN), lines=chunk.lines[:SHOWN], numbers=chunk.numbers[:SHOWN]
    )


def _texts(batch: Batch) -> Iterator[dict[str, str]]:
    for row in batch.rows.to_pylist():
        yield {name: _text(value) for name, value in row.items() if value is not None and _is_shown(name)}


def _is_shown(name: str) -> bool:
    return name in FIELDS or name == "card_masked"


def _text(value: Any) -> str:
    written = value.isoformat(" ") if hasattr(value, "isoformat") else str(value)
    return written.removesuffix("+00:00")
