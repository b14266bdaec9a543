"""Where and when planted episodes happen: sizes, days and hours, laid out payment by payment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dashboard.world.draws import Choices, Flags, Floats, Ints
from dashboard.world.payments import DAY, Dates, Habits, Payments, phone_of
from dashboard.world.people import ADDRESSES, DEVICES, carriers
from dashboard.world.rhythm import night_hours


@dataclass(frozen=True)
class Setting:
    """What every scheme sees: the bank's habits, the days of the range, and how hard each day is pressed."""

    habits: Habits
    dates: Dates
    pressure: Floats

    @property
    def end(self) -> int:
        """The last second of the range."""
        return (int(self.dates.day[-1]) + 1) * DAY - 1


@dataclass(frozen=True)
class Steps:
    """All payments of all episodes of one scheme, one behind the other.

    `episode`, `step` (from 0), `size`, `start` (second of wall clock) and `progress` (place in the range)
    are by payment; `salt` makes fixed traits of this scheme differ from those of any other.
    """

    episode: Ints
    step: Ints
    size: Ints
    start: Ints
    progress: Floats
    salt: int
    count: int

    def first(self) -> Ints:
        """Return the place of the first payment of each episode."""
        return np.flatnonzero(self.step == 0)

    def since_start(self, pauses: Floats) -> Ints:
        """Return the seconds from each episode's start, given the pause before each payment."""
        elapsed = np.cumsum(np.where(self.step == 0, 0.0, pauses))
        elapsed -= elapsed[self.first()][self.episode] if len(elapsed) else 0.0
        return elapsed.astype(np.int64)


@dataclass(frozen=True)
class Drawn:
    """Payments of a scheme; `tool` numbers the means of the fraudsters, -1 where they used none."""

    payments: Payments
    tool: Ints
    tools: int = 0


Draw = Callable[[Setting, Steps, np.random.Generator], Drawn]


@dataclass(frozen=True)
class Scheme:
    """A way of paying that is planted: `share` of all planted payments, episodes of `least` and more.

    `days` is how long an episode may take, so that it ends within the range; `at_night` follows the hours
    of fraudsters instead of those of shops; `within` is the part of the range where it happens.
    """

    share: float
    least: int
    mean_more: float
    draw: Draw
    days: float = 0.0
    at_night: bool = True
    within: tuple[float, float] | None = None


def sizes_of(wanted: int, scheme: Scheme, rng: np.random.Generator) -> Ints:
    """Return sizes of episodes that add up to `wanted`; a rest too small for one joins the last."""
    sizes = scheme.least + rng.poisson(scheme.mean_more, wanted // scheme.least + 1)
    ends = np.minimum(np.cumsum(sizes), wanted)
    kept = np.diff(ends, prepend=0)
    kept = kept[kept > 0]
    if len(kept) > 1 and kept[-1] < scheme.least:
        kept = np.append(kept[:-2], kept[-2] + kept[-1])
    return kept


def lay_out(setting: Setting, scheme: Scheme, wanted: int, rng: np.random.Generator) -> Steps:
    """Place the episodes of a scheme on days and hours; they are numbered as time goes."""
    sizes = sizes_of(wanted, scheme, rng)
    count = len(sizes)
    pressure = _within(setting.pressure, scheme)
    # One draw from each slice of equal pressure: few episodes must not leave whole weeks empty.
    slices = (np.arange(count) + rng.random(count)) / max(1, count)
    day = Choices.of(pressure).draw_one(slices)
    hours = night_hours() if scheme.at_night else Choices.of(_SHOP_HOURS)
    second = hours.draw_one(rng.random(count)) * 900 + rng.integers(0, 900, count)
    first = int(setting.dates.day[0]) * DAY
    latest = max(first, setting.end - int(scheme.days * DAY))
    start = np.clip(setting.dates.day[day] * DAY + second, first, latest)
    episode = np.repeat(np.arange(count), sizes)
    return Steps(
        episode=episode,
        step=np.arange(len(episode)) - np.repeat(np.cumsum(sizes) - sizes, sizes),
        size=sizes[episode],
        start=start[episode],
        progress=(day / len(pressure))[episode],
        salt=int(rng.integers(1, 1 << 31)),
        count=count,
    )


_SHOP_HOURS = np.where((np.arange(96) >= 34) & (np.arange(96) < 84), 1.0, 0.02)


def _within(pressure: Floats, scheme: Scheme) -> Floats:
    if scheme.within is None:
        return pressure
    place = np.arange(len(pressure)) / len(pressure)
    chosen = (place >= scheme.within[0]) & (place < scheme.within[1])
    return np.where(chosen, pressure, 0.0) if chosen.any() else pressure


def device_of(habits: Habits, tool: Ints) -> Ints:
    """Return the number of a tool's device; they stand behind those of all customers."""
    return habits.people.count * DEVICES + tool


def address_of(habits: Habits, tool: Ints, which: Ints) -> Ints:
    """Return the number of one of a tool's four addresses; they stand behind customers' and carriers'."""
    count = habits.people.count
    return count * ADDRESSES + carriers(count) + tool * 4 + which


def own_device(habits: Habits, customer: Ints, local: Ints, is_remote: Flags) -> Ints:
    """Return the telephone that the customer has then, for what is paid from afar."""
    return np.where(is_remote, phone_of(habits, customer, local // DAY), -1)


def own_address(customer: Ints, is_remote: Flags) -> Ints:
    """Return the customer's own address for what is paid from afar."""
    return np.where(is_remote, customer * ADDRESSES + 1, -1)
