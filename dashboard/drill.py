"""What a mark said when its rows were asked for, beside what they are now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from database.segments import Sums

_WRITTEN: Final = re.compile(r"#then=(\d{1,15})(?:,(\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Then:
    """How many rows a mark stood for, and their money in ten-thousandths where it said so."""

    rows: int
    sum_e4: int | None

    def written(self) -> str:
        """Write it as the address has it behind its `#`."""
        return f"then={self.rows}" + ("" if self.sum_e4 is None else f",{self.sum_e4}")

    def is_equal(self, now: Sums) -> bool:
        """Whether the rows are still the mark's."""
        return self.rows == now.rows and self.sum_e4 in {None, now.volume_e4}


def read_then(fragment: str | None) -> Then | None:
    """Read the end of an address; None where it says nothing of the kind."""
    found = _WRITTEN.fullmatch(fragment or "")
    return None if found is None else Then(int(found[1]), None if found[2] is None else int(found[2]))
