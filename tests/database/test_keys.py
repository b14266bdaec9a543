from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from database.keys import own_secret, read_secret
from models.errors import UserError


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    assert read_secret(tmp_path, "key") is None
    made = own_secret(tmp_path, "key")
    assert len(made) >= 43
    assert own_secret(tmp_path, "key") == made == read_secret(tmp_path, "key")
    assert own_secret(tmp_path, "other") != made


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    own_secret(tmp_path, "key")
    file = tmp_path / "secrets" / "key"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [path.name for path in file.parent.iterdir()] == ["key"]


def test_makers_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: own_secret(tmp_path, "key"), range(64)))
    assert len(made) == 1


def test_an_emptied_secret_is_not_made_anew(tmp_path: Path) -> None:
    own_secret(tmp_path, "key")
    (tmp_path / "secrets" / "key").write_text("")
    with pytest.raises(UserError, match=r"key is empty: restore it from a backup"):
        own_secret(tmp_path, "key")
