"""Whether this process lives, and whether it can work; for programs, without login and without details."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from flask import Blueprint, Response, jsonify

from dashboard.web.access import Door, opens
from database.connection import get_db_session
from database.health import health_check
from database.migration_files import read_migrations
from database.queue import heartbeat_age_s

blueprint = Blueprint("health", __name__)
LONGEST_SILENCE_S: Final = 60


@blueprint.get("/health")
@opens(Door.EVERYBODY)
def health() -> Response:
    """This process answers."""
    return jsonify(status="ok")


@blueprint.get("/ready")
@opens(Door.EVERYBODY)
def ready() -> tuple[Response, int]:
    """The database answers with the schema that this version needs, and its worker has not died."""
    found = health_check()
    can_work = found.is_up and (found.schema_version or 0) >= newest_schema() and is_worker_alive()
    return jsonify(status="ready" if can_work else "not ready"), 200 if can_work else 503


def is_worker_alive() -> bool:
    """Whether no worker is missed: one that was stopped in order signs off, a dead one goes silent.

    None at all is no fault: pages are right without one, and it starts only once the first page is up.
    """
    with get_db_session() as session:
        age_s = heartbeat_age_s(session)
    return age_s is None or age_s <= LONGEST_SILENCE_S


@lru_cache(maxsize=1)
def newest_schema() -> int:
    """The number of the newest migration that this version brings."""
    return max(migration.version for migration in read_migrations())
