"""Write docs/schema.md from the models: `python -m tests.architecture.make_schema`; a test compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Column, ForeignKeyConstraint, Table

import models
from models.base import Base
from models.scope import SCOPED_TABLES
from tests.architecture.source import ROOT

PAGE = ROOT / "docs/schema.md"
HEAD = """<!-- Generated from the models; change them and run `python -m tests.architecture.make_schema`. -->

# Schema

Every table, its key and what it refers to; all columns stand in [reference/tables.md](reference/tables.md).
Tables under the bank scope begin their key with `bank_id` and refer to `banks`, which the diagrams leave out.
A line's ends: `||` exactly one, `|o` none or one, `o{` any number.
"""
SUBJECTS: dict[str, tuple[str, ...]] = {
    "Payments and who makes them": (
        "transactions",
        "customers",
        "merchants",
        "labels",
        "predictions",
        "patterns",
    ),
    "Alerts": ("alerts",),
    "Banks, people, access": ("banks", "users"),
    "Data and runs": ("datasets", "jobs"),
    "Reading fast": ("segments", "cache"),
    "Records of what happened": ("logs", "outbox", "history"),
}


def current() -> str:
    """The page as the models have it now."""
    assert models.__doc__
    by_module: dict[str, list[Table]] = {}
    for mapper in Base.registry.mappers:
        module = mapper.class_.__module__.rpartition(".")[2]
        if isinstance(mapper.local_table, Table):
            by_module.setdefault(module, []).append(mapper.local_table)
    told = [module for modules in SUBJECTS.values() for module in modules]
    rest = {"Other": tuple(sorted(set(by_module) - set(told)))} if set(by_module) - set(told) else {}
    parts = [HEAD]
    for title, modules in {**SUBJECTS, **rest}.items():
        tables = sorted(
            (table for module in modules for table in by_module.get(module, ())), key=lambda table: table.name
        )
        parts.append(f"\n## {title}\n\n```mermaid\n" + "\n".join(diagram(tables)) + "\n```\n")
    return "".join(parts)


def diagram(tables: Iterable[Table]) -> Iterator[str]:
    """Draw tables and what they refer to."""
    yield "erDiagram"
    for table in tables:
        for reference in sorted(table.foreign_key_constraints, key=lambda each: str(each.name)):
            if reference.referred_table.name != "banks" or table.name == "user_banks":
                yield relation(table, reference)
        yield f"    {table.name} {{"
        yield from (f"        {column}" for column in columns(table))
        yield "    }"


def relation(table: Table, reference: ForeignKeyConstraint) -> str:
    own = [column for column in reference.columns if column.name != "bank_id"] or list(reference.columns)
    one = "|o" if any(column.nullable for column in own) else "||"
    keys = {frozenset(table.primary_key.columns.keys())}
    keys |= {frozenset(index.columns.keys()) for index in table.indexes if index.unique}
    many = "o|" if frozenset(reference.columns.keys()) in keys else "o{"
    label = ", ".join(column.name for column in own)
    return f'    {reference.referred_table.name} {one}--{many} {table.name} : "{label}"'


def columns(table: Table) -> Iterator[str]:
    """Key columns and references, then how many others there are."""
    keys = set(table.primary_key.columns.keys())
    foreign = {column.name for reference in table.foreign_key_constraints for column in reference.columns}
    shown = [column for column in table.columns if column.name in keys | foreign]
    for column in shown:
        marks = ", ".join(mark for mark, of in (("PK", keys), ("FK", foreign)) if column.name in of)
        yield f"{kind(column)} {column.name} {marks}"
    others = len(table.columns) - len(shown)
    scope = "by bank" if table.name in SCOPED_TABLES else "not by bank"
    yield f'columns and_{others}_more "{scope}"'


def kind(column: Column[object]) -> str:
    return str(column.type).lower().split("(")[0].split(" ")[0]


if __name__ == "__main__":
    PAGE.write_text(current(), encoding="utf-8")
