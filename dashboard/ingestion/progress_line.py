"""How far an import is, said on a terminal or in a log."""

from __future__ import annotations

import time
from typing import Final, TextIO

from dashboard.ingestion.options import Progress

SAY_EVERY_S: Final = 5.0
DRAW_EVERY_S: Final = 0.2


class ProgressLine:
    """How far an import is: one line that is drawn again on a terminal, else a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._next = 0.0
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Write rows, share, rate and time left, unless that was just written."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (DRAW_EVERY_S if self._is_terminal else SAY_EVERY_S)
        rate, share = progress.rows_per_second, progress.share
        # By this attempt's rate: what an earlier one read took none of these seconds.
        left = progress.counts.read * (1 - share) / share / rate if share and rate else 0.0
        text = f"{progress.counts.read:,} rows, {share:.0%}, {rate:,.0f} rows/s, {_clock(left)} left"
        if progress.counts.rejected + progress.counts.conflict:
            text += f", {progress.counts.rejected + progress.counts.conflict:,} refused"
        self._write(text)

    def _write(self, text: str) -> None:
        if self._is_terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the line as it is."""
        if self._width:
            self._stream.write("\n")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
