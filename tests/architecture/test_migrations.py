"""A merged migration is never edited, removed or renamed: databases remember the files that made them."""

from __future__ import annotations

from tests.architecture.merged_migrations import current, noted


def test_merged_migrations_are_as_they_were() -> None:
    now, before = current(), noted()
    changed = sorted(name for name, checksum in before.items() if now.get(name) != checksum)
    assert before
    assert not changed, f"merged-migration: {changed}: put the file back and write a new migration"


def test_every_migration_is_noted() -> None:
    missing = sorted(set(current()) - set(noted()))
    assert not missing, f"merged-migration: {missing}: run python -m tests.architecture.merged_migrations"
