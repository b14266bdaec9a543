"""How many files are looked at at once: few of one person, few in all, and no place is lost by a mistake."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from dashboard.data import turns
from dashboard.data.turns import TooManyFilesError, turn


def test_one_person_has_few_turns_and_all_together_not_many() -> None:
    with ExitStack() as taken:
        for user_id in (1, 1, 2, 3):
            taken.enter_context(turn(user_id))
        for user_id in (1, 4):
            with pytest.raises(TooManyFilesError, match="Try again in a moment"), turn(user_id):
                pass
    with turn(1), turn(1), pytest.raises(TooManyFilesError), turn(1):
        pass


def test_a_mistake_gives_its_turn_back() -> None:
    for _ in range(turns.MOST + 1):
        with pytest.raises(ValueError, match="broken"), turn(1):
            raise ValueError("broken")
