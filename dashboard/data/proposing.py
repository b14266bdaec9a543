"""What a file is taken for under a form's choices, and the options that import it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dashboard.data.proposal import Proposal, Row
from dashboard.ingestion.fields import FIELDS, REQUIRED
from dashboard.ingestion.kinds import ROW_KINDS, layout_of_kind
from dashboard.ingestion.layouts import LAYOUTS
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.preview import Preview, preview
from dashboard.ingestion.sources import open_source
from models.errors import UserError
from models.units import E4

SHOWN: Final = 8


def propose(path: Path, options: ImportOptions, zone: str = "UTC") -> tuple[Proposal, ImportOptions]:
    """Look at a file's header and first rows; what is guessed there is what the options then say.

    Times that name no zone are those of `zone` unless the options name another.
    """
    if options.kind in ROW_KINDS:
        return _of_kind(path, options), options
    found = preview(path, replace(options, time_zone=options.time_zone or zone))
    known = LAYOUTS.get(found.layout)
    proposal = Proposal(
        found.columns,
        found.label if known is not None else None,
        tuple(FIELDS),
        frozenset(REQUIRED),
        {**(known.columns if known is not None else {}), **found.mapping},
        _rows(found),
        found.notes,
        found.problem,
    )
    return proposal, replace(options, mapping=dict(found.mapping), currency=found.currency)


def _of_kind(path: Path, options: ImportOptions) -> Proposal:
    """Propose columns for rows that are no transactions; what they come to is seen when they are imported."""
    columns, kind = open_source(path, options.encoding).columns, ROW_KINDS[options.kind]
    needed = frozenset(name for name, field in kind.fields.items() if field.is_required)
    known = Proposal(columns, kind.label, tuple(kind.fields), needed, options.mapping, can_be_checked=False)
    try:
        return replace(known, mapping=layout_of_kind(columns, options).columns)
    except UserError as mistake:
        return replace(known, problem=mistake.message)


def _rows(found: Preview) -> tuple[Row, ...]:
    good = [Row(None, _texts(values)) for values in found.rows[:SHOWN]]
    return (*good, *(Row(each.line, {}, each.reason) for each in found.rejects[: SHOWN // 2]))


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    known = {name: value for name, value in values.items() if name in FIELDS}
    if "amount_e4" in values:
        known["amount"] = Decimal(values["amount_e4"]) / E4
    if "card_masked" in values:
        known["card_number"] = values["card_masked"]
    return {name: _text(value) for name, value in known.items()}


def _text(value: Any) -> str:
    written = value.isoformat(" ") if hasattr(value, "isoformat") else str(value)
    return written.removesuffix("+00:00")
