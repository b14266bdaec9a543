"""What really happened, beside the product: for each bank a file of planted payments and one of terms."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from dashboard.world.knowledge import DELAYS, GENUINE, LONGEST_DAYS, SHORTEST_DAYS
from dashboard.world.robberies import DRIFT_OF_AMOUNTS, DRIFT_TO_MOBILE
from dashboard.world.world import BankWorld

FOLDER: Final = "truth"
COLUMNS: Final = ("transaction_id", "fraud_type", "oddity", "episode", "tool")
_EPOCH: Final = date(1970, 1, 1).toordinal()


class TruthFile:
    """The planted payments of one bank as CSV, written batch by batch."""

    def __init__(self, writer: Any) -> None:
        """Write on a CSV writer."""
        self._writer = writer

    def add(self, truth: pa.Table) -> None:
        """Add what a batch's planted payments really were."""
        columns = [truth[name].to_pylist() for name in COLUMNS]
        self._writer.writerows(zip(*columns, strict=True))


@contextmanager
def truth_file(folder: Path, world: BankWorld) -> Iterator[TruthFile]:
    """Write the bank's truth into `folder`, where it appears when it is whole, beside the world's terms."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{world.bank.code}.csv"
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        yield TruthFile(writer)
    path.with_suffix(".json").write_text(json.dumps(terms(world), indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def terms(world: BankWorld) -> dict[str, Any]:
    """Return what the bank's rows were made by: options, delays of labels, the outage, the drift."""
    outage = world.planted.outage
    first, last = world.days[0], world.days[-1]
    return {
        "bank": world.bank.code,
        "options": {**asdict(world.options), "until": world.options.until.isoformat()},
        "label_delays": {
            "form": "lognormal days, cut",
            "shortest_days": SHORTEST_DAYS,
            "longest_days": LONGEST_DAYS,
            "genuine": asdict(GENUINE),
            **{kind.value: asdict(delay) for kind, delay in DELAYS.items()},
        },
        "rule_outage": outage
        and {
            "fraud_type": "card_testing",
            "since": date.fromordinal(_EPOCH + outage[0]).isoformat(),
            "until": date.fromordinal(_EPOCH + outage[1]).isoformat(),
        },
        "drift": {
            "fraud_type": "account_takeover",
            "since": first.isoformat(),
            "last_day": last.isoformat(),
            "amounts_end_at": DRIFT_OF_AMOUNTS,
            "mobile_ends_at": DRIFT_TO_MOBILE,
        },
    }
