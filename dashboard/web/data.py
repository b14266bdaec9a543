"""What the Data page asks for beside drawing: runs begun, cancelled and repeated, imports undone, rejects."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, send_file

from dashboard import formatting as f
from dashboard.data import actions
from dashboard.data.demo_job import DEMO
from dashboard.language import Translator, translator
from dashboard.web.access import opens
from dashboard.web.bodies import given_object
from dashboard.web.signed_in import current_locale, current_person, settings
from models.access import Permission
from models.errors import UserError
from models.messages import N_

blueprint = Blueprint("data", __name__, url_prefix="/data")


@blueprint.post("/checks")
@opens(Permission.IMPORT_DATA)
def check() -> tuple[Response, int]:
    """Begin a dry run of an uploaded file."""
    return _started(actions.CHECK)


@blueprint.post("/imports")
@opens(Permission.IMPORT_DATA)
def begin_import() -> tuple[Response, int]:
    """Begin the import of an uploaded file."""
    return _started(actions.IMPORT)


@blueprint.post("/runs/<int:job_id>/cancel")
@opens(Permission.IMPORT_DATA)
def cancel(job_id: int) -> tuple[Response, int]:
    """Ask a run to end."""
    return jsonify(status=actions.cancel(current_person(), job_id)), 202


@blueprint.post("/runs/<int:job_id>/retry")
@opens(Permission.IMPORT_DATA)
def retry(job_id: int) -> tuple[Response, int]:
    """Begin a run again."""
    return jsonify(job=actions.retry(current_person(), job_id)), 202


@blueprint.get("/runs/<int:job_id>/rejects")
@opens(Permission.IMPORT_DATA)
def rejects(job_id: int) -> Response:
    """What a run did not store, with the reason per row."""
    path = actions.rejects_of(current_person(), settings().home, job_id)
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name=f"rejects-{job_id}.csv")


@blueprint.get("/datasets/<bank>/<int:dataset_id>/affected")
@opens(Permission.IMPORT_DATA)
def affected(bank: str, dataset_id: int) -> Response:
    """What an undo would take away, in words."""
    found, locale = actions.affected(current_person(), bank, dataset_id), current_locale()
    t = translator(locale)
    counted: tuple[tuple[int, str], ...] = (
        (found.transactions, N_("{count} transactions go, and no figure counts them any more.")),
        (found.labels, N_("{count} labels go with them.")),
        (found.alerts, N_("{count} alerts go with them, their decisions and notes too.")),
    )
    if not found.transactions:
        counted = ((found.rows, N_("{count} rows of it go.")),)
    sentences = [t(words, count=f.count(number, locale)) for number, words in counted if number]
    return jsonify(
        title=t(N_("Undo {name}?"), name=found.name),
        sentences=[
            *sentences,
            t(N_("Customers and merchants that nothing else names go too.")),
            t(N_("The file can be imported again.")),
        ],
        action=t(N_("Undo {count} rows"), count=f.count(found.transactions or found.rows, locale)),
        **_typed(t, found.name),
    )


@blueprint.post("/datasets/<bank>/<int:dataset_id>/undo")
@opens(Permission.IMPORT_DATA)
def undo(bank: str, dataset_id: int) -> tuple[Response, int]:
    """Take an import back; the body holds its name."""
    return jsonify(job=actions.undo(current_person(), bank, dataset_id, _name())), 202


@blueprint.get("/demo")
@opens(Permission.MANAGE_DATA)
def demo() -> Response:
    """What the removal of the demo would take away, in words."""
    t = translator(current_locale())
    return jsonify(
        title=t(N_("Remove the demo?")),
        sentences=[
            t(N_("Its banks go, with every transaction, label, alert and run of theirs.")),
            t(N_("Its people go, and can no longer sign in.")),
            t(N_("Your own data stay. No start brings the demo back.")),
        ],
        action=t(N_("Remove the demo")),
        **_typed(t, DEMO),
    )


@blueprint.post("/demo/remove")
@opens(Permission.MANAGE_DATA)
def remove_demo() -> tuple[Response, int]:
    """Remove the demo; the body holds its name."""
    return jsonify(job=actions.remove_demo(current_person(), _name())), 202


def _started(kind: str) -> tuple[Response, int]:
    given = given_object()
    upload, form = given.get("upload"), given.get("form")
    if not isinstance(upload, str) or not isinstance(form, dict):
        raise UserError(N_("The request could not be understood."))
    return jsonify(job=actions.start(current_person(), settings().home, kind, upload, form)), 202


def _typed(t: Translator, name: str) -> dict[str, str]:
    return {"name": name, "typed": t(N_("To go on, type {name}"), name=name)}


def _name() -> str:
    name = given_object().get("name")
    return name if isinstance(name, str) else ""
