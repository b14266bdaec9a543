from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from database.connection import read_only
from database.segments import Selection, kept, read
from database.segments.folding import Pass, Tables, fold
from database.segments.runs import Run
from models.banks import Bank
from tests.database.segments.oracle import DAYS, FIRST, compare, frame, store_random_rows
from tests.database.segments.test_reading import (
    folded,
    one_bank,
    random_selection,
    relabel_some,
    seal,
    world,
)
from tests.servers import Database


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many records each pass over sealed segments or a tail has looked at."""
    seen: list[int] = []

    def noted(work: Pass, runs: Sequence[Run]) -> Tables:
        tables = fold(work, runs)
        seen.append(tables.scanned)
        return tables

    monkeypatch.setattr(kept, "fold", noted)
    kept.forget()
    yield seen
    kept.forget()


def all_of(bank: Bank) -> Selection:
    return Selection((bank.bank_id,), FIRST, FIRST + timedelta(days=DAYS))


def test_the_same_question_is_answered_without_a_second_pass(committed: Database, passes: list[int]) -> None:
    bank = one_bank()
    store_random_rows(Random(1), bank.code, 50)
    seal()
    selection = all_of(bank)
    first = folded(selection)
    again = folded(replace(selection))
    assert passes == [50]
    assert again.total == first.total
    folded(replace(selection, zone="Asia/Kolkata"))
    assert passes == [50, 50], "another zone is another question"


def test_only_the_tail_is_folded_anew_while_rows_arrive(committed: Database, passes: list[int]) -> None:
    bank = one_bank()
    store_random_rows(Random(1), bank.code, 50)
    seal()
    folded(all_of(bank))
    store_random_rows(Random(2), bank.code, 7, prefix="late ")
    assert [folded(all_of(bank)).total.rows for _ in range(2)] == [57, 57]
    assert passes == [50, 7, 7]
    seal()
    assert folded(all_of(bank)).total.rows == 57
    assert passes == [50, 7, 7, 57], "other segments are another question"


def test_what_is_kept_equals_the_rows_while_labels_change(committed: Database) -> None:
    banks, _ = world(seed=21, rows=800)
    random = Random(22)
    selections = [random_selection(random, banks) for _ in range(6)]
    for _ in range(3):
        relabel_some(banks[0], random)
        with read_only("all") as session:
            rows = frame(session)
            for selection in selections:
                assert compare(read(session, selection, parties=["customer"]), rows, selection) == []


def test_a_reader_of_another_bank_finds_nothing_of_what_is_kept(committed: Database) -> None:
    bank, other = one_bank(), one_bank()
    store_random_rows(Random(1), bank.code, 20)
    seal()
    assert folded(all_of(bank)).total.rows == 20
    with read_only([other.code]) as session:
        assert read(session, all_of(bank)).total.rows == 0


def test_what_was_not_asked_for_the_longest_time_makes_room(
    committed: Database, passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = one_bank()
    store_random_rows(Random(1), bank.code, 20)
    seal()
    first, second = all_of(bank), replace(all_of(bank), zone="Asia/Kolkata")
    folded(first)
    monkeypatch.setattr(kept, "MOST_BYTES", kept.bytes_held() * 3 // 2)
    folded(second)
    folded(second)
    assert passes == [20, 20]
    folded(first)
    assert passes == [20, 20, 20]
