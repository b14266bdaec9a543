"""Lists of payments for the grid, and files of exactly what is filtered; each guarded like a callback."""

from __future__ import annotations

import logging
import threading
from typing import Final

import orjson
from flask import Blueprint, Response, request

from dashboard import clock
from dashboard.filters import LONGEST_QUERY
from dashboard.language import translator
from dashboard.transactions import ask
from dashboard.transactions.export import Kind, export
from dashboard.transactions.lines import lines
from dashboard.web.access import opens
from dashboard.web.signed_in import current_locale, current_person
from database.context import acting
from models.access import Permission, Person
from models.errors import NotFoundError, UnavailableError, UserError
from models.messages import N_

LOGGER = logging.getLogger(__name__)
LONGEST_PLACE: Final = 400
MOST_EXPORTS: Final = 3
# A reader may take as long as it likes over a file: the other threads are the pages'.
_EXPORTS = threading.BoundedSemaphore(MOST_EXPORTS)
blueprint = Blueprint("listing", __name__)


@blueprint.get("/_rows")
@opens(Permission.VIEW_DASHBOARDS)
def more_rows() -> Response:
    """The rows of the address `q` behind the place `after`, or from the value `at` on; else the first."""
    query, after, at = (request.args.get(name, "") for name in ("q", "after", "at"))
    if max(len(after), len(at)) > LONGEST_PLACE:
        raise UserError(N_("This place in the list does not exist. Load the page again."))
    with acting(page="/transactions"):
        view, block = ask.more(current_person(), query, after or None, at=at or None, now=clock.now())
    locale = current_locale()
    found = [] if view is None or block is None else lines(block, view, locale, translator(locale))
    answer = {"rows": found, "after": block.after if block else None, "ms": block.query_ms if block else 0}
    return Response(orjson.dumps(answer), mimetype="application/json")


@blueprint.get("/export/transactions.<kind>")
@opens(Permission.EXPORT)
def transactions_file(kind: str) -> Response:
    """The file of the address after the `?`."""
    if kind not in set(Kind):
        raise NotFoundError(N_("There is nothing at this address."))
    query = request.query_string.decode("utf-8", "replace")[: LONGEST_QUERY + 1]
    if not _EXPORTS.acquire(blocking=False):
        raise UnavailableError(N_("Other files are being written. Try again in a moment."))
    try:
        answer = _file(current_person(), query, Kind(kind))
    except BaseException:
        _EXPORTS.release()
        raise
    answer.call_on_close(_EXPORTS.release)
    return answer


def _file(person: Person, query: str, kind: Kind) -> Response:
    found = export(person, query, kind, now=clock.now())
    LOGGER.info("export of transactions by %s: %s", person.username, query, extra={"category": "security"})
    answer = Response(found.pieces, mimetype=found.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return answer
