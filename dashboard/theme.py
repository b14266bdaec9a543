"""Colours, type, space and motion: once, and from them the stylesheet's tokens and the charts' template.

    python -m dashboard.theme            writes the generated files under assets/
    python -m dashboard.theme --check    says whether they are current

Each colour is given as (light, dark).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).resolve().parents[1] / "assets"
TOKENS_FILE = "00_tokens.css"
CHARTS_FILE = "05_chart_themes.js"


class Theme(StrEnum):
    """What a person may choose; `system` follows the machine."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


COLOURS: dict[str, tuple[str, str]] = {
    "surface-page": ("#FFFFFF", "#14171C"),
    "surface-chrome": ("#F5F6F8", "#0E1115"),
    "surface-sunken": ("#F8F9FA", "#181C22"),
    "surface-hover": ("#F0F2F5", "#222830"),
    "surface-selected": ("#E3F0F1", "#163034"),
    "surface-raised": ("#FFFFFF", "#1A1F26"),
    "surface-inverse": ("#1B2129", "#E7EAEF"),
    "border-hair": ("#E3E6EB", "#252A32"),
    "border-strong": ("#CDD2DA", "#363D48"),
    "border-control": ("#7F8895", "#6F7987"),
    "text-1": ("#12161C", "#E7EAEF"),
    "text-2": ("#475160", "#B0B8C4"),
    "text-3": ("#616B79", "#8F99A7"),
    "text-inverse": ("#FFFFFF", "#12161C"),
    "text-on-accent": ("#FFFFFF", "#0B1A1C"),
    "accent": ("#0B6670", "#58BCC4"),
    "accent-hover": ("#07525A", "#7BD0D6"),
    "accent-tint": ("#E3F0F1", "#163034"),
    "focus": ("#0B6670", "#7BD0D6"),
    "fraud": ("#BF3D02", "#FF7A45"),
    "fraud-tint": ("#FCEBE3", "#3A2118"),
    "genuine": ("#0B6BB0", "#5AA9E6"),
    "genuine-tint": ("#E4F0F9", "#172B3D"),
    "unknown": ("#616B79", "#97A1AF"),
    "unknown-tint": ("#EDEFF2", "#262B33"),
    "urgency-1": ("#7A8594", "#8792A0"),
    "urgency-2": ("#A07800", "#E0BD4C"),
    "urgency-3": ("#AA4A00", "#F28A3C"),
    "urgency-4": ("#9E0B3B", "#FF6F92"),
    "urgency-4-tint": ("#FBE8EE", "#3B1A25"),
    "urgency-3-tint": ("#FCEFE2", "#35241A"),
    "chart-grid": ("#E9ECF0", "#22272F"),
    "chart-axis": ("#8791A0", "#667180"),
    "chart-zero": ("#5E6978", "#97A1AF"),
    "chart-ghost": ("#7F8895", "#6F7987"),
    "chart-band": ("#F4CFBE", "#57301F"),
    "chart-hatch": ("#8A94A1", "#626D7B"),
    "chart-nodata": ("#E3E6EB", "#2A3038"),
    "chart-bar": ("#D0683A", "#BE5C2E"),
    "cat-1": ("#0F674D", "#358771"),
    "cat-2": ("#D96E00", "#AE5B00"),
    "cat-3": ("#4F0F52", "#A341BE"),
    "cat-4": ("#4A9BBF", "#86E9FE"),
    "cat-5": ("#959758", "#F5E9A0"),
    "cat-6": ("#7B7F92", "#A5A5AD"),
    "cat-7": ("#0B6BB0", "#5AA9E6"),
    "cat-8": ("#BF3D02", "#FF7A45"),
    "seq-fraud-1": ("#FBF0EA", "#241B18"),
    "seq-fraud-2": ("#F6D9CA", "#40271D"),
    "seq-fraud-3": ("#EEB79C", "#643521"),
    "seq-fraud-4": ("#E2906A", "#8F4726"),
    "seq-fraud-5": ("#D0683A", "#BE5C2E"),
    "seq-fraud-6": ("#AC3F10", "#EE8450"),
    "seq-fraud-7": ("#7C2604", "#FFC2A0"),
    "seq-count-1": ("#EDF4F4", "#17211F"),
    "seq-count-2": ("#CFE3E4", "#173235"),
    "seq-count-3": ("#A5CBCE", "#1C484D"),
    "seq-count-4": ("#74AEB2", "#25646A"),
    "seq-count-5": ("#438E95", "#35858C"),
    "seq-count-6": ("#1B6E77", "#5BB0B7"),
    "seq-count-7": ("#084A52", "#A9E0E3"),
}

SHADOWS: dict[str, tuple[str, str]] = {
    "shadow-popover": (
        "0 0 0 1px rgba(18,22,28,.08), 0 4px 12px rgba(18,22,28,.10)",
        "0 0 0 1px #363D48, 0 6px 16px rgba(0,0,0,.5)",
    ),
    "shadow-dialog": (
        "0 0 0 1px rgba(18,22,28,.08), 0 16px 40px rgba(18,22,28,.18)",
        "0 0 0 1px #363D48, 0 18px 48px rgba(0,0,0,.6)",
    ),
    "scrim": ("rgba(18,22,28,.32)", "rgba(0,0,0,.56)"),
}

_SYSTEM_FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
FONT_SANS = f'"Inter Variable", "Inter", {_SYSTEM_FONTS}'

MEASURES: dict[str, str] = {
    "font-sans": FONT_SANS,
    "font-mono": (
        'ui-monospace, "SFMono-Regular", "Cascadia Mono", "Liberation Mono", Menlo, Consolas, monospace'
    ),
    "font-features": '"calt" 1',
    **{
        f"{kind}-{name}": f"{pixels}px"
        for name, size, line in (
            ("micro", 11, 16),
            ("small", 12, 16),
            ("body", 13, 20),
            ("strong", 14, 20),
            ("title", 16, 24),
            ("figure", 22, 28),
            ("display", 28, 36),
        )
        for kind, pixels in (("fs", size), ("lh", line))
    },
    "fw-regular": "400",
    "fw-medium": "500",
    "fw-semibold": "600",
    **{f"sp-{quarter}": f"{4 * quarter}px" for quarter in (1, 2, 3, 4, 5, 6, 8, 10, 12)},
    "radius-mark": "2px",
    "radius-badge": "3px",
    "radius-control": "4px",
    "radius-popover": "6px",
    "radius-dialog": "8px",
    "h-control": "32px",
    "h-chip": "24px",
    "h-badge": "20px",
    "h-row": "28px",
    "h-row-head": "32px",
    "h-alert-row": "56px",
    "h-target": "44px",
    "h-topbar": "48px",
    "h-pagehead": "44px",
    "w-nav": "184px",
    "w-nav-collapsed": "48px",
    "w-views": "200px",
    "w-alerts": "408px",
    "pad-panel": "16px",
    "rule": "1px",
    "t-fast": "90ms",
    "t-base": "140ms",
    "t-slow": "200ms",
    "ease": "cubic-bezier(.2, 0, 0, 1)",
    "z-sticky": "10",
    "z-popover": "100",
    "z-dialog": "200",
    "z-toast": "300",
}

ALIASES: dict[str, str] = {
    "link": "accent",
    "verdict-worse": "fraud",
    "verdict-better": "genuine",
    "verdict-unsure": "unknown",
    "severity-low": "urgency-1",
    "severity-medium": "urgency-2",
    "severity-high": "urgency-3",
    "severity-critical": "urgency-4",
    "sla-on-track": "text-3",
    "sla-due-soon": "urgency-2",
    "sla-at-risk": "urgency-3",
    "sla-breached": "urgency-4",
    "sla-paused": "text-3",
    "log-debug": "text-3",
    "log-info": "text-3",
    "log-warning": "urgency-2",
    "log-error": "urgency-3",
    "log-critical": "urgency-4",
    "danger": "urgency-4",
    "danger-tint": "urgency-4-tint",
    "bs-body-bg": "surface-page",
    "bs-body-color": "text-1",
    "bs-secondary-color": "text-2",
    "bs-tertiary-color": "text-3",
    "bs-tertiary-bg": "surface-sunken",
    "bs-secondary-bg": "surface-hover",
    "bs-border-color": "border-strong",
    "bs-border-color-translucent": "border-hair",
    "bs-primary": "accent",
    "bs-link-color": "accent",
    "bs-link-hover-color": "accent-hover",
    "bs-danger": "danger",
    "bs-focus-ring-color": "focus",
    "bs-font-sans-serif": "font-sans",
    "bs-font-monospace": "font-mono",
    "bs-body-font-size": "fs-body",
    "bs-border-radius": "radius-control",
    "bs-border-radius-sm": "radius-control",
    "bs-border-radius-lg": "radius-dialog",
}

_CHANNELS = {
    "bs-body-bg-rgb": "surface-page",
    "bs-body-color-rgb": "text-1",
    "bs-primary-rgb": "accent",
    "bs-link-color-rgb": "accent",
    "bs-link-hover-color-rgb": "accent-hover",
}
_DRAWN = (Theme.LIGHT, Theme.DARK)
_GENERATED = "Generated by `python -m dashboard.theme`; do not edit by hand."


def colours(theme: Theme) -> dict[str, str]:
    """Every colour of one drawn theme by its token."""
    return {name: pair[_DRAWN.index(theme)] for name, pair in COLOURS.items()}


def tokens_css() -> str:
    """The stylesheet of custom properties, for the application and the login page alike."""
    quiet = {name: "0ms" for name in MEASURES if name.startswith("t-")}
    shared = _rule(":root", MEASURES | {"bs-body-line-height": "1.5385"})
    light = _rule(':root, [data-bs-theme="light"]', _themed(Theme.LIGHT))
    dark = _rule('[data-bs-theme="dark"]', _themed(Theme.DARK))
    aliases = _rule(":root, [data-bs-theme]", {name: f"var(--{of})" for name, of in ALIASES.items()})
    still = _rule(":root", quiet)
    reduced = f"@media (prefers-reduced-motion: reduce) {{\n{still}}}\n"
    return f"/* {_GENERATED} */\n{shared}{light}{dark}{aliases}{reduced}"


def chart_theme(theme: Theme) -> dict[str, Any]:
    """Plotly's template and the parts that a template cannot hold, in one theme's colours."""
    written = json.loads(Path(__file__).with_name("chart_template.json").read_text(encoding="utf-8"))
    resolved: dict[str, Any] = _resolved(written, colours(theme))
    return resolved


def charts_js() -> str:
    """The script that tells the browser each theme's colours, template and parts."""
    themes = {theme.value: {"colours": colours(theme), **chart_theme(theme)} for theme in _DRAWN}
    text = json.dumps(themes, ensure_ascii=False, separators=(",", ":"))
    return f"// {_GENERATED}\nwindow.vigie = Object.assign(window.vigie || {{}}, {{themes: {text}}});\n"


def generated_files() -> dict[Path, str]:
    """Every file that follows from this module, with what it must hold."""
    return {ASSETS / TOKENS_FILE: tokens_css(), ASSETS / CHARTS_FILE: charts_js()}


def _themed(theme: Theme) -> dict[str, str]:
    known = colours(theme)
    channels = {name: _channels(known[of]) for name, of in _CHANNELS.items()}
    shadows = {name: pair[_DRAWN.index(theme)] for name, pair in SHADOWS.items()}
    return known | channels | shadows | {"_scheme": theme.value}


def _rule(selector: str, properties: Mapping[str, str]) -> str:
    lines = (
        f"  color-scheme: {value};\n" if name == "_scheme" else f"  --{name}: {value};\n"
        for name, value in properties.items()
    )
    return f"{selector} {{\n{''.join(lines)}}}\n"


def _channels(colour: str) -> str:
    return ", ".join(str(channel) for channel in bytes.fromhex(colour[1:]))


def _resolved(value: Any, known: Mapping[str, str]) -> Any:
    """Replace each `$token` in a tree of JSON by its colour."""
    if isinstance(value, dict):
        return {key: _resolved(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, known) for inner in value]
    return known[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def main(arguments: list[str]) -> int:
    """Write the generated files, or with --check name those that are not current."""
    stale = [
        path
        for path, text in generated_files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"generated-files: {path.name} is not current: run python -m dashboard.theme\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(generated_files()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
