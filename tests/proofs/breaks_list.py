"""The deliberate breaks: what each changes, the one check that runs, and the rule that it must name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RULES = "tests/architecture/test_source_rules.py::"
NEVER = RULES + "test_what_must_not_occur_does_not"
WORDS = "tests/architecture/test_text_rules.py::"
DOCS = "tests/architecture/test_docs.py::"
SCHEMA = "tests/models/test_schema.py::"


@dataclass(frozen=True)
class Edit:
    """Replace `old` by `new` once; without `old` append, with `new` None delete."""

    path: str
    old: str = ""
    new: str | None = ""

    def apply(self, tree: Path) -> None:
        """Make the change; text that is not there is a mistake in this list."""
        file = tree / self.path
        if self.new is None:
            file.unlink()
        elif not self.old:
            file.write_text(
                (file.read_text(encoding="utf-8") if file.exists() else "") + self.new, encoding="utf-8"
            )
        else:
            text = file.read_text(encoding="utf-8")
            if self.old not in text:
                raise LookupError(f"{self.path} no longer holds {self.old!r}")
            file.write_text(text.replace(self.old, self.new, 1), encoding="utf-8")


@dataclass(frozen=True)
class Break:
    """One broken rule: its edits, the check (a pytest node) and the rule's name in the check's output."""

    slug: str
    edits: Sequence[Edit]
    check: str
    rule: str

    @property
    def paths(self) -> set[str]:
        """The files that the break touches."""
        return {edit.path for edit in self.edits}

    def apply(self, tree: Path) -> None:
        """Make all its changes."""
        for edit in self.edits:
            edit.apply(tree)


BREAKS = (
    Break(
        "import-against-the-order",
        [Edit("models/alerts.py", new="\nfrom dashboard import clock as _clock\n")],
        "tests/architecture/test_layers.py",
        "import-contracts",
    ),
    Break(
        "web-knows-the-owner",
        [Edit("callbacks/overview.py", new="\nfrom database.owner import owner_session as _owner\n")],
        "tests/architecture/test_layers.py",
        "import-contracts",
    ),
    Break(
        "sql-in-a-callback",
        [Edit("callbacks/overview.py", new='\n_ROWS = "SELECT count(*) FROM transactions"\n')],
        RULES + "test_sql_stands_in_database_alone",
        "sql-only-in-database",
    ),
    Break(
        "commit-in-a-query",
        [
            Edit(
                "database/queries/jobs.py",
                new="\n\ndef _keep(session: Session) -> None:\n    session.commit()\n",
            )
        ],
        RULES + "test_only_the_connection_module_commits",
        "only-connection-commits",
    ),
    Break(
        "a-vague-name",
        [Edit("dashboard/clock.py", new='\n\ndef handle_time() -> None:\n    """Do."""\n')],
        RULES + "test_names_say_what_a_thing_is",
        "vague-name",
    ),
    Break(
        "a-second-clock",
        [
            Edit(
                "dashboard/overview/__init__.py",
                new="\nfrom datetime import UTC, datetime\n_NOW = datetime.now(tz=UTC)\n",
            )
        ],
        RULES + "test_the_clock_is_read_in_one_place",
        "clock-in-one-place",
    ),
    Break(
        "a-lazy-relationship",
        [
            Edit(
                "models/users.py",
                new='\nfrom sqlalchemy.orm import relationship\n_banks = relationship("UserBank")\n',
            )
        ],
        NEVER,
        "no-lazy-relationship",
    ),
    Break(
        "eval",
        [Edit("dashboard/filters.py", new='\n_two = eval("1 + 1")\n')],
        NEVER,
        "no-eval-or-pickle",
    ),
    Break(
        "raw-html",
        [Edit("layouts/panels.py", new='\n_raw = {"dangerously_allow_html": True}\n')],
        NEVER,
        "no-raw-html",
    ),
    Break(
        "a-machine-path",
        [Edit("docs/adding.md", new="\nSee /" + "home/ana/vigie for more.\n")],
        RULES + "test_the_tree_speaks_only_of_itself",
        "speaks-only-of-itself",
    ),
    Break(
        "a-long-function",
        [Edit("dashboard/clock.py", new='\n\ndef long() -> None:\n    """Do."""\n' + "    print()\n" * 41)],
        RULES + "test_functions_fit_on_one_screen",
        "function-too-long",
    ),
    Break(
        "a-bare-literal",
        [Edit("layouts/panels.py", new='\n_said = html.Div("Nothing to see")\n')],
        WORDS + "test_pages_show_no_bare_literal",
        "bare-literal",
    ),
    Break(
        "a-sentence-without-french",
        [
            Edit(
                "database/queue.py",
                new='\nfrom models.messages import N_\n_said = N_("The queue is very long.")\n',
            )
        ],
        WORDS + "test_every_sentence_has_its_french",
        "french-complete",
    ),
    Break(
        "an-undocumented-setting",
        [Edit(".env.example", "SLOW_QUERY_MS", "SLOWER_QUERY_MS")],
        "tests/dashboard/test_config.py",
        "test_the_example_file_names_every_setting_with_its_default",
    ),
    Break(
        "a-missing-down-file",
        [Edit("migrations/013_create_outbox_and_cache.down.sql", new=None)],
        "tests/migrations/test_schema.py::test_every_file_of_the_folder_is_a_migration_or_its_way_back",
        "way back",
    ),
    Break(
        "a-check-that-differs-from-its-enum",
        [
            Edit(
                "models/jobs.py",
                '    CANCELLED = "cancelled"\n',
                '    CANCELLED = "cancelled"\n    PAUSED = "paused"\n',
            )
        ],
        SCHEMA + "test_every_check_of_choices_holds_exactly_the_values_of_its_enum",
        "test_every_check_of_choices_holds_exactly_the_values_of_its_enum",
    ),
    Break(
        "a-column-without-a-migration",
        [
            Edit(
                "models/jobs.py",
                "    log_tail: Mapped[str]",
                "    note: Mapped[str | None]\n    log_tail: Mapped[str]",
            )
        ],
        SCHEMA + "test_alembic_finds_no_difference_either_way",
        "test_alembic_finds_no_difference_either_way",
    ),
    Break(
        "a-table-in-neither-list",
        [Edit("models/scope.py", '"transactions"', '"transaction"')],
        "tests/models/test_scope.py::test_the_lists_are_those_of_the_design",
        "test_the_lists_are_those_of_the_design",
    ),
    Break(
        "a-changed-permission",
        [Edit("models/access.py", "    Permission.EXPORT,\n", "")],
        "tests/models/test_access.py",
        "role-permissions",
    ),
    Break(
        "a-changed-transition",
        [Edit("models/alerts.py", "AlertStatus.ESCALATED: ", "AlertStatus.ESCALATED: frozenset() and ")],
        "tests/models/test_alerts.py",
        "test_the_graph_is_the_catalogues",
    ),
    Break(
        "an-unpinned-dependency",
        [Edit("requirements.txt", new="leftpad>=1\n")],
        DOCS + "test_every_dependency_is_pinned_and_explained",
        "pinned-dependencies",
    ),
    Break(
        "an-unexplained-dependency",
        [Edit("requirements.txt", new="leftpad==1.0.0\n")],
        DOCS + "test_every_dependency_is_pinned_and_explained",
        "explained-dependencies",
    ),
    Break(
        "a-stale-reference",
        [Edit("docs/reference/metrics.md", new="\nMore.\n")],
        "tests/architecture/test_reference.py",
        "reference-current",
    ),
)
