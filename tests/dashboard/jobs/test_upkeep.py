"""The worker's chores: harmless twice at once, and one that fails comes round again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from dashboard.jobs.upkeep import CHORES, Chore, Upkeep
from database import owner
from database.connection import get_db_session
from tests.factories import make_bank, make_transaction
from tests.servers import Database


def test_every_chore_has_its_own_name_and_comes_again() -> None:
    assert len({chore.slug for chore in CHORES}) == len(CHORES) > 0
    assert all(chore.every_s > 0 for chore in CHORES)


@pytest.mark.parametrize("chore", CHORES, ids=lambda chore: chore.slug)
def test_a_chore_done_twice_at_once_is_harmless(chore: Chore, committed: Database) -> None:
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank)
    with ThreadPoolExecutor(2) as threads:
        done = [threads.submit(chore.do) for _ in range(2)]
        assert [each.exception() for each in done] == [None, None]


@pytest.mark.parametrize("chore", CHORES, ids=lambda chore: chore.slug)
def test_a_chore_does_without_the_owners_address(
    chore: Chore, committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.dispose()
    monkeypatch.delenv("DATABASE_OWNER_URL")
    chore.do()


def test_a_chore_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    again = Event()
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        if len(tries) > 1:
            again.set()
        raise RuntimeError("no disk")

    with caplog.at_level(logging.ERROR):
        assert done_within_seconds(fail, again)
    assert "no disk" in caplog.text


def test_a_stopped_upkeep_does_nothing_more() -> None:
    upkeep = Upkeep((Chore("never", 0.01, lambda: pytest.fail("not after the stop")),), tick_s=10)
    upkeep.start()
    upkeep.stop()
    assert not upkeep.is_alive()


def done_within_seconds(do: Callable[[], object], event: Event) -> bool:
    upkeep = Upkeep((Chore("often", 0.01, do),), tick_s=0.01)
    upkeep.start()
    try:
        return event.wait(5)
    finally:
        upkeep.stop()
