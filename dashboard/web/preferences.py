"""What a person chose for themselves: language and theme."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request

from dashboard import accounts
from dashboard.language import LANGUAGES
from dashboard.theme import Theme
from dashboard.web.access import Door, opens
from dashboard.web.signed_in import current_person
from models.errors import UserError
from models.messages import N_

blueprint = Blueprint("preferences", __name__)
CHOICES: Final[dict[str, frozenset[str]]] = {"language": frozenset(LANGUAGES), "theme": frozenset(Theme)}


@blueprint.get("/_session")
@opens(Door.SIGNED_IN)
def session() -> Response:
    """Say that the session still stands: pages that are left open ask now and then, in the background."""
    return Response(status=204)


@blueprint.put("/preferences")
@opens(Door.SIGNED_IN)
def preferences() -> Response:
    """Store the preferences given, each of which must be one of its choices."""
    given: Any = request.get_json()
    if not isinstance(given, dict) or any(
        not isinstance(value, str) or value not in CHOICES.get(name, ()) for name, value in given.items()
    ):
        raise UserError(N_("There is no such choice."))
    accounts.choose(current_person().user_id, given)
    return Response(status=204)
