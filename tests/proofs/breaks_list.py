"""The deliberate breaks of rules over source, words, schema and documents; the others join at the end."""

from __future__ import annotations

from tests.proofs.breaking import Break, Edit
from tests.proofs.breaks_of_the_application import APPLICATION

RULES = "tests/architecture/test_source_rules.py::"
NEVER = RULES + "test_what_must_not_occur_does_not"
LAYERS = "tests/architecture/test_layers.py::test_import_contracts_are_kept"
WORDS = "tests/architecture/test_text_rules.py::"
DOCS = "tests/architecture/test_docs.py::"
SCHEMA = "tests/models/test_schema.py::"


BREAKS = (
    Break(
        "import-against-the-order",
        [Edit("models/alerts.py", new="\nfrom dashboard import clock as _clock\n")],
        LAYERS,
        "imports flow one way BROKEN",
    ),
    Break(
        "web-knows-the-owner",
        [Edit("callbacks/overview.py", new="\nfrom database.owner import owner_session as _owner\n")],
        LAYERS,
        "maintenance BROKEN",
    ),
    Break(
        "a-cycle",
        [
            Edit(
                "dashboard/periods.py",
                new="\n\ndef _view() -> None:\n    from dashboard.view import View\n\n    del View\n",
            )
        ],
        LAYERS,
        "no cycles BROKEN",
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
        "a-setting-that-nothing-reads",
        [Edit("dashboard/accounts.py", "settings.session_hours", "12")],
        "tests/architecture/test_catalogue.py::test_a_delivered_setting_is_read",
        "setting-unread",
    ),
    Break(
        "a-function-that-nobody-calls",
        [Edit("dashboard/clock.py", new='\n\ndef tomorrow() -> None:\n    """Do."""\n')],
        "tests/architecture/test_unused.py::test_nothing_is_defined_that_nobody_uses",
        "unused-name",
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
    Break(
        "a-mistake-in-bare-english",
        [
            Edit(
                "database/queue.py",
                new="\nfrom models.errors import UserError\n\n\n"
                'def _no() -> None:\n    raise UserError("No.")\n',
            )
        ],
        WORDS + "test_mistakes_are_told_in_marked_sentences",
        "unmarked-sentence",
    ),
    Break(
        "french-that-drops-a-parameter",
        [Edit("dashboard/translations/fr/jobs.po", "d’exécution {job_id}.", "d’exécution.")],
        WORDS + "test_french_fills_the_same_parameters",
        "french-parameters",
    ),
    Break(
        "an-unused-import",
        [Edit("dashboard/clock.py", "from __future__ import annotations\n", "import json\n")],
        "tests/architecture/test_lint.py::test_ruff_finds_nothing[rules]",
        "F401",
    ),
    Break(
        "an-edited-merged-migration",
        [Edit("migrations/004_create_parties.sql", new="\n-- More.\n")],
        "tests/architecture/test_migrations.py::test_merged_migrations_are_as_they_were",
        "merged-migration",
    ),
    *APPLICATION,
)
