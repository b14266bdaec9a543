"""What the alert pages ask beside drawing: more of the list, frozen sets, changes, undo, the live count."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Blueprint, Response, jsonify, request

from dashboard import clock
from dashboard import formatting as f
from dashboard.alerts import assigning, decisions, undoing
from dashboard.alerts.bulk import preview
from dashboard.alerts.decisions import Decision, Looked, Outcome
from dashboard.alerts.lines import alert_lines, open_count
from dashboard.alerts.listing import frozen, more_alerts, news_of
from dashboard.alerts.names import MOVES
from dashboard.language import translate, translator
from dashboard.web.access import opens
from dashboard.web.bodies import given_object
from dashboard.web.signed_in import current_locale, current_person
from database.context import acting
from models.access import Permission
from models.alerts import AlertStatus
from models.errors import UserError
from models.messages import N_

LONGEST_PLACE: Final = 200
_LARGEST: Final = 2**62
blueprint = Blueprint("alerts", __name__)


@blueprint.get("/_news")
@opens(Permission.DECIDE_ALERTS)
def news() -> Response:
    """How many alerts are open; `known` is the newest that the page knows. Asked every other second."""
    known = request.args.get("known", "0")
    number = int(known) if known.isascii() and known.isdecimal() and len(known) < len(str(_LARGEST)) else 0
    with acting(page="news"):
        found = news_of(current_person(), number, now=clock.now())
    locale = current_locale()
    t = translator(locale)
    shown = open_count(found, locale)
    said = t(N_("{count} new"), count=f.count(found.arrived, locale)) if found.arrived else ""
    answer = {
        "open": found.open,
        "shown": shown,
        "said": t(N_("{count} open"), count=shown) if shown else "",
        "told": t(N_("Open alerts of all your banks, whatever range and filter: {count}"), count=shown),
        "arrived": said,
        "newest": found.newest,
    }
    return Response(orjson.dumps(answer), mimetype="application/json", headers={"Cache-Control": "no-store"})


@blueprint.get("/_alerts")
@opens(Permission.DECIDE_ALERTS)
def more() -> Response:
    """The alerts of the address `q` behind the place `after`."""
    query, after = request.args.get("q", ""), request.args.get("after", "")
    if len(after) > LONGEST_PLACE:
        raise UserError(N_("This place in the list does not exist. Load the page again."))
    now, locale = clock.now(), current_locale()
    with acting(page="/alerts"):
        view, block = more_alerts(current_person(), query, after, now=now)
    lines = alert_lines(block.rows, view.banks, locale, translator(locale), now=now) if view else []
    return Response(orjson.dumps({"rows": lines, "after": block.after}), mimetype="application/json")


@blueprint.post("/alerts/frozen")
@opens(Permission.DECIDE_ALERTS)
def freeze() -> Response:
    """Number and version of the alerts of an address, as they are now."""
    query = given_object().get("q")
    found = frozen(current_person(), query if isinstance(query, str) else "", now=clock.now())
    return jsonify(alerts=[list(each) for each in found])


@blueprint.post("/alerts/preview")
@opens(Permission.DECIDE_ALERTS)
def look_ahead() -> Response:
    """What a change of a frozen set would do, in words."""
    given = given_object()
    found = preview(current_person(), _looked(given), _status(given))
    locale = current_locale()
    return jsonify(
        title=translate(found.title, locale),
        left=[translate(each.why, locale) for each in found.left],
        action=translate(found.action, locale),
        alerts=[[each.alert_id, each.version] for each in found.movable],
    )


@blueprint.post("/alerts/decide")
@opens(Permission.DECIDE_ALERTS)
def decide() -> Response:
    """Move alerts."""
    given = given_object()
    decision = Decision(_status(given), _text(given, "reason"), _text(given, "note"), _until(given))
    with acting(page="/alerts"):
        found = decisions.decide(current_person(), _looked(given), decision)
    return _told(found, decision.status)


@blueprint.post("/alerts/assign")
@opens(Permission.DECIDE_ALERTS)
def assign() -> Response:
    """Give alerts to somebody, or to nobody."""
    given = given_object()
    to = given.get("to")
    if to is not None and type(to) is not int:
        raise UserError(N_("The request could not be understood."))
    with acting(page="/alerts"):
        return _told(assigning.assign(current_person(), _looked(given), to), None)


@blueprint.post("/alerts/note")
@opens(Permission.DECIDE_ALERTS)
def note() -> Response:
    """Write a note on an alert."""
    given = given_object()
    alert_id = given.get("alert")
    if type(alert_id) is not int or not 0 < alert_id < _LARGEST:
        raise UserError(N_("The request could not be understood."))
    with acting(page="/alert"):
        return jsonify(event=decisions.add_note(current_person(), alert_id, _text(given, "note") or ""))


@blueprint.post("/alerts/undo")
@opens(Permission.DECIDE_ALERTS)
def undo() -> Response:
    """Take a change back, or all that was changed together."""
    given = given_object()
    event, batch = given.get("event"), _text(given, "batch")
    with acting(page="/alerts"):
        if batch is not None:
            found = undoing.undo_batch(current_person(), _uuid(batch))
        elif type(event) is int and 0 < event < _LARGEST:
            found = undoing.undo(current_person(), event)
        else:
            raise UserError(N_("The request could not be understood."))
    return _told(found, None)


def _told(found: Outcome, status: AlertStatus | None) -> Response:
    locale = current_locale()
    t = translator(locale)
    done = len(found.done)
    first = (
        f"A{found.done[0].alert_id}" if done == 1 else t(N_("{count} alerts"), count=f.count(done, locale))
    )
    said = t(N_("{what}: {move}"), what=first, move=t(MOVES[status])) if status else first
    return jsonify(
        said=said,
        left=[translate(each.why, locale) for each in found.left],
        batch=str(found.batch) if found.batch and done > 1 else None,
        done=[
            {"alert": each.alert_id, "event": each.event_id, "version": each.version, "status": each.status}
            for each in found.done
        ],
    )


def _looked(given: dict[str, Any]) -> list[Looked]:
    pairs = given.get("alerts")
    if not isinstance(pairs, list):
        raise UserError(N_("The request could not be understood."))
    for pair in pairs:
        is_pair = isinstance(pair, list) and len(pair) == len(Looked.__slots__)
        if not is_pair or not all(type(each) is int and 0 < each < _LARGEST for each in pair):
            raise UserError(N_("The request could not be understood."))
    return [Looked(*pair) for pair in pairs]


def _status(given: dict[str, Any]) -> AlertStatus:
    status = given.get("status")
    if not isinstance(status, str) or status not in set(AlertStatus):
        raise UserError(N_("The request could not be understood."))
    return AlertStatus(status)


def _text(given: dict[str, Any], name: str) -> str | None:
    text = given.get(name)
    if text is not None and not isinstance(text, str):
        raise UserError(N_("The request could not be understood."))
    return text or None


def _until(given: dict[str, Any]) -> datetime | None:
    text = _text(given, "until")
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(N_("The request could not be understood.")) from error
    if found.tzinfo is None:
        raise UserError(N_("The request could not be understood."))
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UserError(N_("There is no such change.")) from error
