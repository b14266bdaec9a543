"""What every layout promises, held against each one in the registry; and how one is chosen."""

from __future__ import annotations

import pytest

from dashboard.ingestion.fields import FIELDS, REQUIRED
from dashboard.ingestion.layouts import GENERIC, LAYOUTS, choose_layout
from dashboard.language import catalogue
from models.errors import UserError

EVERY_LAYOUT = pytest.mark.parametrize("slug", sorted(LAYOUTS))


@EVERY_LAYOUT
def test_a_layout_fills_known_fields_and_all_that_a_row_needs(slug: str) -> None:
    layout = LAYOUTS[slug]
    filled = layout.fills | ({"currency"} if layout.takes_currency else set())
    assert layout.slug == slug != GENERIC
    assert filled <= set(FIELDS)
    assert set(REQUIRED) <= filled
    assert not set(layout.columns) & set(layout.constants)
    assert set(layout.translations) | layout.cards <= set(layout.columns)


@EVERY_LAYOUT
def test_a_layout_is_named_in_both_languages(slug: str) -> None:
    assert LAYOUTS[slug].label.msgid in catalogue("fr")


@EVERY_LAYOUT
def test_a_layout_is_recognised_by_its_own_header_alone(slug: str) -> None:
    header = sorted(LAYOUTS[slug].needed)
    assert choose_layout(header, None, {}, {}).slug == slug
    assert choose_layout((*header, "one more"), None, {}, {}).slug == slug
    assert [each.slug for each in LAYOUTS.values() if each.fits(header)] == [slug]
    with pytest.raises(UserError, match="no known layout"):
        choose_layout(header[1:], None, {}, {})


@EVERY_LAYOUT
def test_a_mapping_overrides_one_column_of_a_layout(slug: str) -> None:
    layout = LAYOUTS[slug]
    name = next(iter(layout.columns))
    chosen = choose_layout((*layout.read, *layout.marks, "other"), slug, {name: "other"}, {})
    assert chosen.columns == {**layout.columns, name: "other"}
    assert name not in chosen.translations


def test_a_file_of_no_layout_is_read_by_its_mapping() -> None:
    header = ("id", "at", "money")
    mapping = {"transaction_id": "id", "timestamp": "at", "amount": "money"}
    chosen = choose_layout(header, None, mapping, {"currency": "EUR"})
    assert (chosen.slug, dict(chosen.columns), dict(chosen.constants)) == (
        GENERIC,
        mapping,
        {"currency": "EUR"},
    )


@pytest.mark.parametrize(
    ("wanted", "mapping", "said"),
    [
        ("excel", {}, "There is no layout excel"),
        (GENERIC, {}, "Nothing says the"),
        (None, {"colour": "id"}, "there is no field colour"),
        (None, {"amount": "price"}, "the file has no column price"),
        (None, {"amount": "money"}, "Nothing says the"),
        (None, {"transaction_id": "+".join(["id"] * 9)}, "each column once"),
        (None, {"timestamp": "at+id+at"}, "each column once"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_there_is(
    wanted: str | None, mapping: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        choose_layout(("id", "at", "money"), wanted, mapping, {"currency": "EUR"})
