"""What the server is and how many connections it has for us."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from database.connection import get_db_session

_LIMITS = """
select current_setting('server_version_num')::int / 10000 as major,
       current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true), '0')::int as usable
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """The server's major version, and the connections that it leaves to ordinary roles."""

    major: int
    usable: int


def limits() -> Limits:
    """Ask the server."""
    with get_db_session() as session:
        row = session.execute(text(_LIMITS)).one()
    return Limits(row.major, row.usable)
