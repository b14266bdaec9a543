"""How a callback comes to be: guarded by its page's permission, known by name, still a plain function."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, ParamSpec, Protocol, TypeVar

from dash import ClientsideFunction

from callbacks.answers import encoded
from callbacks.interface import Interface
from dashboard import clock
from dashboard.web.signed_in import current_locale as locale
from dashboard.web.signed_in import current_person as person
from database.context import acting
from layouts.page import PageContext
from models.access import Permission
from models.errors import ForbiddenError
from models.messages import N_

__all__ = ["SHELL", "PageCallbacks", "context", "locale", "person", "require"]

P = ParamSpec("P")
R = TypeVar("R")


class Place(Protocol):
    """Where callbacks belong to: a page, or the shell around all pages."""

    @property
    def path(self) -> str:
        """Return the address that logs and slow statements name."""

    @property
    def permission(self) -> Permission:
        """Return what a person must hold."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The place of what surrounds every page."""

    path: str = "*"
    permission: Permission = Permission.VIEW_DASHBOARDS


SHELL: Final = Shell()
LOGGER = logging.getLogger(__name__)


class PageCallbacks:
    """Registers a page's callbacks; there is no other way to register one."""

    def __init__(self, app: Interface, page: Place) -> None:
        self._app, self._page = app, page

    def callback(self, *dependencies: Any, **options: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Register a server callback under the page's permission and return the plain function."""

        def register(function: Callable[P, R]) -> Callable[P, R]:
            known = len(self._app.registered)
            self._app.callback(*dependencies, **options)(self._guarded(function))
            self._remember(known)
            return function

        return register

    def clientside(self, name: str, *dependencies: Any, **options: Any) -> None:
        """Register a function of `window.dash_clientside.vigie`, which runs in the browser alone."""
        known = len(self._app.registered)
        register: Callable[..., None] = self._app.clientside_callback
        register(ClientsideFunction("vigie", name), *dependencies, **options)
        self._remember(known)

    def _remember(self, known: int) -> None:
        for entry in self._app.registered[known:]:
            self._app.permissions.setdefault(entry["output"], self._page.permission)

    def _guarded(self, function: Callable[P, R]) -> Callable[P, Any]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            require(self._page.permission)
            with acting(page=self._page.path, filter_=_filter(args)):
                return encoded(function(*args, **kwargs))

        return guarded


def _filter(args: tuple[Any, ...]) -> str | None:
    """Return the address that a callback was asked with, from its `?` on."""
    return next((arg[1:1_000] for arg in args if isinstance(arg, str) and arg.startswith("?")), None)


def require(permission: Permission) -> None:
    """Raise unless the person behind this request holds the permission."""
    if not person().may(permission):
        LOGGER.warning("refused a callback that needs %s", permission, extra={"category": "security"})
        raise ForbiddenError(N_("Your role does not allow this."))


def context(search: str | None = None) -> PageContext:
    """What drawing a page for this request may depend on; `search` is the address from its `?` on."""
    return PageContext(person(), locale(), (search or "").removeprefix("?"), clock.now())
