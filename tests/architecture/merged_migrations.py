"""What merged migrations hold: `python -m tests.architecture.merged_migrations` notes those that are new.

It never changes what was noted before: databases remember the files that made them.
"""

from __future__ import annotations

from pathlib import Path

from database.migration_files import read_migrations

NOTED = Path(__file__).with_name("merged_migrations.txt")


def noted() -> dict[str, str]:
    """The checksum of each migration when it was merged, by the file's name without its ending."""
    if not NOTED.exists():
        return {}
    return dict(line.split() for line in NOTED.read_text(encoding="ascii").splitlines())


def current() -> dict[str, str]:
    """The checksum of each migration as the folder has it."""
    return {migration.name: migration.checksum for migration in read_migrations()}


if __name__ == "__main__":
    both = {**current(), **noted()}
    lines = [f"{name} {checksum}\n" for name, checksum in sorted(both.items())]
    NOTED.write_text("".join(lines), encoding="ascii")
