"""The deliberate breaks that only the application, put together or running, can show."""

from __future__ import annotations

from tests.proofs.breaking import Break, Edit

MATRIX = "tests/architecture/test_access_matrix.py::"
PAGES = "tests/architecture/test_pages.py::"
RULES = "tests/architecture/test_source_rules.py::"
SHOW = '    """Answer the address."""\n'

APPLICATION = (
    Break(
        "an-unguarded-callback",
        [
            Edit(
                "callbacks/shell.py",
                "    callbacks = PageCallbacks(app, SHELL)\n",
                '    app.callback(Output(shell.TOAST, "title"), Input(shell.URL, "hash"))(str)\n'
                "    callbacks = PageCallbacks(app, SHELL)\n",
            )
        ],
        MATRIX + "test_every_callback_is_guarded_and_stands_once",
        "unguarded-callback",
    ),
    Break(
        "a-callback-nobody-listed",
        [
            Edit(
                "callbacks/shell.py",
                "    callbacks = PageCallbacks(app, SHELL)\n",
                "    callbacks = PageCallbacks(app, SHELL)\n"
                '    callbacks.callback(Output(shell.TOAST, "title"), Input(shell.URL, "hash"))(str)\n',
            )
        ],
        MATRIX + "test_every_callback_is_known_here_by_name",
        "callback-table",
    ),
    Break(
        "a-thick-callback",
        [Edit("callbacks/overview.py", SHOW, SHOW + "    len(OUTPUTS)\n" * 13)],
        RULES + "test_callbacks_parse_ask_and_render_in_twelve_lines",
        "thin-callbacks",
    ),
    Break(
        "a-try-in-a-callback",
        [
            Edit(
                "callbacks/overview.py",
                SHOW,
                SHOW + "    try:\n        len(OUTPUTS)\n    finally:\n        pass\n",
            )
        ],
        RULES + "test_callbacks_never_try_nor_touch_a_session",
        "callbacks-without-try-or-session",
    ),
    Break(
        "an-unguarded-route",
        [
            Edit(
                "dashboard/web/health.py",
                new='\n\n@blueprint.get("/forgotten")\n'
                'def forgotten() -> str:\n    """Open."""\n    return "open"\n',
            )
        ],
        MATRIX + "test_every_route_says_for_whom_it_is",
        "unguarded-route",
    ),
    Break(
        "a-route-opened-to-strangers",
        [
            Edit(
                "callbacks/application.py",
                '"/_dash-layout": Door.SIGNED_IN',
                '"/_dash-layout": Door.EVERYBODY',
            )
        ],
        MATRIX + "test_routes_open_for_exactly_those_they_are_for[stranger]",
        "access-matrix",
    ),
    Break(
        "a-forgotten-scope",
        [
            Edit(
                "dashboard/overview/ask.py",
                "read_only(banks=person.banks)",
                "read_only()",
            )
        ],
        PAGES + "test_a_signed_in_person_gets_every_page_that_the_role_opens[analyst-en]",
        "toast-failure",
    ),
    Break(
        "a-scope-of-every-bank",
        [
            Edit(
                "dashboard/seen.py",
                "import BankSettings, newest_own, ",
                "import BankSettings, every_bank, newest_own, ",
            ),
            Edit("dashboard/seen.py", "visible_banks(session, person)", "every_bank(session)"),
        ],
        MATRIX + "test_an_analyst_of_another_bank_sees_nothing_of_this_one",
        "saw",
    ),
    Break(
        "a-table-without-its-policy",
        [
            Edit(
                "migrations/001_create_banks.sql",
                "execute format('alter table %s force row level security', scoped);",
                "null;",
            )
        ],
        "tests/models/test_scope.py::test_scope_is_forced_on_every_scoped_table_and_on_no_other",
        "test_scope_is_forced_on_every_scoped_table_and_on_no_other",
    ),
    Break(
        "an-unknown-component-id",
        [Edit("layouts/pages/transactions.py", "id=NOTICES", 'id=NOTICES + "s"')],
        PAGES + "test_callbacks_name_ids_that_exist",
        "unknown-id",
    ),
    Break(
        "a-doubled-component-id",
        [Edit("layouts/pages/transactions.py", "id=CHIPS", "id=NOTICES")],
        PAGES + "test_an_id_stands_once_on_a_page",
        "doubled-id",
    ),
    Break(
        "a-literal-component-id",
        [Edit("callbacks/sheets.py", "State(shell.URL, ", 'State("url", ')],
        PAGES + "test_ids_are_constants_beside_their_layout",
        "id-constant",
    ),
    Break(
        "english-on-a-french-page",
        [Edit("layouts/pages/alerts.py", "html.H1(t(PAGE.name)", "html.H1(PAGE.name")],
        PAGES + "test_a_french_page_holds_no_english",
        "untranslated",
    ),
    Break(
        "stale-tokens",
        [Edit("assets/00_tokens.css", new="\n:root { --accent: red; }\n")],
        "tests/dashboard/test_theme.py::test_generated_files_are_current",
        "generated-files",
    ),
    Break(
        "a-pack-function-that-differs-from-the-record",
        [
            Edit(
                "database/segments/record.py", '        ("channel", "u1"),\n', '        ("channel", "<u2"),\n'
            )
        ],
        "tests/database/segments/test_pack.py::test_the_migrations_are_those_generated_from_the_record",
        "test_the_migrations_are_those_generated_from_the_record",
    ),
    Break(
        "a-kind-of-job-without-its-contract",
        [
            Edit(
                "dashboard/jobs/registry.py",
                'JobKind("import", N_("Import"), run_import, import_lock, follow),',
                'JobKind("import", N_("Import"), run_import, import_lock, follow),\n'
                '        JobKind("again", N_("Import"), run_import, import_lock),',
            )
        ],
        "tests/dashboard/jobs/test_registry.py::test_every_kind_has_its_example",
        "test_every_kind_has_its_example",
    ),
)
