"""Mistakes that a person can mend: each carries its sentence and its HTTP status."""

from __future__ import annotations

from typing import ClassVar

from models.messages import Message, Parameter


class UserError(Exception):
    """What went wrong, where, and how to mend it; rendered once, at the edge."""

    status: ClassVar[int] = 400

    def __init__(self, msgid: str, **params: Parameter) -> None:
        """Keep the sentence as a message, so that the edge can translate it."""
        self.message = Message(msgid, params)
        super().__init__(str(self.message))


class NotSignedInError(UserError):
    """The request has no valid session."""

    status = 401


class ForbiddenError(UserError):
    """The person is known but may not do this."""

    status = 403


class NotFoundError(UserError):
    """The thing does not exist, or not for this person."""

    status = 404


class ConflictError(UserError):
    """Somebody changed the thing since it was read."""

    status = 409


class UnavailableError(UserError):
    """A server that is needed does not answer."""

    status = 503


class ScopeMissing(UserError):  # noqa: N818 - the name that the design gives it
    """A bank's rows were asked for without saying whose: a programming mistake."""

    status = 500
