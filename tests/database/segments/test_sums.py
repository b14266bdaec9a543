from __future__ import annotations

from dataclasses import astuple, fields

from database.segments import Sums


def test_sums_add_field_by_field() -> None:
    numbers = range(1, len(fields(Sums)) + 1)
    one, other = Sums(*numbers), Sums(*(10 * number for number in numbers))
    assert astuple(one + other) == tuple(11 * number for number in numbers)
    assert sum([one, other], Sums()) == one + other
