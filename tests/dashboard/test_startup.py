from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from dashboard import startup
from dashboard.config import Environment, WebSettings
from dashboard.startup import Pool, fitting_pool, may_add_demo
from database.config import DatabaseConfig
from database.embedded.tuning import MAX_CONNECTIONS
from database.limits import Limits
from models.errors import UserError


def pool(usable: int, *, workers: int = 2, size: int = 30, overflow: int = 30) -> Pool:
    home = Path("unused")
    web = WebSettings(home=home, _env_file=None).model_copy(update={"workers": workers})
    data = DatabaseConfig(home=home, _env_file=None).model_copy(
        update={"pool_size": size, "max_overflow": overflow}
    )
    return fitting_pool(web, data, Limits(18, usable))


def test_a_default_start_is_never_cut() -> None:
    assert pool(MAX_CONNECTIONS - 3) == Pool(30, 30)


@pytest.mark.parametrize("usable", [20, 50, 97, 150, 247, 1000])
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_all_processes_together_fit_the_server(usable: int, workers: int) -> None:
    each = pool(usable, workers=workers)
    assert (workers + 1) * (each.size + each.overflow) <= usable
    assert each.size >= 2 or usable < 20


def test_the_overflow_is_cut_before_the_pool_itself() -> None:
    assert pool(130) == Pool(30, 10)
    assert pool(97) == Pool(29, 0)


def test_a_server_older_than_fifteen_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "limits", lambda: Limits(14, 97))
    home = Path("unused")
    with pytest.raises(UserError, match=r"^The server is PostgreSQL 14: Vigie needs PostgreSQL 15 or newer"):
        startup.prepare(Mock(), WebSettings(home=home, _env_file=None), DatabaseConfig(home=home), demo=False)


@pytest.mark.parametrize("address", ["", "postgresql://vigie@db.example/vigie"])
@pytest.mark.parametrize("env", list(Environment))
def test_the_demo_is_for_the_embedded_server_outside_production(address: str, env: Environment) -> None:
    home = Path("unused")
    web = WebSettings(home=home, _env_file=None).model_copy(update={"env": env})
    data = DatabaseConfig(home=home, _env_file=None).model_copy(update={"database_url": address or None})
    assert may_add_demo(web, data) is (not address and env is not Environment.PRODUCTION)
