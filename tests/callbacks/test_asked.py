"""What an address names: nothing in it is anybody's fault but its writer's."""

from __future__ import annotations

import pytest

from callbacks.asked import asked_for


def test_the_first_text_under_each_name_is_what_is_asked_for() -> None:
    assert asked_for("?bank=north&id=a%20b&id=c", "bank", "id", "show") == ("north", "a b", None)
    assert asked_for(None, "id") == asked_for("", "id") == asked_for("?id=", "id") == (None,)


@pytest.mark.parametrize("search", ["?id=%00", "?id=a%0Ab", "?id=\ud800", "?" + "id=1&" * 201])
def test_what_no_name_can_hold_is_nothing(search: str) -> None:
    assert asked_for(search, "id") == (None,)
