"""Cells that no spreadsheet runs as a formula, and what they were before."""

from __future__ import annotations

import re
from typing import Final

# Where a list separator is a semicolon, a cell ends there whatever quotes say.
_BEFORE_FORMULA: Final = re.compile(r"(?:^|(?<=;))(?='*[=+\-@\t\r\n])")
# Quotes that stood there before get one more, so that taking one away gives back what was.
_MADE_HARMLESS: Final = re.compile(r"(?:^|(?<=;))'(?='*[=+\-@\t\r\n])")


def harmless(text: str) -> str:
    """Return text that a spreadsheet shows and does not run."""
    return _BEFORE_FORMULA.sub("'", text)


def as_written(text: str) -> str:
    """Return text as it was before it was made harmless."""
    return _MADE_HARMLESS.sub("", text)
