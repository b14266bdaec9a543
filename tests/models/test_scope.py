"""Which tables are under the bank scope: both lists by hand, and what the server says of each."""

from __future__ import annotations

import pytest

from models.scope import SCOPED_TABLES, UNSCOPED_TABLES
from tests.migrations.catalog import rows, tables
from tests.servers import Database

# Typed from DESIGN.md, section 4, as far as the tables exist. A new table belongs into one of the two.
SCOPED = {
    "customers",
    "merchants",
    "ml_features",
    "transactions",
    "fraud_labels",
    "fraud_patterns",
    "anomaly_patterns",
    "pattern_transactions",
    "alerts",
    "alert_transactions",
    "alert_events",
    "datasets",
    "dataset_jobs",
    "calendar_events",
    "model_predictions",
    "segments",
    "segment_tail",
}
UNSCOPED = {
    "banks",
    "users",
    "user_banks",
    "user_sessions",
    "login_history",
    "jobs",
    "outbox",
    "audit_log",
    "system_logs",
    "cache_entries",
    "codes",
    "exchange_rates",
    "decision_reasons",
    "model_versions",
    "schema_migrations",
}
# These know a bank, or may, and are read by a function that checks the person.
KNOW_A_BANK = {"banks", "user_banks", "system_logs", "audit_log", "outbox"}
SCOPE = (
    "(bank_id = ANY (( SELECT (string_to_array(current_setting('vigie.banks'::text, true), ','::text))"
    "::integer[] AS string_to_array)::integer[]))"
)


def test_the_lists_are_those_of_the_design() -> None:
    assert SCOPED_TABLES == SCOPED
    assert UNSCOPED_TABLES == UNSCOPED


@pytest.mark.committed
def test_every_table_is_in_exactly_one_of_the_lists(committed: Database) -> None:
    assert not SCOPED & UNSCOPED
    assert set(tables(committed.owner_url)) == SCOPED | UNSCOPED


@pytest.mark.committed
@pytest.mark.every_postgres
def test_scope_is_forced_on_every_scoped_table_and_on_no_other(committed: Database) -> None:
    secured = rows(
        committed.owner_url,
        "select relname from pg_class where relrowsecurity and relforcerowsecurity order by 1",
    )
    half = rows(
        committed.owner_url, "select relname from pg_class where relrowsecurity <> relforcerowsecurity"
    )
    assert {name for (name,) in secured} == SCOPED
    assert half == []


@pytest.mark.committed
@pytest.mark.every_postgres
def test_the_two_policies_of_a_scoped_table_are_these_and_no_more(committed: Database) -> None:
    policies = rows(
        committed.owner_url,
        "select tablename, policyname, permissive, roles::text[], cmd, qual, with_check from pg_policies"
        " order by 1, 2",
    )
    expected = []
    for table in sorted(SCOPED):
        people = ["vigie_app", "vigie_reader"]
        expected.append((table, "bank_scope", "PERMISSIVE", people, "ALL", SCOPE, SCOPE))
        expected.append((table, "owner_all", "PERMISSIVE", ["vigie_owner"], "ALL", "true", "true"))
    assert [(*row[:3], sorted(row[3]), *row[4:]) for row in policies] == expected


@pytest.mark.committed
def test_a_required_bank_outside_the_scope_is_known_by_hand(committed: Database) -> None:
    known = rows(
        committed.owner_url,
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'bank_id'"
        " and not c.relrowsecurity order by 1",
    )
    assert {name for (name,) in known} == KNOW_A_BANK
