"""What the product defines is used by the product, shown to scripts, or named here with its reason."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tests.architecture.source import PRODUCT, ROOT, Source, sources

CALLED_FROM_OUTSIDE: Final = {
    "emit": "logging calls it on its handlers",
    "get_id": "Flask-Login asks it of a user",
    "interpolate_index": "Dash calls it for its page",
    "process_bind_param": "SQLAlchemy calls it on its types",
    "process_result_value": "the same",
    "worker_exit": "gunicorn calls it when a worker ends",
    "writable": "pyarrow asks it of a file",
}
FOR_TESTS: Final = {
    "CHARTS": "the registry of charts, which its contract test draws",
    "UNSCOPED_TABLES": "every table is in one of two lists, so that none is forgotten",
    "cache_clear": "a test asks anew what is kept for a minute",
    "record_row": "rows that factories write one by one need their record too",
}
FOR_LATER: Final = {
    "enrich_rows": "live scoring will ask it; a test compares it with the job",
    "redis_connection_string": "the cache on Redis",
    "replica_connection_string": "reading from a replica",
}
# Its variables are gunicorn's.
READ_BY_NAME: Final = "dashboard/gunicorn_settings.py"
PLAIN_DECORATORS: Final = {"property", "cached_property", "staticmethod", "classmethod", "contextmanager"}
WORD: Final = re.compile(r"[A-Za-z_]\w*")


@lru_cache(maxsize=1)
def used() -> Counter[str]:
    """How often a name is read, called, or given as a text; its definition and its imports do not count."""
    counted: Counter[str] = Counter()
    for source in sources(*PRODUCT):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
                counted[node.id] += 1
            elif isinstance(node, ast.Attribute):
                counted[node.attr] += 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                counted[node.value] += 1
    return counted


def defined(source: Source) -> Iterator[tuple[str, ast.stmt]]:
    """Functions, methods, classes and constants of the module; what a decorator takes over is its affair."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not _is_taken_over(node):
            yield node.name, node
    for node in source.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, node


def shown_to_scripts() -> set[str]:
    page = (ROOT / "docs/python-api.md").read_text(encoding="utf-8")
    return set(WORD.findall(page))


def test_nothing_is_defined_that_nobody_uses() -> None:
    known = {*CALLED_FROM_OUTSIDE, *FOR_TESTS, *FOR_LATER, *shown_to_scripts()}
    counted = used()
    found = [
        f"{source.at(node)} {name}"
        for source in sources(*PRODUCT)
        if source.path != READ_BY_NAME
        for name, node in defined(source)
        if not counted[name] and name not in known and not name.startswith("__")
    ]
    assert not found, f"unused-name: {'; '.join(found)}"


def test_every_exception_is_still_there() -> None:
    names = {name for source in sources(*PRODUCT) for name, _ in defined(source)}
    given = {*CALLED_FROM_OUTSIDE, *FOR_TESTS, *FOR_LATER}
    assert given <= names, f"unused-name: {sorted(given - names)} are gone"


def _is_taken_over(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether a decorator hands a function to somebody else, as a route or a validator."""
    if isinstance(node, ast.ClassDef):
        return False
    names = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
    return len(node.decorator_list) > len(names & PLAIN_DECORATORS)
