"""A folder of made-up migrations, for what the real ones should never do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a migration's two files into a folder of the test's own and return that folder."""

    def write_pair(stem: str, up: str, down: str = "select 1;") -> Path:
        (tmp_path / f"{stem}.sql").write_text(up)
        (tmp_path / f"{stem}.down.sql").write_text(down)
        return tmp_path

    return write_pair
