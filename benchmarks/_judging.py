"""What detectors found beside what was planted: precision and recall by kind of episode."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KINDS = ("card_testing", "account_takeover", "ring", "merchant_bust_out")
LEAST_CUSTOMERS = 3


@dataclass(frozen=True, slots=True)
class Truth:
    """The planted episodes of one bank: by kind, name of the episode → its payments."""

    episodes: Mapping[str, Mapping[str, frozenset[str]]]


@dataclass(slots=True)
class Tally:
    """How many episodes there were and were found, how many patterns were told and were right."""

    planted: int = 0
    found: int = 0
    told: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """Found of planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Right of told."""
        return self.right / self.told if self.told else 1.0


def read_truth(path: Path, customers: Mapping[str, str]) -> Truth:
    """Read a bank's truth; a ring is a tool by which three customers or more were paid for."""
    episodes: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in KINDS}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["fraud_type"] in episodes:
                episodes[row["fraud_type"]][row["episode"]].add(row["transaction_id"])
            if row["fraud_type"] and row["tool"]:
                episodes["ring"][row["tool"]].add(row["transaction_id"])
    users = {tool: {customers[one] for one in ids} for tool, ids in episodes["ring"].items()}
    return Truth(
        {
            kind: {
                name: frozenset(ids)
                for name, ids in found.items()
                if kind != "ring" or len(users[name]) >= LEAST_CUSTOMERS
            }
            for kind, found in episodes.items()
        }
    )


def compare(truth: Truth, found: Sequence[tuple[str, Collection[str]]]) -> dict[str, Tally]:
    """Judge patterns (type, payments): right where most of its payments are of one episode of its kind."""
    tallies = {kind: Tally(planted=len(truth.episodes[kind])) for kind in KINDS}
    owners = {
        kind: {identity: name for name, ids in episodes.items() for identity in ids}
        for kind, episodes in truth.episodes.items()
    }
    seen: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for kind, ids in found:
        if kind not in tallies:
            continue
        tallies[kind].told += 1
        names = Counter(owners[kind][one] for one in ids if one in owners[kind])
        best = names.most_common(1)
        if best and 2 * best[0][1] > len(ids):
            tallies[kind].right += 1
            seen[kind].add(best[0][0])
    for kind, names_seen in seen.items():
        tallies[kind].found = len(names_seen)
    return tallies
