"""The standard people of the web tests: a stranger, one of each role, and an analyst of another bank."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Final

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.application import create_application
from callbacks.interface import Interface
from dashboard import clock
from dashboard.accounts import hashed_token
from dashboard.config import WebSettings
from dashboard.passwords import hash_password
from dashboard.web.signed_in import COOKIE
from database.queries import sessions
from models.access import Role
from models.banks import Bank
from models.users import User
from tests.factories import make_bank, make_user

PASSWORD: Final = "plain-Lantern-42"
STRANGER: Final = "stranger"
FOREIGN: Final = "analyst of another bank"
EVERYBODY: Final = (STRANGER, "viewer", "analyst", "lead", "admin", FOREIGN)
_numbers = itertools.count(1)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


@dataclass
class Visitors:
    """People by what they are, and browsers that they are signed in with."""

    app: Interface
    db: Session
    bank: Bank
    other_bank: Bank
    users: dict[str, User]
    tokens: dict[str, str] = field(default_factory=dict)

    def stranger(self, address: str = "127.0.0.1") -> FlaskClient:
        client: FlaskClient = self.app.server.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return client

    def browser(self, who: str) -> FlaskClient:
        """A browser of that visitor, with a session of its own."""
        client = self.stranger()
        if who != STRANGER:
            token = f"token {next(_numbers)} of {who}"
            self.tokens[who] = token
            now = clock.now()
            sessions.start(
                self.db,
                token_hash=hashed_token(token),
                user_id=self.users[who].user_id,
                at=now,
                until=now + timedelta(hours=12),
                ip="127.0.0.1",
                user_agent="test",
            )
            client.set_cookie(COOKIE, token)
        return client

    def sign_in(self, name: str, password: str = PASSWORD, *, address: str = "127.0.0.1") -> TestResponse:
        """What a fresh browser gets for sending the login form."""
        return send_form(self.stranger(address), "/login", name=name, password=password)


def send_form(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Load a form and send it back filled, its token included."""
    found = TOKEN.search(client.get(path).text)
    assert found, f"{path} shows no form"
    return client.post(path, data={"csrf_token": found[1], **fields})


@pytest.fixture(scope="session")
def application() -> Interface:
    app = create_application(WebSettings.from_env())
    app.server.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def visitors(application: Interface, db: Session) -> Visitors:
    bank = make_bank(db, "north", name="Northern Savings")
    other = make_bank(db, "south", name="Southern Credit")
    users = {
        role.value: make_user(
            db,
            bank,
            role=role,
            username=role.value,
            email=f"{role}@bank.example",
            password_hash=password_hash(),
        )
        for role in Role
    }
    users[FOREIGN] = make_user(
        db, other, role=Role.ANALYST, username="foreign", password_hash=password_hash()
    )
    return Visitors(application, db, bank, other, users)
