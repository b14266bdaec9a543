"""Guessing passwords: no race around the limits, no hint in the time, no lock that strangers can turn."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from dashboard import accounts, clock
from dashboard.accounts import Origin, TooManyTriesError, WrongPasswordError
from dashboard.config import WebSettings
from database.connection import get_db_session
from database.queries import users
from models.access import Role
from models.errors import UserError
from models.users import User
from tests.factories import make_bank, make_user
from tests.servers import Database
from tests.visitors import PASSWORD, password_hash

HERE = Origin("10.1.2.3", "test")


@pytest.fixture
def settings(committed: Database) -> WebSettings:
    with get_db_session() as session:
        bank = make_bank(session, "north")
        make_user(session, bank, role=Role.ANALYST, username="analyst", password_hash=password_hash())
    return WebSettings.from_env()


def tried(settings: WebSettings, name: str, password: str, origin: Origin = HERE) -> str:
    try:
        accounts.sign_in(name, password, origin, settings=settings, now=clock.now())
    except UserError as error:
        return type(error).__name__
    return "signed in"


def test_forty_tries_at_once_are_ten(settings: WebSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.passwords.verify", lambda _hash, _password: False)
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: tried(settings, "analyst", "wrong"), range(40)))
    assert results.count(WrongPasswordError.__name__) == 10
    assert results.count(TooManyTriesError.__name__) == 30


def test_one_address_cannot_try_all_names(settings: WebSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.passwords.verify", lambda _hash, _password: False)
    monkeypatch.setattr("dashboard.accounts.TRIES_OF_ADDRESS", 20)
    results = [tried(settings, f"name-{n}", "wrong") for n in range(25)]
    assert results.count(TooManyTriesError.__name__) == 5
    assert tried(settings, "analyst", PASSWORD, Origin("10.7.7.7", "test")) == WrongPasswordError.__name__


def test_the_time_does_not_tell_which_names_exist(
    settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The work itself, without the noise of the machine's other users: the same statements, the same hashing.
    monkeypatch.setattr("dashboard.accounts.TRIES_HERE", 10_000)
    monkeypatch.setattr("dashboard.accounts.TRIES_OF_ACCOUNT", 10_000)
    monkeypatch.setattr("dashboard.accounts.TRIES_OF_ADDRESS", 10_000)
    spent: dict[str, list[float]] = {"analyst": [], "nobody": []}
    for _ in range(25):
        for name, times in spent.items():
            begun = time.process_time()
            tried(settings, name, "wrong")
            times.append(time.process_time() - begun)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert abs(known - unknown) / known <= 0.1, (known, unknown)


def test_a_slowed_account_waits_but_few_wait_at_once(
    settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.passwords.verify", lambda _hash, _password: False)
    monkeypatch.setattr("dashboard.accounts.TRIES_OF_ACCOUNT", 0)
    monkeypatch.setattr("dashboard.accounts.SLOWED_BY_S", 0.3)
    with ThreadPoolExecutor(6) as pool:
        begun = time.monotonic()
        origins = [Origin(f"10.5.5.{n}", "test") for n in range(6)]
        results = list(pool.map(lambda origin: tried(settings, "analyst", "wrong", origin), origins))
        spent = time.monotonic() - begun
    assert results.count(WrongPasswordError.__name__) >= 2
    assert results.count(TooManyTriesError.__name__) >= 1
    assert spent >= 0.3


def test_an_account_closed_by_hand_stays_closed(settings: WebSettings) -> None:
    with get_db_session() as session:
        until = clock.now() + timedelta(hours=1)
        session.execute(update(User).where(User.username == "analyst").values(locked_until=until))
    assert tried(settings, "analyst", PASSWORD) == WrongPasswordError.__name__


def test_a_weak_hash_is_renewed_at_the_login(settings: WebSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.passwords.is_outdated", lambda _hash: True)
    assert tried(settings, "analyst", PASSWORD) == "signed in"
    with get_db_session() as session:
        account = users.by_name(session, "analyst")
    assert account is not None
    assert account.password_hash != password_hash()
    assert tried(settings, "analyst", PASSWORD) == "signed in"
