"""docs/schema.md draws every table of the models as they are now."""

from __future__ import annotations

import re

from models.base import Base
from tests.architecture.make_schema import PAGE, current


def test_the_diagrams_are_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == current(), "run python -m tests.architecture.make_schema"


def test_every_table_is_drawn_once_and_every_reference_but_to_banks() -> None:
    text = current()
    drawn = re.findall(r"^    (\w+) \{$", text, re.MULTILINE)
    assert sorted(drawn) == sorted(Base.metadata.tables)
    assert "## Other" not in text, "give the new module of models its subject in make_schema.py"
    lines = set(re.findall(r"^    (\w+) \S+ (\w+) : ", text, re.MULTILINE))
    references = {
        (reference.referred_table.name, table.name)
        for table in Base.metadata.tables.values()
        for reference in table.foreign_key_constraints
        if reference.referred_table.name != "banks"
    }
    assert references <= lines
