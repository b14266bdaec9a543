"""Work ahead keeps the order, hands errors over, and ends with its consumer."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dashboard.ingestion.ahead import ahead


def test_items_come_in_order() -> None:
    with ahead(iter(range(100))) as items:
        assert list(items) == list(range(100))


def test_at_most_so_many_are_made_in_advance() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    with ahead(make(), depth=2) as items:
        next(items)
        assert len(made) <= 5


def test_an_error_is_raised_where_its_item_would_have_come() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    with ahead(make()) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="broken"):
            next(items)


def test_a_consumer_that_leaves_early_ends_the_thread() -> None:
    with ahead(iter(range(1_000_000))) as items:
        next(items)
    assert not [thread for thread in threading.enumerate() if thread.name == "ingestion-ahead"]
