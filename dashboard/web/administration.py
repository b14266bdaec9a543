"""What the pages of administrators ask for beside drawing: changes to people and banks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from dashboard import clock
from dashboard.administration import banks, users
from dashboard.web.access import opens
from dashboard.web.signed_in import current_person
from models.access import Permission
from models.messages import N_

blueprint = Blueprint("administration", __name__)


@blueprint.post("/users")
@opens(Permission.MANAGE_USERS)
def create_user() -> tuple[Response, int]:
    """Make an account; its first password is in the answer and nowhere else."""
    made = users.create(current_person().user_id, _given())
    return _said(made), 201


@blueprint.post("/users/<int:user_id>/<change>")
@opens(Permission.MANAGE_USERS)
def change_user(user_id: int, change: str) -> Response:
    """Change one thing of an account."""
    return _said(users.change(current_person().user_id, user_id, change, _given(), now=clock.now()))


@blueprint.post("/banks/<code>")
@opens(Permission.MANAGE_BANKS)
def change_bank(code: str) -> Response:
    """Change a bank's name, threshold, limits, zone or currency."""
    banks.change(current_person(), code, _given())
    return jsonify(bank=code)


def _said(made: users.Made) -> Response:
    answer = jsonify(user=made.user_id, password=made.password)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _given() -> dict[str, Any]:
    given: Any = request.get_json()
    if not isinstance(given, dict):
        raise users.MalformedError(N_("The request could not be understood."))
    return given
