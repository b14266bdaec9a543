"""Files from the browser, piece by piece: begin, add a piece, ask how far it is, give up."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, jsonify, request

from dashboard.data import uploads
from dashboard.data.uploads import Upload
from dashboard.web.access import opens
from dashboard.web.bodies import given_object
from dashboard.web.origins import takes_bytes
from dashboard.web.signed_in import current_person, settings
from models.access import Permission
from models.errors import UserError
from models.messages import N_

blueprint = Blueprint("uploads", __name__)
_MUST: Final = (("name", str), ("size", int), ("modified", int))


@blueprint.post("/uploads")
@opens(Permission.IMPORT_DATA)
def begin() -> tuple[Response, int]:
    """Make room for a file, or find the half of it that is here."""
    given = given_object()
    if not all(type(given.get(name)) is kind for name, kind in _MUST):
        raise UserError(N_("The request could not be understood."))
    person = current_person()
    upload = uploads.begin(_home(), person.user_id, given["name"], given["size"], given["modified"])
    return jsonify(_told(upload)), 201


@blueprint.get("/uploads/<upload_id>")
@opens(Permission.IMPORT_DATA)
def state(upload_id: str) -> Response:
    """How much of a file is here."""
    return jsonify(_told(_own(upload_id)))


@blueprint.put("/uploads/<upload_id>")
@opens(Permission.IMPORT_DATA)
@takes_bytes(uploads.PIECE)
def append(upload_id: str) -> Response:
    """Take the piece that begins at byte `offset`."""
    upload, offset = _own(upload_id), request.args.get("offset", type=int)
    if offset is None or request.content_length is None:
        raise UserError(N_("The request could not be understood."))
    uploads.append(upload, offset, request.stream, request.content_length)
    return jsonify(_told(upload))


@blueprint.delete("/uploads/<upload_id>")
@opens(Permission.IMPORT_DATA)
def remove(upload_id: str) -> Response:
    """Give up a file."""
    uploads.remove(_own(upload_id))
    return Response(status=204)


def _own(upload_id: str) -> Upload:
    return uploads.find(_home(), current_person().user_id, upload_id)


def _home() -> Path:
    return settings().home


def _told(upload: Upload) -> dict[str, object]:
    return {
        "upload": upload.upload_id,
        "name": upload.name,
        "size": upload.size,
        "stored": upload.stored,
        "piece": uploads.PIECE,
    }
