"""A selection's filters as tables over codes, and the places of the records that pass them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.dimensions import DERIVED, DIMENSIONS
from database.segments import masks
from database.segments.derived import Derived, tests_of
from database.segments.kernel import Chosen, Ints, Money, Rows
from database.segments.masks import Mask
from database.segments.record import Columns
from database.segments.selection import MISSING, Selection
from models.units import E4

CODES = 1 << 16
EVERY = Chosen(np.empty(0, np.uint32), is_all=True)
_HIGHEST_SCORE = E4
_LARGEST = np.iinfo(np.int64).max

Names = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a record must pass, by column; where nothing is asked, every record passes."""

    codes: Mapping[str, Mask]
    numbers: Mapping[str, Ints]
    scores: tuple[int, int] | None
    amounts: tuple[int, int] | None
    money_column: str
    tests: tuple[Derived, ...] = ()

    def places(self, columns: Columns, place: slice, rows: Rows, money: Money) -> tuple[Chosen, int]:
        """Return where the records that pass are, and how many only lack the money that is filtered."""
        if not (self.codes or self.numbers or self.scores or self.amounts or self.tests):
            return EVERY, 0
        mask = np.ones(len(rows.sign), np.bool_)
        for name, passes in self.codes.items():
            masks.keep_codes(mask, columns[name][place], passes)
        for name, numbers in self.numbers.items():
            masks.keep_numbers(mask, columns[name][place], numbers)
        if self.scores is not None:
            masks.keep_between(mask, columns["score"][place], *self.scores)
        for test in self.tests:
            mask &= test.passing(columns, place)
        outside = 0
        if self.amounts is not None:
            outside = masks.unconverted(rows, mask, money)
            masks.keep_codes(mask, rows.flags, _without(money.unknown))
            masks.keep_between(mask, rows.amount, *self.amounts)
        found = np.empty(len(mask) + 1, np.uint32)
        return Chosen(found[: masks.places(mask, found)], is_all=False), outside


def filters_of(session: Session, selection: Selection, names: Names) -> Filters:
    """Look up the codes and numbers behind a selection's values; unknown ones match nothing."""
    numbers = {}
    for party, identity in (("customer", selection.customer_id), ("merchant", selection.merchant_id)):
        if identity is not None:
            numbers[f"{party}_no"] = _numbers(session, party, selection.bank_ids, identity)
    return Filters(
        codes=_passes(selection, names),
        numbers=numbers,
        scores=_bounds(selection.score_e4, _HIGHEST_SCORE),
        amounts=_bounds(selection.amount_e4, _LARGEST),
        money_column="base_e4" if selection.currency is None else "native_e4",
        tests=tests_of(session, selection),
    )


def _passes(selection: Selection, names: Names) -> dict[str, Mask]:
    passes: dict[str, Mask] = {}
    for slug in {**selection.include, **selection.exclude}.keys() - DERIVED.keys():
        codes = _codes(slug, names)
        table = np.full(CODES, slug not in selection.include)
        table[[codes[value] for value in selection.include.get(slug, ()) if value in codes]] = True
        table[[codes[value] for value in selection.exclude.get(slug, ()) if value in codes]] = False
        passes[slug] = table
    if selection.currency is not None:
        of_currency = np.zeros(CODES, np.bool_)
        of_currency[_codes("currency", names).get(selection.currency, CODES - 2)] = True
        passes["currency"] = of_currency & passes.get("currency", np.True_)
    return passes


def _codes(slug: str, names: Names) -> dict[str, int]:
    choices = DIMENSIONS[slug].choices
    numbered = names.get(slug, {}).items() if choices is None else enumerate(choices, start=1)
    return {MISSING: 0, **{value: code for code, value in numbered}}


def _without(flag: int) -> Mask:
    """Return the flags that do not have this one (no flag: all)."""
    without: Mask = (np.arange(CODES) & flag) == 0
    return without


def _bounds(bounds: tuple[int | None, int | None] | None, highest: int) -> tuple[int, int] | None:
    if bounds is None:
        return None
    low, high = bounds
    return 0 if low is None else low, highest if high is None else high


def _numbers(session: Session, party: str, banks: tuple[int, ...], identity: str) -> Ints:
    found = session.scalars(
        text(f"select {party}_no from {party}s where bank_id = any(:banks) and {party}_id = :identity"),
        {"banks": list(banks), "identity": identity},
    )
    return np.array(found.all(), np.int64)
