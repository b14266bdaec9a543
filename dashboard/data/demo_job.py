"""The removal of the demo as a job: all of it or nothing, and nothing the second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.jobs.control import Control
from database.demo import remove_demo
from database.owner import owner_session
from models.errors import UserError
from models.messages import N_, Message

DEMO: Final = "demo"


def demo_lock(_parameters: Mapping[str, Any]) -> str:
    """Remove once at a time."""
    return "remove demo"


def run_remove_demo(control: Control) -> Mapping[str, Any]:
    """Delete the demo's banks with all their rows, its runs and its people."""
    if control.parameters.get("name") != DEMO:
        raise UserError(N_("Type the name as it stands there: {name}."), name=DEMO)
    control.report(0, 1)
    with owner_session() as owner:
        banks = remove_demo(owner)
    control.report(1, 1, Message(N_("{count} banks removed"), {"count": banks}))
    return {"banks": banks}
