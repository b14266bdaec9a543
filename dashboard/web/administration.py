"""What the pages of administrators ask for beside drawing: changes to people and banks."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from dashboard import clock
from dashboard.administration import banks, users
from dashboard.web.access import opens
from dashboard.web.bodies import given_object
from dashboard.web.signed_in import current_person
from models.access import Permission

blueprint = Blueprint("administration", __name__)


@blueprint.post("/users")
@opens(Permission.MANAGE_USERS)
def create_user() -> tuple[Response, int]:
    """Make an account; its first password is in the answer and nowhere else."""
    made = users.create(current_person().user_id, given_object())
    return _said(made), 201


@blueprint.post("/users/<int:user_id>/<change>")
@opens(Permission.MANAGE_USERS)
def change_user(user_id: int, change: str) -> Response:
    """Change one thing of an account."""
    return _said(users.change(current_person().user_id, user_id, change, given_object(), now=clock.now()))


@blueprint.post("/banks/<code>")
@opens(Permission.MANAGE_BANKS)
def change_bank(code: str) -> Response:
    """Change a bank's name, threshold, limits, zone or currency."""
    banks.change(current_person(), code, given_object())
    return jsonify(bank=code)


def _said(made: users.Made) -> Response:
    answer = jsonify(user=made.user_id, password=made.password)
    answer.headers["Cache-Control"] = "no-store"
    return answer
