"""What a running job may say and ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from models.errors import UserError
from models.messages import Message


class JobCancelledError(UserError):
    """Somebody asked to cancel the run; what it has committed stays and can be resumed."""

    status = 409


class Control(Protocol):
    """One run's own view of itself; each call is a short transaction."""

    @property
    def job_id(self) -> int:
        """The run's row in `jobs`."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the run was asked to do, as JSON values."""

    def report(self, done: int, total: int, message: Message | None = None) -> None:
        """Say how far the run is; raises `JobCancelledError` when somebody asked to cancel it."""
