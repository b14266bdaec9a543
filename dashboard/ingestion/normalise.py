"""A chunk of a file by its layout: typed rows with their people and shops, and the rows that are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.cards import fingerprint, hide_numbers, is_card_number, mask
from dashboard.ingestion.content import content_hashes
from dashboard.ingestion.features import features_of
from dashboard.ingestion.fields import FIELDS, Field
from dashboard.ingestion.layout import Columns, Layout, Translate
from dashboard.ingestion.rows import CUSTOMER_SCHEMA, MERCHANT_SCHEMA, ROW_SCHEMA, conform, first_of_each
from dashboard.ingestion.sources import Chunk, Lines, Position, Reject
from dashboard.ingestion.terms import Terms
from dashboard.ingestion.values import Converted, Mask, as_text
from models.messages import N_, Message
from models.transactions import TransactionType

_MISSING = Message(N_("missing"))
_VALUE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """What a chunk holds for us; `lines` are those of `rows`."""

    rows: pa.Table
    lines: Lines
    customers: pa.Table
    merchants: pa.Table
    rejects: tuple[Reject, ...]
    records: int
    end: Position
    bytes_read: int
    skipped: int
    doubled: int
    features: pa.Array | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """The good rows of a chunk, column by column; `good` says which of the chunk's rows they are."""

    columns: dict[str, pa.Array]
    lines: Lines
    found: Mapping[str, Converted]
    good: Mask
    rejects: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Turns chunks of one file into batches."""

    layout: Layout
    terms: Terms
    key: bytes
    fields: Mapping[str, Field] = field(default_factory=lambda: FIELDS)

    def normalise(self, chunk: Chunk) -> Batch:
        """Type every cell once, refuse rows by their first bad cell, and hide card numbers."""
        typed = self.typed(chunk)
        columns, lines, found, good = typed.columns, typed.lines, typed.found, typed.good
        self._set_kind_by_amount(columns)
        self._hide_cards(columns)
        _settle_labels(columns)
        if self.layout.is_numbered:
            columns["transaction_id"] = _numbered(columns, chunk.numbers[good])
        rows = conform(_named(columns, ROW_SCHEMA), ROW_SCHEMA)
        return Batch(
            rows,
            lines,
            _parties(columns, CUSTOMER_SCHEMA, "customer"),
            _merchants(columns),
            typed.rejects,
            chunk.records,
            chunk.end,
            chunk.bytes_read,
            sum(converted.skipped for converted in found.values()),
            sum(converted.doubled for converted in found.values()),
            self._features(chunk, good),
        )

    def typed(self, chunk: Chunk) -> Typed:
        """Type every cell once and refuse rows by their first bad one."""
        found = self._convert(chunk)
        good, rejects = self._judge(chunk, found)
        columns = {name: converted.values for name, converted in found.items()}
        lines = chunk.lines
        if not good.all():
            keep = pa.array(good)
            columns = {name: column.filter(keep) for name, column in columns.items()}
            lines = lines[good]
        columns |= self._constants(columns, len(lines))
        refused = (*map(_without_cards, chunk.rejects), *rejects)
        return Typed(columns, lines, found, good, tuple(sorted(refused, key=lambda reject: reject.line)))

    def _features(self, chunk: Chunk, good: Mask) -> pa.Array | None:
        names = self.layout.features
        if not names:
            return None
        table = chunk.table.select(list(names)).filter(pa.array(good))
        return features_of({name: table[name] for name in names}, names)

    def _convert(self, chunk: Chunk) -> dict[str, Converted]:
        layout = self.layout
        table = _unquoted(chunk.table, layout.quote)
        columns = {column: table[column] for column in table.column_names}
        return {
            name: self._converted(columns, name)
            for name in self.fields
            if name in layout.columns or name in layout.derived
        }

    def _converted(self, columns: Columns, name: str) -> Converted:
        if name in self.layout.derived:
            return self.layout.derived[name].make(columns, self.terms)
        column = columns[self.layout.columns[name]]
        translate = self.layout.translations.get(name)
        if translate is not None:
            column = pa.chunked_array([_translated(column, translate)])
        return self.fields[name].convert(column, self.terms)

    def _judge(self, chunk: Chunk, found: Mapping[str, Converted]) -> tuple[Mask, list[Reject]]:
        good = np.ones(chunk.table.num_rows, np.bool_)
        rejects: list[Reject] = []
        for name, converted in found.items():
            missing = np.asarray(converted.values.is_null()) & ~converted.bad
            is_needed = self.fields[name].is_required and name not in self.layout.constants
            bad = converted.bad | missing if is_needed else converted.bad
            for place in np.flatnonzero(bad & good).tolist():
                reason = converted.reason if converted.bad[place] else _MISSING
                rejects.append(self._reject(chunk, place, name, reason))
            good &= ~bad
        return good, rejects

    def _reject(self, chunk: Chunk, place: int, name: str, reason: Message) -> Reject:
        layout = self.layout
        made = layout.derived.get(name)
        sources = made.columns if made else (layout.columns[name],)
        cells = (_shown(chunk.table[column][place]) for column in sources)
        shown = " ".join(cells)[:_VALUE_SHOWN]
        is_card = name in layout.cards or name == "card_number"
        value = mask(shown) if is_card else hide_numbers(shown)
        return Reject(int(chunk.lines[place]), layout.blamed(name), value, reason)

    def _constants(self, columns: Mapping[str, pa.Array], rows: int) -> dict[str, pa.Array]:
        """Fill what no column gives, or what a column leaves out in a row."""
        filled = {}
        for name, value in self.layout.constants.items():
            given = columns.get(name)
            filled[name] = pa.repeat(pa.scalar(value), rows) if given is None else given.fill_null(value)
        return filled

    def _set_kind_by_amount(self, columns: dict[str, pa.Array]) -> None:
        """A negative amount is a refund, a zero one a verification; what is stored is never negative."""
        amount = columns.pop("amount")
        least = pc.min(amount).as_py()
        if least is not None and least <= 0:
            kind = columns.get("transaction_type", pa.nulls(len(amount), pa.string()))
            kind = pc.if_else(pc.less(amount, 0), TransactionType.REFUND.value, kind)
            columns["transaction_type"] = pc.if_else(
                pc.equal(amount, 0), TransactionType.VERIFICATION.value, kind
            )
            amount = pc.abs(amount)
        columns["amount_e4"] = amount

    def _hide_cards(self, columns: dict[str, pa.Array]) -> None:
        """Put fingerprints in the place of card numbers, distinct numbers once."""
        if "card_number" in columns:
            cards = self._replace(columns.pop("card_number"), self._card)
            columns["card_fingerprint"], columns["card_masked"], _ = cards
        if "customer_id" in columns:
            is_card = "customer_id" in self.layout.cards
            prints, masks, ids = self._replace(
                columns["customer_id"],
                lambda number: self._card(number) if is_card or is_card_number(number) else None,
            )
            columns["customer_id"] = ids
            if "card_fingerprint" not in columns:
                columns["card_fingerprint"], columns["card_masked"] = prints, masks
        if "email" in columns:
            mails = self._replace(
                columns.pop("email"), lambda mail: (fingerprint(mail.casefold(), self.key), "")
            )
            columns["email_fingerprint"] = mails[0]

    def _card(self, number: str) -> tuple[str, str]:
        return fingerprint(number, self.key), mask(number)

    def _replace(
        self, column: pa.Array, hide: Callable[[str], tuple[str, str] | None]
    ) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return fingerprints, masks (null where a value is no card), and the values without card numbers."""
        codes = column.dictionary_encode()
        hidden = [(word, hide(word)) for word in codes.dictionary.to_pylist()]
        tables = (
            [found[0] if found else None for _, found in hidden],
            [found[1] if found else None for _, found in hidden],
            [found[0] if found else word for word, found in hidden],
        )
        prints, masks, ids = (pa.array(words, pa.string()).take(codes.indices) for words in tables)
        return prints, masks, ids


def _settle_labels(columns: dict[str, pa.Array]) -> None:
    """Only a fraud has a kind of fraud and a reason."""
    for name in ("fraud_type", "fraud_reason"):
        if name in columns:
            is_fraud = columns.get("is_fraud", pa.nulls(len(columns[name]), pa.bool_()))
            columns[name] = pc.if_else(is_fraud.fill_null(False), columns[name], pa.scalar(None, pa.string()))  # noqa: FBT003 - Arrow takes it by position


def _numbered(columns: Mapping[str, pa.Array], numbers: Lines) -> pa.Array:
    """Return ids of rows that have none: the row's number in the file and what it says.

    The same file again gives the same ids, another file others, and whole rows that repeat stay apart.
    """
    nameless = {**columns, "transaction_id": pa.repeat(pa.scalar(""), len(numbers))}
    hashes = pc.utf8_slice_codeunits(content_hashes(conform(_named(nameless, ROW_SCHEMA), ROW_SCHEMA)), 2, 14)
    return pc.binary_join_element_wise(pa.array(numbers).cast(pa.string()), hashes, "-")


def _without_cards(reject: Reject) -> Reject:
    return replace(reject, value=hide_numbers(reject.value))


def _translated(column: pa.ChunkedArray, translate: Translate) -> pa.Array:
    codes = as_text(column).dictionary_encode()
    words = [translate(word) for word in codes.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(codes.indices)


def _unquoted(table: pa.Table, quote: str | None) -> pa.Table:
    """Take quotes of its own away that a program set around every text."""
    if quote is None:
        return table
    columns = {
        name: pc.utf8_trim(as_text(table[name]), quote)
        if pa.types.is_string(table[name].type)
        else table[name]
        for name in table.column_names
    }
    return pa.table(columns)


def _named(columns: Mapping[str, pa.Array], schema: pa.Schema) -> pa.Table:
    return pa.table({name: column for name, column in columns.items() if name in schema.names})


def _parties(columns: Mapping[str, pa.Array], schema: pa.Schema, party: str) -> pa.Table:
    """Return the distinct parties of the rows, described by the first row of each."""
    key = f"{party}_id"
    if key not in columns:
        return schema.empty_table()
    given = {key: columns[key]}
    given |= {
        name.removeprefix(f"{party}_"): column
        for name, column in columns.items()
        if name.startswith(f"{party}_") and name != key
    }
    return conform(first_of_each(_named(given, schema), key), schema)


def _merchants(columns: dict[str, pa.Array]) -> pa.Table:
    """Return the distinct merchants; one without a name is called by its id."""
    if "merchant_id" not in columns:
        return MERCHANT_SCHEMA.empty_table()
    named = columns.get("merchant_name")
    name = columns["merchant_id"] if named is None else pc.coalesce(named, columns["merchant_id"])
    category = columns.get("merchant_category", columns.get("category"))
    described = {**columns, "merchant_name": name}
    if category is not None:
        described["merchant_category"] = category
    return _parties(described, MERCHANT_SCHEMA, "merchant")


def _shown(cell: pa.Scalar) -> str:
    """Write a cell as a person may find it again, even one that Python has no value for."""
    try:
        value = cell.as_py()
    except OverflowError:
        return str(cell.value)
    except UnicodeDecodeError:
        return bytes(cell.as_buffer()).decode(errors="replace")
    return "" if value is None else str(value)
