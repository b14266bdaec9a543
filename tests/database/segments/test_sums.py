from __future__ import annotations

from database.segments import Sums, added


def test_sums_add_field_by_field() -> None:
    numbers = range(1, len(Sums._fields) + 1)
    one, other = Sums(*numbers), Sums(*(10 * number for number in numbers))
    assert list(one + other) == [11 * number for number in numbers]
    assert sum([one, other], Sums()) == one + other == added([one, other])
    assert added([]) == Sums()
