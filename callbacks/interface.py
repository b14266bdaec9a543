"""The Dash application: its index page in the reader's language and theme, and what is registered on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from dash import Dash
from flask import render_template

from dashboard.web.signed_in import current_person
from models.access import Permission

_GRID: Final = re.compile(r'<script src="([^"]*/dash_ag_grid/[^"]*)"></script>\n?')
_TABLES: Final = re.compile(r'<script src="[^"]*/dash_table/[^"]*"></script>\n?')


class Interface(Dash):
    """Dash with a page of our own around it; `permissions` tells who may call which callback."""

    def __init__(self, **options: Any) -> None:
        self.permissions: dict[str, Permission] = {}
        super().__init__(**options)

    @property
    def registered(self) -> list[dict[str, Any]]:
        """Every callback, server's and browser's, in the order of registration; doubled ones twice."""
        entries: list[dict[str, Any]] = self._callback_list
        return entries

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]  # Dash passes every part by its name
        """The page that the browser loads first; Dash's own meta tags and title are left out.

        So are the bundles of Dash's old tables, and of the grid: `18_grid.js` fetches it where there is one.
        """
        grid = _GRID.search(parts["scripts"])
        parts["scripts"] = _TABLES.sub("", _GRID.sub("", parts["scripts"]))
        return render_template("index.html", person=current_person(), grid=grid[1] if grid else "", **parts)

    def set_up(self) -> None:
        """Do now what Dash would do within the first request, so that a mistake stops the start."""
        with self.server.app_context():
            set_up: Callable[[], None] = self._setup_server
            set_up()
