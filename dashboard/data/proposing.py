"""What a file is taken for under a form's choices, and the options that import it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dashboard.data.proposal import Proposal, Row
from dashboard.ingestion.fields import FIELDS, REQUIRED
from dashboard.ingestion.layouts import LAYOUTS
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.preview import Preview, preview
from models.datasets import DatasetKind

SHOWN: Final = 8
_E4: Final = 10_000


def propose(path: Path, options: ImportOptions) -> tuple[Proposal, ImportOptions]:
    """Look at a file's header and first rows; what is guessed there is what the options then say."""
    found = preview(path, options)
    known = LAYOUTS.get(found.layout)
    if options.kind is DatasetKind.TRANSACTIONS:
        fields, required = tuple(FIELDS), frozenset(REQUIRED)
    else:
        fields, required = tuple(found.mapping), frozenset[str]()
    proposal = Proposal(
        found.columns,
        found.label if known is not None else None,
        fields,
        required,
        {**(known.columns if known is not None else {}), **found.mapping},
        _rows(found),
        found.notes,
        found.problem,
    )
    return proposal, replace(options, mapping=dict(found.mapping), currency=found.currency)


def _rows(found: Preview) -> tuple[Row, ...]:
    good = [Row(None, _texts(values)) for values in found.rows[:SHOWN]]
    return (*good, *(Row(each.line, {}, each.reason) for each in found.rejects[: SHOWN // 2]))


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    known = {name: value for name, value in values.items() if name in FIELDS}
    if "amount_e4" in values:
        known["amount"] = Decimal(values["amount_e4"]) / _E4
    if "card_masked" in values:
        known["card_number"] = values["card_masked"]
    return {name: _text(value) for name, value in known.items()}


def _text(value: Any) -> str:
    written = value.isoformat(" ") if hasattr(value, "isoformat") else str(value)
    return written.removesuffix("+00:00")
