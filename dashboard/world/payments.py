"""What customers pay on their days: who, when, for what, where, how and how much."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dashboard.world.banks import DemoBank
from dashboard.world.categories import (
    CASH,
    CATEGORIES,
    CHANNELS,
    DIGITAL,
    METHOD_SHARES,
    METHODS,
    NAMES,
    TRANSFERS,
)
from dashboard.world.draws import Choices, Flags, Floats, Ints, fixed_unit
from dashboard.world.people import ADDRESSES, CARDS, DEVICES, HOUSEHOLD, People, carriers
from dashboard.world.rhythm import DAY_KINDS, category_levels, quarter_hours
from dashboard.world.shops import Shops
from models.transactions import PaymentMethod, TransactionType

KINDS = tuple(TransactionType)
DAY = 86_400
POS, ONLINE, MOBILE, ATM, BRANCH = range(len(CHANNELS))
BY_TRANSFER = METHODS.index(PaymentMethod.BANK_TRANSFER)
_KIND_OF = np.array([KINDS.index(category.kind) for category in CATEGORIES])
_MEDIANS = np.array([category.median for category in CATEGORIES])
_SPREADS = np.array([category.spread for category in CATEGORIES])
_REFUNDS = np.array([category.refunds for category in CATEGORIES])
_ENDS_IN_99 = np.isin(NAMES, ["fashion", "electronics", "digital goods", "gaming", "home"])
_SLICES = 8
_PHONE_LASTS = 2_000  # days, of two telephones in turn
_SALARY_DAYS = (25, 26, 27, 28, 29, 30, 1)


@dataclass
class Payments:
    """Columns of payments; numbers of customers, merchants (-1 none), devices and addresses (-1 none).

    `local` is seconds of wall clock since 1970, `cents` money of the bank's currency, `category`,
    `channel`, `method` and `kind` places in their lists; `foreign` a payment on a trip abroad.
    """

    customer: Ints
    local: Ints
    category: Ints
    channel: Ints
    method: Ints
    kind: Ints
    merchant: Ints
    cents: Ints
    card: Ints
    device: Ints
    address: Ints

    def __len__(self) -> int:
        """Return how many payments these are."""
        return len(self.customer)

    def take(self, places: Ints) -> Payments:
        """Return the payments at these places, in this order."""
        return Payments(*(getattr(self, field.name)[places] for field in fields(self)))


def join(parts: list[Payments]) -> Payments:
    """Put payments one behind the other."""
    return Payments(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Payments)))


@dataclass(frozen=True)
class Habits:
    """All that a bank's payments are drawn from, made once."""

    bank: DemoBank
    people: People
    shops: Shops
    seed: int
    categories: Choices
    hours: Choices
    channels: Choices
    methods: Choices

    @classmethod
    def of(cls, bank: DemoBank, people: People, shops: Shops, *, days: int, seed: int) -> Habits:
        """Put the tables together; mobile gains on online over the days."""
        likes = np.array([category.personas for category in CATEGORIES]).T
        levels = [
            liking * category_levels(kind, month)
            for liking in likes
            for kind in range(DAY_KINDS)
            for month in range(1, 13)
        ]
        years = (np.arange(_SLICES) / (_SLICES - 1) - 0.5) * days / 365.25
        channels = np.array([[category.channels for category in CATEGORIES]] * _SLICES)
        channels[:, :, MOBILE] *= np.exp(0.42 * years)[:, None]
        channels[:, :, ONLINE] *= np.exp(-0.08 * years)[:, None]
        return cls(
            bank,
            people,
            shops,
            seed,
            categories=Choices.of(levels),
            hours=quarter_hours(),
            channels=Choices.of(channels.reshape(-1, len(CHANNELS))),
            methods=Choices.of(METHOD_SHARES),
        )


@dataclass(frozen=True)
class Dates:
    """The calendar of some payments: day since 1970, place in the range (0 to 1), and what day it is."""

    day: Ints
    progress: Floats
    kind: Ints
    month: Ints
    of_month: Ints


def draw_genuine(habits: Habits, dates: Dates, rng: np.random.Generator) -> Payments:
    """Draw one genuine payment for every date."""
    count, people = len(dates.day), habits.people
    customer = people.activity.draw_one(rng.random(count))
    row = (people.persona[customer] * DAY_KINDS + dates.kind) * 12 + dates.month - 1
    category = habits.categories.draw(row, rng.random(count))
    quarter = habits.hours.draw(category * DAY_KINDS + dates.kind, rng.random(count))
    second = (quarter * 900 + rng.integers(0, 900, count) + people.shift[customer]) % DAY
    slices = np.minimum((dates.progress * _SLICES).astype(np.int64), _SLICES - 1)
    channel = habits.channels.draw(slices * len(CATEGORIES) + category, rng.random(count))
    kind = _kinds(category, channel, dates.of_month, rng)
    merchant = _merchants(habits, customer, category, channel, _is_on_trip(habits, customer, dates), rng)
    # What comes in was sent by somebody else.
    is_sent = ((channel == ONLINE) | (channel == MOBILE)) & (kind != KINDS.index(TransactionType.CASH_IN))
    return Payments(
        customer=customer,
        local=dates.day * DAY + second,
        category=category,
        channel=channel,
        method=_methods(habits, category, channel, kind, rng),
        kind=kind,
        merchant=merchant,
        cents=_cents(habits, customer, category, kind, rng),
        card=customer * CARDS + (rng.random(count) < 0.22),
        device=np.where(is_sent, _devices(habits, customer, channel, dates), -1),
        address=np.where(is_sent, _addresses(habits, customer, channel, rng), -1),
    )


def _kinds(category: Ints, channel: Ints, of_month: Ints, rng: np.random.Generator) -> Ints:
    unit = rng.random(len(category))
    salary = np.where(np.isin(of_month, _SALARY_DAYS), 0.42, 0.08)
    kind = _KIND_OF[category]
    kind = np.where((category == TRANSFERS) & (unit < salary), KINDS.index(TransactionType.CASH_IN), kind)
    is_debit = (kind == KINDS.index(TransactionType.PAYMENT)) & (channel == ONLINE) & (unit < 0.55)
    kind = np.where(is_debit, KINDS.index(TransactionType.DEBIT), kind)
    kind = np.where(unit < _REFUNDS[category], KINDS.index(TransactionType.REFUND), kind)
    is_check = (category == DIGITAL) & (unit > 0.988)
    return np.where(is_check, KINDS.index(TransactionType.VERIFICATION), kind)


def _methods(habits: Habits, category: Ints, channel: Ints, kind: Ints, rng: np.random.Generator) -> Ints:
    method = habits.methods.draw(channel, rng.random(len(channel)))
    by_transfer = (category == TRANSFERS) | (kind == KINDS.index(TransactionType.DEBIT))
    return np.where(by_transfer, BY_TRANSFER, method)


def _devices(habits: Habits, customer: Ints, channel: Ints, dates: Dates) -> Ints:
    """Return devices: one's phone, until it is replaced, and a larger one, which some households share."""
    head = customer // HOUSEHOLD * HOUSEHOLD
    is_shared = fixed_unit(habits.seed, head, 7) < 0.06
    larger = np.where(is_shared, head, customer) * DEVICES + 1
    return np.where(channel == ONLINE, larger, phone_of(habits, customer, dates.day))


def phone_of(habits: Habits, customer: Ints, day: Ints) -> Ints:
    """Return the telephone that a customer has on a day: each lasts for some years."""
    renewed = (fixed_unit(habits.seed, customer, 6) * _PHONE_LASTS).astype(np.int64)
    is_new = (day - renewed) % _PHONE_LASTS < _PHONE_LASTS // 2
    return customer * DEVICES + 2 * is_new


def _addresses(habits: Habits, customer: Ints, channel: Ints, rng: np.random.Generator) -> Ints:
    """Return addresses: home, which half of the households share, others of one's own, and carriers'."""
    people, count = habits.people, len(customer)
    head = customer // HOUSEHOLD * HOUSEHOLD
    lives_together = fixed_unit(habits.seed, head, 8) < 0.5
    place = rng.integers(0, ADDRESSES, count)
    own = np.where((place == 0) & lives_together, head, customer) * ADDRESSES + place
    carrier = people.count * ADDRESSES + rng.integers(0, carriers(people.count), count)
    is_carrier = (channel == MOBILE) & (rng.random(count) < 0.25)
    return np.where(is_carrier, carrier, own)


def _is_on_trip(habits: Habits, customer: Ints, dates: Dates) -> Flags:
    """Say who is away that day: everybody has at most one trip a month, mostly in summer."""
    month = dates.day // 30
    wish = np.array([0.05, 0.06, 0.05, 0.05, 0.45])[habits.people.persona[customer]]
    season = np.array([0.5, 0.8, 0.7, 1.0, 1.1, 1.2, 2.4, 2.6, 1.0, 0.8, 0.6, 1.3])[dates.month - 1]
    leaves = fixed_unit(habits.seed, customer, month, 1) < wish * season
    start = (fixed_unit(habits.seed, customer, month, 2) * 20).astype(np.int64)
    length = 3 + (fixed_unit(habits.seed, customer, month, 3) * 10).astype(np.int64)
    today = dates.day % 30
    is_away: Flags = leaves & (today >= start) & (today < start + length)
    return is_away


def _merchants(
    habits: Habits,
    customer: Ints,
    category: Ints,
    channel: Ints,
    is_on_trip: Flags,
    rng: np.random.Generator,
) -> Ints:
    """Find a merchant: near home, on the way or online; two in three times a favourite one."""
    people, shops, count = habits.people, habits.shops, len(customer)
    unit = rng.random(count)
    other_city = rng.integers(0, shops.cities, count)
    region = np.where(unit < 0.07, other_city, people.home[customer])
    destination = shops.visits.draw_one(fixed_unit(habits.seed, customer, 4))
    region = np.where(is_on_trip, shops.cities + destination, region)
    is_remote = (channel == ONLINE) | (channel == MOBILE)
    region = np.where(is_remote, shops.online + (rng.random(count) < 0.13), region)
    place = rng.integers(0, 4, count)
    usual = fixed_unit(habits.seed, customer, category, np.where(place == 3, 0, place), 5)
    chosen = np.where(rng.random(count) < 0.66, usual, rng.random(count))
    return shops.find(region, category, chosen)


def _cents(habits: Habits, customer: Ints, category: Ints, kind: Ints, rng: np.random.Generator) -> Ints:
    """Draw amounts: lognormal by category, scaled by the customer's means, with endings of real prices."""
    count, unit = len(customer), rng.random(len(customer))
    money = habits.people.spending[customer] * habits.bank.money
    amount = _MEDIANS[category] * money * np.exp(_SPREADS[category] * rng.standard_normal(count))
    is_salary = kind == KINDS.index(TransactionType.CASH_IN)
    amount = np.where(is_salary, amount * 9.0, amount)
    amount = np.where(category == CASH, np.maximum(10.0, np.round(amount / 10) * 10), amount)
    is_whole = (np.isin(category, (TRANSFERS, NAMES.index("charity"))) & (unit < 0.6)) | is_salary
    amount = np.where(is_whole, np.maximum(1.0, np.round(amount)), amount)
    is_99 = _ENDS_IN_99[category] & (unit < 0.45)
    amount = np.where(is_99, np.floor(amount) + 0.99, amount)
    cents = np.clip(np.round(amount * 100), 40, 5_000_000).astype(np.int64)
    return np.where(kind == KINDS.index(TransactionType.VERIFICATION), 0, cents)
