"""Below a folder of an address, and behind a proxy."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from callbacks.application import create_application
from dashboard.config import WebSettings
from dashboard.web.signed_in import COOKIE
from models.users import LoginHistory
from tests.visitors import PASSWORD, TOKEN, Visitors


def client_of(**changed: object) -> FlaskClient:
    settings = WebSettings.from_env().model_copy(update=changed)
    client: FlaskClient = create_application(settings).server.test_client()
    return client


@pytest.fixture
def below() -> FlaskClient:
    return client_of(base_path="/vigie/")


def signed_in(client: FlaskClient, prefix: str = "", **environ: str) -> FlaskClient:
    found = TOKEN.search(client.get(f"{prefix}/login", environ_overrides=environ).text)
    assert found
    form = {"csrf_token": found[1], "name": "viewer", "password": PASSWORD}
    answer = client.post(f"{prefix}/login", data=form, environ_overrides=environ)
    assert answer.status_code == 303
    assert answer.location == f"{prefix}/"
    return client


def test_every_address_stands_below_the_base_path(visitors: Visitors, below: FlaskClient) -> None:
    assert visitors.users
    assert below.get("/login").status_code == 404
    assert below.get("/vigieish/login").status_code == 404
    away = below.get("/vigie/?range=7d")
    assert away.location == "/vigie/login?next=/vigie/?range%3D7d" or away.location.startswith(
        "/vigie/login?next="
    )
    page = signed_in(below, "/vigie").get("/vigie/").text
    assert '"requests_pathname_prefix":"\\u002fvigie\\u002f"' in page
    assert 'src="/vigie/v/' in page
    assert 'src="/v/' not in page
    assert "password" in below.get("/vigie/_dash-layout").text


def test_the_cookie_is_valid_below_the_base_path_only(visitors: Visitors, below: FlaskClient) -> None:
    assert visitors.users
    cookie = signed_in(below, "/vigie").get_cookie(COOKIE, path="/vigie/")
    assert cookie is not None


@pytest.mark.parametrize(("proxies", "ip"), [(0, "10.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_only(
    visitors: Visitors, proxies: int, ip: str
) -> None:
    client = client_of(trusted_proxies=proxies)
    signed_in(client, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.7, 203.0.113.9")
    assert {str(row) for row in visitors.db.scalars(select(LoginHistory.ip))} == {ip}
