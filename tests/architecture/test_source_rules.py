"""Rules over the product's source; a failure begins with the rule's name."""

from __future__ import annotations

import ast
import re

import pytest

from models.logs import LogCategory
from tests.architecture.source import PRODUCT, Source, code_lines, functions, sources, tracked_files

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET|CREATE\s+TABLE)\b", re.DOTALL
)
VAGUE_FILE = re.compile(r"(^|[/_])(utils?|helpers?|manager|misc|common)(\.py|/|_)")
# SQLAlchemy asks for the two names that are left out.
VAGUE_FUNCTION = re.compile(r"^_?(handle|process)_(?!bind_param|result_value)")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_CALLBACK = 300, 40, 12
MAY_COMMIT = {"database/connection.py", "database/owner.py"}


def refuse(rule: str, found: list[str]) -> None:
    assert not found, f"{rule}: " + "; ".join(found)


def literals(source: Source) -> list[tuple[ast.Constant, str]]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node, node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def test_sql_stands_in_database_alone() -> None:
    refuse(
        "sql-only-in-database",
        [
            source.at(node)
            for source in sources("app.py", "callbacks", "layouts", "dashboard", "models")
            for node, value in literals(source)
            if SQL.search(value)
        ],
    )


def test_only_the_connection_module_commits() -> None:
    refuse(
        "only-connection-commits",
        [
            source.at(node)
            for source in sources(*PRODUCT)
            if source.path not in MAY_COMMIT
            and not source.path.startswith(("database/migrations", "database/roles"))
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"commit", "rollback"}
            and not _is_psycopg2_admin(source)
        ],
    )


def _is_psycopg2_admin(source: Source) -> bool:
    # Servers are set up over a connection of the superuser, before any engine exists.
    return source.path.startswith("database/embedded/")


def test_callbacks_parse_ask_and_render_in_twelve_lines() -> None:
    long = [
        f"{source.at(node)} {node.name} ({code_lines(node)} lines)"
        for source, node in callbacks()
        if code_lines(node) > LONGEST_CALLBACK
    ]
    refuse("thin-callbacks", long)


def test_callbacks_never_try_nor_touch_a_session() -> None:
    found = [
        source.at(inner)
        for source, node in callbacks()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Try) or _is_named(inner, "session")
    ]
    refuse("callbacks-without-try-or-session", found)


def test_the_rules_of_callbacks_find_the_callbacks() -> None:
    assert {node.name for _, node in callbacks()} >= {"show", "show_page", "answer", "answered_by_score"}


def callbacks() -> list[tuple[Source, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions under a `….callback(…)` decorator, or given to it or to a `register_…`."""
    found = []
    for source in sources("callbacks"):
        given = {
            argument.id
            for call in ast.walk(source.tree)
            if isinstance(call, ast.Call) and (_makes_a_callback(call.func) or _registers(call.func))
            for argument in call.args
            if isinstance(argument, ast.Name)
        }
        found += [
            (source, node)
            for node in functions(source)
            if node.name in given or any(_makes_a_callback(each) for each in node.decorator_list)
        ]
    return found


def _makes_a_callback(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "callback"
    )


def _registers(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("register_")


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name


def test_files_fit_in_one_reading() -> None:
    long = [
        f"{source.path} ({source.text.count(chr(10))} lines)"
        for source in sources(*PRODUCT)
        if source.text.count("\n") > LONGEST_FILE
    ]
    refuse("file-too-long", long)


def test_functions_fit_on_one_screen() -> None:
    long = [
        f"{source.at(node)} {node.name} ({code_lines(node)} lines)"
        for source in sources(*PRODUCT)
        for node in functions(source)
        if code_lines(node) > LONGEST_FUNCTION
    ]
    refuse("function-too-long", long)


def test_names_say_what_a_thing_is() -> None:
    found = [path for path in tracked_files() if path.endswith(".py") and VAGUE_FILE.search(path)]
    found += [
        f"{source.at(node)} {node.name}"
        for source in sources(*PRODUCT)
        for node in functions(source)
        if VAGUE_FUNCTION.match(node.name)
    ]
    refuse("vague-name", found)


def test_modules_say_what_they_are_for() -> None:
    refuse("module-docstring", [s.path for s in sources(*PRODUCT) if not ast.get_docstring(s.tree)])


def test_the_clock_is_read_in_one_place() -> None:
    found = [
        source.at(node)
        for source in sources("callbacks", "layouts", "dashboard")
        if source.path != "dashboard/clock.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    ]
    refuse("clock-in-one-place", found)


def test_log_entries_are_of_a_known_category() -> None:
    """An unknown one would be stored as another, and found by nobody."""
    found = [
        source.at(value)
        for source in sources(*PRODUCT)
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call)
        for extra in call.keywords
        if extra.arg == "extra" and isinstance(extra.value, ast.Dict)
        for key, value in zip(extra.value.keys, extra.value.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "category"
        if not isinstance(value, ast.Constant) or value.value not in set(LogCategory)
    ]
    refuse("log-category", found)


@pytest.mark.parametrize(
    ("rule", "pattern", "folders"),
    [
        ("no-eval-or-pickle", r"\b(eval|exec)\(|\bpickle\b|\bjoblib\b|\bmarshal\b", PRODUCT),
        (
            "no-global-dash-registry",
            r"@(dash\.)?callback\(|register_page\(|dash\.hooks|from dash import .*\bcallback\b",
            PRODUCT,
        ),
        (
            "no-raw-html",
            r"dangerously_allow|srcDoc|html\.Script\b|html\.Base\b|DangerouslySetInnerHTML",
            PRODUCT,
        ),
        ("no-lazy-relationship", r"relationship\((?![^)]*lazy=\"raise\")", ("models",)),
        ("no-dash-tables", r"dash_table\b(?!/)|DataTable", PRODUCT),
        ("no-lazy-strings", r"lazy_gettext|lazy_string|LazyString", PRODUCT),
    ],
)
def test_what_must_not_occur_does_not(rule: str, pattern: str, folders: tuple[str, ...]) -> None:
    sought = re.compile(pattern)
    found = [
        f"{source.path}:{source.text.count(chr(10), 0, match.start()) + 1}"
        for source in sources(*folders)
        for match in sought.finditer(source.text)
    ]
    refuse(rule, found)


def test_the_tree_speaks_only_of_itself() -> None:
    machine = re.compile(r"(?<![\w./~-])/(?:work|root|home)/\w|pypi\.org|files\.pythonhosted|registry\.npmjs")
    found = []
    for path in tracked_files():
        if path.startswith(("assets/vendor/", "tests/architecture/")) or path.endswith(
            (".png", ".woff2", ".br", ".gz", ".ico")
        ):
            continue
        text = (source_text := _read(path)) or ""
        found += (
            [f"{path}:{n}" for n, line in enumerate(text.splitlines(), 1) if machine.search(line)]
            if source_text
            else []
        )
    refuse("speaks-only-of-itself", found)


def _read(path: str) -> str | None:
    from tests.architecture.source import ROOT

    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
