"""Planted payments that are unusual and yet no fraud: what a detector must not call a crime."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from dashboard.world.categories import CATEGORIES, DIGITAL, METHODS, NAMES
from dashboard.world.draws import Floats, Ints
from dashboard.world.payments import DAY, KINDS, MOBILE, ONLINE, POS, Payments
from dashboard.world.people import CARDS
from dashboard.world.stage import (
    Drawn,
    Scheme,
    Setting,
    Steps,
    address_of,
    device_of,
    own_address,
    own_device,
)
from models.transactions import PaymentMethod, TransactionType

MOVE_DAYS, SALE_DAYS, MEETING_DAYS = 9.0, 1.5, 2.0


class Oddity(StrEnum):
    """Why a genuine payment looks unusual."""

    BIG_PURCHASE = "big_purchase"
    MICRO_PAYMENTS = "micro_payments"
    CARD_CHECKS = "card_checks"
    FLASH_SALE = "flash_sale"
    NEW_HOME = "new_home"
    SHARED_PLACE = "shared_place"


ODDITIES = tuple(Oddity)
_MEDIANS = np.array([category.median for category in CATEGORIES])
_PURCHASE = KINDS.index(TransactionType.PURCHASE)
_CREDIT = METHODS.index(PaymentMethod.CREDIT_CARD)
_DEBIT = METHODS.index(PaymentMethod.DEBIT_CARD)


def _buy_big(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """Once in a while: a kitchen, a computer, a journey; from the own telephone, at many times the usual."""
    category = rng.choice(_places("home", "electronics", "travel", "fashion"), len(steps.episode))
    amount = _MEDIANS[category] * rng.uniform(8, 22, len(category))
    return _own(setting, steps, category, amount, rng, online=0.45)


def _play(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """A player buys small things one after the other: tiny amounts, own device, one merchant."""
    category = np.full(len(steps.episode), NAMES.index("gaming"))
    amount = rng.choice(np.array([0.99, 0.99, 1.99, 2.99, 4.99]), len(category))
    drawn = _own(setting, steps, category, amount, rng, online=1.0)
    drawn.payments.local = steps.start + steps.since_start(rng.exponential(240, len(category)) + 15)
    return drawn


def _check_cards(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """A new card is stored with several services, which each verify it."""
    count = len(steps.episode)
    drawn = _own(setting, steps, np.full(count, DIGITAL), np.zeros(count), rng, online=1.0)
    drawn.payments.cents[:] = 0
    drawn.payments.kind[:] = KINDS.index(TransactionType.VERIFICATION)
    drawn.payments.local = steps.start + steps.since_start(rng.exponential(300, count) + 30)
    return drawn


def _sell_out(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """A shop's sale: many of its customers within two days, at ordinary prices and below."""
    shops = setting.habits.shops
    kind = rng.choice(_places("fashion", "electronics", "home", "grocery"), steps.count)
    city = rng.integers(0, shops.cities, steps.count)
    merchant = shops.find(city, kind, rng.random(steps.count) ** 0.4)
    category = kind[steps.episode]
    amount = _MEDIANS[category] * 0.7 * np.exp(rng.normal(0, 0.6, len(category)))
    drawn = _own(setting, steps, category, amount, rng, online=0.0, together=False)
    paid = drawn.payments
    paid.merchant = merchant[steps.episode]
    hours = rng.integers(0, 10 * 3600, len(category))
    day = steps.start // DAY + (rng.random(len(category)) < 0.4)
    paid.local = day * DAY + 9 * 3600 + hours
    return drawn


def _move_home(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """A household furnishes its new home in another city."""
    shops = setting.habits.shops
    category = rng.choice(_places("home", "home", "electronics", "grocery"), len(steps.episode))
    amount = _MEDIANS[category] * 1.6 * np.exp(rng.normal(0, 0.7, len(category)))
    drawn = _own(setting, steps, category, amount, rng, online=0.0)
    city = rng.integers(0, shops.cities, steps.count)[steps.episode]
    paid = drawn.payments
    paid.merchant = shops.find(city, category, rng.random(len(category)))
    day = steps.start // DAY + rng.integers(0, int(MOVE_DAYS), len(category))
    paid.local = day * DAY + rng.integers(9 * 3600, 20 * 3600, len(category))
    return drawn


def _meet(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """Guests of one place pay from its network for a day or two, in an internet café from its computer."""
    count = len(steps.episode)
    category = rng.choice(_places("fashion", "digital goods", "transport", "restaurants", "travel"), count)
    amount = _MEDIANS[category] * np.exp(rng.normal(0, 0.7, count))
    drawn = _own(setting, steps, category, amount, rng, online=1.0, together=False)
    paid = drawn.payments
    paid.local = steps.start + rng.integers(0, int(MEETING_DAYS * DAY), count)
    is_cafe = (rng.random(steps.count) < 0.3)[steps.episode]
    paid.device = np.where(is_cafe, device_of(setting.habits, steps.episode), paid.device)
    paid.address = address_of(setting.habits, steps.episode, np.zeros(count, dtype=np.int64))
    return Drawn(paid, steps.episode, steps.count)


def _own(
    setting: Setting,
    steps: Steps,
    category: Ints,
    amount: Floats,
    rng: np.random.Generator,
    *,
    online: float,
    together: bool = True,
) -> Drawn:
    """Return purchases by people with their own cards and devices; `together`: one person an episode."""
    habits, count = setting.habits, len(category)
    who = rng.random(steps.count)[steps.episode] if together else rng.random(count)
    customer = habits.people.activity.draw_one(who)
    is_remote = (rng.random(steps.count) < online)[steps.episode]
    shops, unit = habits.shops, rng.random(steps.count)[steps.episode]
    region = np.where(is_remote, shops.online, habits.people.home[customer])
    money = habits.people.spending[customer] * habits.bank.money
    local = steps.start + steps.since_start(rng.exponential(3600, count))
    payments = Payments(
        customer=customer,
        local=local,
        category=category,
        channel=np.where(is_remote, np.where(rng.random(count) < 0.6, MOBILE, ONLINE), POS),
        method=np.where(is_remote, _CREDIT, _DEBIT),
        kind=np.full(count, _PURCHASE),
        merchant=shops.find(region, category, unit),
        cents=np.maximum(99, np.round(amount * money * 100)).astype(np.int64),
        card=customer * CARDS,
        device=own_device(habits, customer, local, is_remote),
        address=own_address(customer, is_remote),
    )
    return Drawn(payments, np.full(count, -1))


def _places(*names: str) -> Ints:
    return np.array([NAMES.index(name) for name in names])


ODD_SCHEMES: dict[Oddity, Scheme] = {
    Oddity.BIG_PURCHASE: Scheme(0.20, 1, 0.2, _buy_big, at_night=False),
    Oddity.MICRO_PAYMENTS: Scheme(0.22, 4, 4.0, _play, days=0.1),
    Oddity.CARD_CHECKS: Scheme(0.12, 2, 1.2, _check_cards, days=0.1, at_night=False),
    Oddity.FLASH_SALE: Scheme(0.20, 18, 14.0, _sell_out, days=SALE_DAYS + 0.6, at_night=False),
    Oddity.NEW_HOME: Scheme(0.16, 6, 4.0, _move_home, days=MOVE_DAYS + 1, at_night=False),
    Oddity.SHARED_PLACE: Scheme(0.14, 4, 4.0, _meet, days=MEETING_DAYS + 0.6, at_night=False),
}
"""What is planted, with its share of all oddities; the first takes what is too little for the others."""
