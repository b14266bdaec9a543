"""Known layouts of files: which of their columns are our fields, and what a layout says once for all rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from dashboard.ingestion.fields import FIELDS, REQUIRED
from models.errors import UserError
from models.messages import N_, Message

Translate = Callable[[str], str | None]
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file with these columns.

    `columns` says which column fills a field, `constants` the fields that are the same in every row, and
    `translations` how the distinct words of a field become ours. Fields of `cards` are card numbers
    whatever their digits say.
    """

    slug: str
    label: Message
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Translate] = field(default_factory=dict)
    cards: frozenset[str] = frozenset()
    has_label_dates: bool = False

    def fits(self, header: Sequence[str]) -> bool:
        """Say whether a file with this header is of this layout; other columns do not matter."""
        return set(self.columns.values()) <= set(header)

    @property
    def read(self) -> tuple[str, ...]:
        """Return the columns that are read, each once."""
        return tuple(dict.fromkeys(self.columns.values()))


def _channel_of_category(category: str) -> str:
    if category.endswith("_net"):
        return "online"
    return "pos" if category.endswith("_pos") else "other"


SPARKOV = Layout(
    slug="sparkov",
    label=Message(N_("Sparkov card transactions")),
    columns={
        "timestamp": "trans_date_trans_time",
        "customer_id": "cc_num",
        "merchant_id": "merchant",
        "merchant_name": "merchant",
        "merchant_category": "category",
        "category": "category",
        "channel": "category",
        "amount": "amt",
        "transaction_id": "trans_num",
        "city": "city",
        "state": "state",
        "zip_code": "zip",
        # The place of the payment: it differs on every row of a merchant.
        "latitude": "merch_lat",
        "longitude": "merch_long",
        "is_fraud": "is_fraud",
        "customer_first_name": "first",
        "customer_last_name": "last",
        "customer_gender": "gender",
        "customer_street": "street",
        "customer_city": "city",
        "customer_state": "state",
        "customer_zip_code": "zip",
        "customer_latitude": "lat",
        "customer_longitude": "long",
        "customer_occupation": "job",
        "customer_date_of_birth": "dob",
    },
    constants={
        "currency": "USD",
        "country": "US",
        "customer_country": "US",
        "transaction_type": "purchase",
        "payment_method": "credit_card",
    },
    translations={
        "channel": _channel_of_category,
        # The prefix says nothing of the label: every name has it.
        "merchant_name": lambda name: name.removeprefix("fraud_"),
    },
    cards=frozenset({"customer_id"}),
)

LAYOUTS: Mapping[str, Layout] = MappingProxyType({layout.slug: layout for layout in (SPARKOV,)})
GENERIC = "generic"


def choose_layout(
    header: Sequence[str], wanted: str | None, mapping: Mapping[str, str], constants: Mapping[str, str]
) -> Layout:
    """Return the layout that was asked for, or that the header shows, or one made of `mapping`.

    `mapping` is field → column; it also overrides single columns of a known layout. `constants` fill
    fields that no column gives.
    """
    base = _base_layout(header, wanted, mapping)
    _check_mapping(header, mapping)
    columns = {**base.columns, **mapping}
    absent = [name for name, column in columns.items() if column not in header]
    if absent:
        raise UserError(
            N_("The file has no column {column}, which the layout {layout} needs for {field}."),
            column=columns[absent[0]],
            layout=base.slug,
            field=absent[0],
        )
    fixed = {**base.constants, **constants}
    for name in REQUIRED:
        if name not in columns and name not in fixed:
            raise UserError(
                N_(
                    "Nothing says the {field} of a row: add --map {field}=COLUMN. The columns are: {columns}."
                ),
                field=name,
                columns=", ".join(header),
            )
    translations = {name: way for name, way in base.translations.items() if name not in mapping}
    return Layout(
        base.slug, base.label, columns, fixed, translations, base.cards, "label_known_at" in columns
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
        if column not in header:
            raise UserError(
                N_("--map {field}={column}: the file has no column {column}. Its columns are: {columns}."),
                field=name,
                column=column,
                columns=", ".join(header),
            )
