"""docs/reference/ says what the code says."""

from __future__ import annotations

from tests.architecture.make_reference import FOLDER, current


def test_the_reference_is_current() -> None:
    stale = [
        name
        for name, text in current().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"reference-current: {stale}: run python -m tests.architecture.make_reference"
