"""What a person sees when something fails: a sentence and a reference; never how we work inside."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from dashboard.language import translate, translator
from dashboard.web.signed_in import current_locale
from models.errors import UserError
from models.messages import N_, Message

LOGGER = logging.getLogger(__name__)
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
_SENTENCES: Final[dict[int, str]] = {
    400: N_("The request could not be understood."),
    401: N_("Sign in to go on."),
    403: N_("Your role does not allow this."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take that kind of request."),
    413: N_("That is more than may be sent at once."),
    415: N_("This address takes JSON only."),
    429: N_("Too many requests. Wait a moment, then try again."),
    503: N_("Vigie is not ready. Try again in a moment."),
}
OURS: Final = N_("Something failed on our side. It has been written down.")


def new_reference() -> str:
    """A short code that a person can read out and that finds the log line."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(7))
    return f"{code[:3]}-{code[3:]}"


def log_unexpected(error: BaseException) -> str:
    """Write down an error that nobody expected; return the reference to show."""
    reference: str = g.setdefault("reference", new_reference())
    LOGGER.error(
        "unexpected error %s on %s", reference, request.path, exc_info=error, extra={"category": "web"}
    )
    return reference


def render_errors(server: Flask) -> None:
    """Answer every failure of a request neutrally."""
    server.register_error_handler(UserError, _user_error)
    server.register_error_handler(HTTPException, _http_error)
    server.register_error_handler(Exception, _unexpected)


def not_found(_error: Exception) -> Response:
    """The answer to an error that means no more than that nothing is there."""
    return answer(404, Message(_SENTENCES[404]))


def _user_error(error: UserError) -> Response:
    return answer(error.status, error.message)


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    return answer(error.code, Message(_SENTENCES.get(error.code, _SENTENCES[400])))


def _unexpected(error: Exception) -> Response:
    return answer(500, Message(OURS), log_unexpected(error))


def answer(status: int, message: Message, reference: str | None = None) -> Response:
    """The answer to a failed request, as a page for people and as JSON for scripts."""
    sentence = translate(message, current_locale())
    if request.path.startswith("/_") or request.is_json or not request.accept_mimetypes.accept_html:
        response = jsonify(status=status, message=sentence, detail=_detail(reference))
    else:
        page = render_template("error.html", status=status, sentence=sentence, reference=reference)
        response = make_response(page)
    response.status_code = status
    return response


def _detail(reference: str | None) -> str | None:
    """What to tell an administrator, under the sentence of a script's failed request."""
    if reference is None:
        return None
    return translator(current_locale())("Reference {reference}", reference=reference)
