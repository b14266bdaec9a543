"""A line as small as a word, as an SVG image that takes its colour from the page."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, _EDGE = 56, 26, 3
_ESCAPES = str.maketrans({sign: f"%{ord(sign):02X}" for sign in '"<>#'})


def sparkline(
    values: Sequence[float | None], *, among: Sequence[float | None] = (), is_dashed: bool = False
) -> str | None:
    """Return a `data:` address of the line, scaled with `among`; None under two values."""
    known = [value for value in (*values, *among) if value is not None]
    if len([value for value in values if value is not None]) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    low, high = min(known), max(known)
    scale = (HEIGHT - 2 * _EDGE) / (high - low) if high > low else 0.0
    across = (WIDTH - 2 * _EDGE) / (len(values) - 1)
    path, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        y = HEIGHT - _EDGE - (value - low) * scale if scale else HEIGHT / 2
        path.append(f"{pen}{_EDGE + place * across:.1f} {y:.1f}")
        pen = "L"
    dash = ' stroke-dasharray="2 2" stroke-width="1"' if is_dashed else ' stroke-width="1.25"'
    x_end, y_end = path[-1][1:].split()
    end = "" if is_dashed else f'<circle cx="{x_end}" cy="{y_end}" r="2" stroke="none" fill="#000"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g fill="none" stroke="#000"{dash}><path d="{"".join(path)}"/>{end}</g></svg>'
    )
    return f"data:image/svg+xml,{svg.translate(_ESCAPES)}"
