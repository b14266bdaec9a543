"""What the pages' scripts ask beside data: the values to filter by, and the search from the top bar."""

from __future__ import annotations

from typing import Final

import orjson
from flask import Blueprint, Response, request

from dashboard import clock
from dashboard.choices import choices
from dashboard.language import translate, translator
from dashboard.search import Kind, find
from dashboard.web.access import opens
from dashboard.web.signed_in import current_locale, current_person
from database.context import acting
from models.access import Permission
from models.messages import N_

LONGEST: Final = 128
KINDS: Final = {
    Kind.TRANSACTION: (N_("Transactions"), "credit-card"),
    Kind.CUSTOMER: (N_("Customers"), "person"),
    Kind.MERCHANT: (N_("Merchants"), "shop"),
    Kind.ALERT: (N_("Alerts"), "bell"),
}
blueprint = Blueprint("finding", __name__)


@blueprint.get("/_choices")
@opens(Permission.VIEW_DASHBOARDS)
def filter_choices() -> Response:
    """What may be filtered by over the banks of the address after the `?`."""
    locale = current_locale()
    t = translator(locale)
    query = request.query_string.decode("utf-8", "replace")
    with acting(page="filters"):
        found = choices(current_person(), query, now=clock.now(), locale=locale, say=t)
    groups = [
        {"key": group.key, "label": translate(group.label, locale), "values": group.values}
        for group in found.groups
    ]
    amount = t("Amount") if found.currency is None else t("Amount in {currency}", currency=found.currency)
    words = {
        "amount": amount,
        "score": t("Score"),
        "customer": t("Customer, by id"),
        "merchant": t("Merchant, by id"),
        "text": t("Text: an id, or the beginning of a name"),
        "from": t("from"),
        "to": t("to"),
        "apply": t("Apply"),
        "not": t("not"),
        "without": t("Only without {value}", value="{value}"),
        "find": t("Find a value"),
    }
    return _json({"groups": groups, "words": words})


@blueprint.get("/_search")
@opens(Permission.VIEW_DASHBOARDS)
def search() -> Response:
    """What begins with `q`."""
    t = translator(current_locale())
    text = "".join(sign for sign in request.args.get("q", "")[:LONGEST] if sign.isprintable())
    with acting(page="search"):
        found = find(current_person(), text)
    hits = [
        {
            "group": t(KINDS[each.kind][0]),
            "icon": KINDS[each.kind][1],
            "title": each.title,
            "detail": each.detail,
            "href": each.href,
        }
        for each in found
    ]
    return _json({"hits": hits})


def _json(answer: object) -> Response:
    return Response(orjson.dumps(answer), mimetype="application/json")
