"""Write docs/reference/ from the code: `python -m tests.architecture.make_reference`; a test compares."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import AliasChoices

import models
from callbacks.application import create_application
from dashboard.config import WebSettings
from dashboard.jobs.registry import JOB_KINDS
from dashboard.web.access import access_of
from database.config import DatabaseConfig, Settings
from database.metrics import METRICS
from layouts.pages import PAGES
from models.access import ROLE_PERMISSIONS, Permission, Role
from models.alerts import TRANSITIONS
from models.base import Base
from models.scope import SCOPED_TABLES
from tests.architecture.source import ROOT

FOLDER = ROOT / "docs/reference"
HEAD = (
    "<!-- Generated from the code; change the code and run "
    "`python -m tests.architecture.make_reference`. -->\n"
)


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    heads = list(columns)
    lines = [heads, ["---"] * len(heads), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def settings() -> str:
    text = "# Settings\n\nFrom the environment or `.env`; the first name that is set wins.\n"
    for owner in (DatabaseConfig, WebSettings):
        text += f"\n## {(owner.__doc__ or '').splitlines()[0]}\n\n"
        text += table(("name", "default"), _fields(owner))
    return text


def _fields(owner: type[Settings]) -> Iterable[tuple[str, str]]:
    for name, field in owner.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [str(alias or name).upper()]
        names = [str(choice) for choice in choices]
        default = field.default
        if isinstance(default, Path):
            default = default.name
        shown = "" if default is None or "Undefined" in repr(default) else f"`{default}`"
        yield ", ".join(f"`{n}`" for n in names), shown


def permissions() -> str:
    rows = [(f"`{p}`", *("✓" if p in ROLE_PERMISSIONS[r] else "–" for r in Role)) for p in Permission]
    return "# Permissions\n\n" + table(("permission", *Role), rows)


def alerts() -> str:
    rows = [(f"`{a}`", ", ".join(f"`{b}`" for b in sorted(after))) for a, after in TRANSITIONS.items()]
    return "# Alert statuses\n\n" + table(("from", "may go to"), rows)


def metrics() -> str:
    rows = [(f"`{m.slug}`", m.label, m.unit, m.definition) for m in METRICS.values()]
    return "# Metrics\n\n" + table(("slug", "name", "unit", "definition"), rows)


def pages() -> str:
    rows = [(f"`{p.path}`", p.name, f"`{p.permission}`") for p in PAGES.values()]
    kinds = [(f"`{k.slug}`", k.name) for k in JOB_KINDS.values()]
    return (
        "# Pages and jobs\n\n"
        + table(("address", "page", "permission"), rows)
        + "\n## Kinds of jobs\n\n"
        + table(("slug", "name"), kinds)
    )


def routes() -> str:
    with tempfile.TemporaryDirectory() as home:
        found = WebSettings.from_env().model_copy(update={"home": Path(home)})
        server = create_application(found).server
    rows = sorted(
        (
            f"`{rule.rule}`",
            " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            str(access_of(server, rule.endpoint)),
        )
        for rule in server.url_map.iter_rules()
    )
    return "# Routes\n\nEvery address and for whom it is open.\n\n" + table(
        ("address", "methods", "open to"), rows
    )


def tables() -> str:
    assert models.__doc__
    text = "# Tables\n\nTables marked *bank* are under row-level security by bank.\n"
    for one in Base.metadata.sorted_tables:
        scope = " (*bank*)" if one.name in SCOPED_TABLES else ""
        keys = set(one.primary_key.columns.keys())
        rows = [
            (
                f"`{c.name}`" + (" key" if c.name in keys else ""),
                str(c.type).lower(),
                "yes" if c.nullable else "",
            )
            for c in one.columns
        ]
        text += f"\n## {one.name}{scope}\n\n" + table(("column", "type", "may be null"), rows)
    return text


PAGES_OF_REFERENCE = {
    "settings": settings,
    "permissions": permissions,
    "alert-statuses": alerts,
    "metrics": metrics,
    "pages": pages,
    "routes": routes,
    "tables": tables,
}


def current() -> dict[str, str]:
    """Every page of the reference by its file name, as the code has it now."""
    return {f"{name}.md": HEAD + "\n" + make() for name, make in PAGES_OF_REFERENCE.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in current().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
