"""An icon as a component: decoration beside a word, never the word itself."""

from __future__ import annotations

from functools import lru_cache

from dash import html

from dashboard.icons import ICONS
from layouts.attributes import aria


@lru_cache(maxsize=512)
def icon(name: str, class_name: str = "") -> html.Span:
    """Draw an icon in the colour of its text; readers of the screen skip it. One is drawn once for all."""
    if name not in ICONS:
        raise ValueError(f"{name} is not in dashboard.icons.ICONS")
    return html.Span(className=f"icon icon-{name} {class_name}".strip(), **aria(hidden="true"))
