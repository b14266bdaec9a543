"""The layouts that files can have, and how one is chosen: by name, by the header, or made of a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from dashboard.ingestion.fields import FIELDS, REQUIRED
from dashboard.ingestion.known.banksim import BANKSIM
from dashboard.ingestion.known.handbook import HANDBOOK
from dashboard.ingestion.known.ieee_cis import IEEE_CIS
from dashboard.ingestion.known.parts import joined_id, joined_time
from dashboard.ingestion.known.paysim import PAYSIM
from dashboard.ingestion.known.sparkov import SPARKOV
from dashboard.ingestion.known.tabformer import TABFORMER
from dashboard.ingestion.known.ulb import ULB
from dashboard.ingestion.layout import NONE, ROW_NUMBER, Derived, Layout, Translate
from models.errors import UserError
from models.messages import N_, Message

__all__ = ["GENERIC", "LAYOUTS", "SPARKOV", "Layout", "choose_layout", "columns_of"]

LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {layout.slug: layout for layout in (SPARKOV, HANDBOOK, PAYSIM, BANKSIM, ULB, IEEE_CIS, TABFORMER)}
)
GENERIC = "generic"


def choose_layout(
    header: Sequence[str],
    wanted: str | None,
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> Layout:
    """Return the layout that was asked for, or that the header shows, or one made of `mapping`.

    `mapping` is field → column, or columns joined by +; it also overrides single columns of a known layout.
    `constants` fill fields that no column gives. `words` say field by field what a column's words mean.
    """
    base = _base_layout(header, wanted, mapping)
    _check_mapping(header, mapping)
    base = _without(base, mapping, header)
    joined = {
        name: columns for name, given in mapping.items() if len(columns := columns_of(given, header)) > 1
    }
    plain = {
        name: column for name, column in mapping.items() if name not in joined and not column.startswith("@")
    }
    chosen = replace(
        base,
        columns={**base.columns, **plain},
        derived={**base.derived, **{name: _joined(name, columns) for name, columns in joined.items()}},
        constants={**base.constants, **constants},
        translations={**base.translations, **{name: _meaning(said) for name, said in (words or {}).items()}},
        is_numbered=base.is_numbered or mapping.get("transaction_id") == ROW_NUMBER,
    )
    _refuse_incomplete(chosen, header)
    return replace(chosen, has_label_dates="label_known_at" in chosen.columns)


def columns_of(given: str, header: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that a mapping names: one, or several joined by +."""
    return (given,) if given in header else tuple(given.split("+"))


def _without(base: Layout, mapping: Mapping[str, str], header: Sequence[str]) -> Layout:
    """Leave out what the mapping fills in another way, and optional fields that the file does not have."""
    absent = {
        name
        for name in base.optional
        if (name in base.columns and base.columns[name] not in header)
        or (name in base.derived and not set(base.derived[name].columns) <= set(header))
    }
    gone = {*mapping, *absent}
    return replace(
        base,
        columns={name: column for name, column in base.columns.items() if name not in gone},
        derived={name: made for name, made in base.derived.items() if name not in gone},
        constants={name: value for name, value in base.constants.items() if mapping.get(name) != NONE},
        translations={name: way for name, way in base.translations.items() if name not in mapping},
        is_numbered=base.is_numbered and "transaction_id" not in mapping,
    )


def _joined(name: str, columns: tuple[str, ...]) -> Derived:
    return joined_time(columns) if name in {"timestamp", "label_known_at"} else joined_id(columns)


def _meaning(said: Mapping[str, str]) -> Translate:
    """Return what words mean; a word that nothing is said of stays as it is."""
    known = {word.casefold(): ours for word, ours in said.items()}
    return lambda word: known.get(word.casefold(), word) or None


def _refuse_incomplete(layout: Layout, header: Sequence[str]) -> None:
    absent = [column for column in layout.read if column not in header]
    if absent:
        field = next(name for name in layout.fills if absent[0] in layout.blamed(name))
        raise UserError(
            N_("The file has no column {column}, which the layout {layout} needs for {field}."),
            column=absent[0],
            layout=layout.slug,
            field=field,
        )
    for name in REQUIRED:
        if name not in layout.fills and not (name == "currency" and layout.takes_currency):
            raise UserError(
                N_(
                    "Nothing says the {field} of a row: add --map {field}=COLUMN. The columns are: {columns}."
                ),
                field=name,
                columns=", ".join(header),
            )


def _base_layout(header: Sequence[str], wanted: str | None, mapping: Mapping[str, str]) -> Layout:
    generic = Layout(GENERIC, Message(N_("Columns named by --map")), {})
    if wanted == GENERIC:
        return generic
    if wanted is not None:
        if wanted not in LAYOUTS:
            raise UserError(
                N_("There is no layout {wanted}. The layouts are: {known}."),
                wanted=wanted,
                known=", ".join((*LAYOUTS, GENERIC)),
            )
        return LAYOUTS[wanted]
    found = next((layout for layout in LAYOUTS.values() if layout.fits(header)), None)
    if found is None and not mapping:
        raise UserError(
            N_(
                "The header is of no known layout. Say which column is what by --map FIELD=COLUMN; "
                "the columns are: {columns}. Needed are: {needed}."
            ),
            columns=", ".join(header),
            needed=", ".join(REQUIRED),
        )
    return found or generic


def _check_mapping(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    for name, column in mapping.items():
        if name not in FIELDS:
            raise UserError(
                N_("--map {field}={column}: there is no field {field}. The fields are: {known}."),
                field=name,
                column=column,
                known=", ".join(FIELDS),
            )
        if column == NONE or (column == ROW_NUMBER and name == "transaction_id"):
            continue
        columns = columns_of(column, header)
        if len(set(columns)) < len(columns):
            # What is joined is as long as all of it: nothing may be repeated without end.
            raise UserError(N_("--map {field}: it joins each column once."), field=name)
        if not set(columns) <= set(header):
            raise UserError(
                N_("--map {field}={column}: the file has no column {column}. Its columns are: {columns}."),
                field=name,
                column=column,
                columns=", ".join(header),
            )
