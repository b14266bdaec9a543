"""Install the background handler in a process, and log single events from scripts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from database import context
from database.logs.entries import LogEntry, LogLevel
from database.logs.handler import CATEGORIES, StoreHandler
from database.logs.redaction import redact, redact_details
from database.logs.stores import current_store

logger = logging.getLogger(__name__)
OWN_LOGGERS = ("app", "callbacks", "dashboard", "database", "procrastinate")


def store_logs(service: str, *, level: str = "INFO") -> StoreHandler:
    """Send this process's records from `level` on to the store; say which store is in use."""
    handler = StoreHandler(current_store, service=service)
    handler.setLevel(level)
    for name in OWN_LOGGERS:
        owner = logging.getLogger(name)
        owner.addHandler(handler)
        if owner.getEffectiveLevel() > handler.level:
            owner.setLevel(handler.level)
    logger.info("%s started; log entries go to %s", service, current_store().name)
    return handler


def log_system_event(
    service: str, level: str, message: str, details: Mapping[str, Any] | None = None
) -> None:
    """Write one entry now, for scripts and notebooks; a store that fails is a warning, never an error.

    `level` is a name of `LogLevel` in any case; `details["category"]` may name the category.
    """
    given = dict(details or {})
    category = given.pop("category", "web")
    acting = context.current()
    entry = LogEntry(
        created_at=datetime.now(tz=UTC),
        service=service,
        category=category if category in CATEGORIES else "web",
        level=LogLevel(level.upper()).value,
        logger=__name__,
        message=redact(message),
        details=redact_details(given),
        request_id=acting.request_id,
        user_id=acting.user_id,
        path=acting.page,
    )
    try:
        current_store().write([entry])
    except Exception as error:  # noqa: BLE001 - an event that cannot be stored must not stop its cause
        logger.warning("A log entry could not be stored: %s", redact(str(error)))
