"""What people buy: when, how much it costs, through which channel, and how much of it fraud wants."""

from __future__ import annotations

from dataclasses import dataclass

from models.transactions import Channel, PaymentMethod, TransactionType

CHANNELS = (Channel.POS, Channel.ONLINE, Channel.MOBILE, Channel.ATM, Channel.BRANCH)
METHODS = (
    PaymentMethod.DEBIT_CARD,
    PaymentMethod.CREDIT_CARD,
    PaymentMethod.WALLET,
    PaymentMethod.PREPAID_CARD,
    PaymentMethod.BANK_TRANSFER,
    PaymentMethod.CASH,
)
# Shares of METHODS per channel, in the order of CHANNELS.
METHOD_SHARES = (
    (0.52, 0.27, 0.17, 0.04, 0.0, 0.0),
    (0.24, 0.47, 0.21, 0.08, 0.0, 0.0),
    (0.14, 0.28, 0.54, 0.04, 0.0, 0.0),
    (0.86, 0.10, 0.0, 0.04, 0.0, 0.0),
    (0.35, 0.0, 0.0, 0.0, 0.15, 0.5),
)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of spending; money in euros, `channels` in the order of CHANNELS.

    `hours` are bumps of the day (hour, width in hours, weight); `months` multiplies January … December
    where it differs from 1; `personas` weighs the kinds of people (see `people.PERSONAS`).
    """

    name: str
    mcc: str
    share: float
    median: float
    spread: float
    channels: tuple[float, float, float, float, float]
    hours: tuple[tuple[float, float, float], ...]
    personas: tuple[float, float, float, float, float]
    saturday: float = 1.0
    sunday: float = 1.0
    months: tuple[tuple[int, float], ...] = ()
    takeover: float = 0.0
    testing: float = 0.0
    refunds: float = 0.0
    kind: TransactionType = TransactionType.PURCHASE


_DAY = ((10.5, 2.0, 1.0), (17.5, 2.2, 1.3))
_EVENING = ((13.0, 1.0, 0.5), (20.5, 2.2, 1.6))
_MEALS = ((12.6, 0.8, 1.0), (20.0, 1.2, 1.3))
_COMMUTE = ((8.0, 1.0, 1.2), (18.0, 1.3, 1.2), (13.0, 3.0, 0.4))
_LATE = ((21.5, 2.2, 1.4), (15.0, 3.5, 0.7))
_OFFICE = ((10.0, 1.8, 1.2), (14.5, 1.6, 0.9))
_WINTER = ((1, 1.25), (2, 1.2), (3, 1.1), (6, 0.85), (7, 0.8), (8, 0.8), (11, 1.1), (12, 1.2))
_GIFTS = ((1, 0.85), (2, 0.85), (8, 0.9), (11, 1.25), (12, 1.6))
_SUMMER = ((1, 0.8), (2, 0.85), (5, 1.15), (6, 1.3), (7, 1.6), (8, 1.55), (11, 0.8), (12, 1.1))

# Students, workers, parents, retired people, travellers.
CATEGORIES: tuple[Category, ...] = (
    Category(
        "grocery", "5411", 22.0, 31, 0.70, (0.90, 0.04, 0.06, 0, 0), _DAY, (0.8, 1, 1.4, 1.3, 0.6),
        saturday=1.5, sunday=0.6, months=((12, 1.15),), takeover=2.4,
    ),
    Category(
        "restaurants", "5812", 15.0, 19, 0.65, (0.78, 0.05, 0.17, 0, 0), _MEALS, (1.4, 1.2, 0.7, 0.6, 1.6),
        saturday=1.5, sunday=1.1, months=((7, 1.15), (8, 1.1), (12, 1.1)), takeover=1.9,
    ),
    Category(
        "transport", "4111", 13.0, 9, 0.80, (0.52, 0.12, 0.36, 0, 0), _COMMUTE, (1.4, 1.3, 0.8, 0.5, 1.5),
        saturday=0.6, sunday=0.5, months=((8, 0.8),), takeover=1.6,
    ),
    Category(
        "fashion", "5651", 7.0, 52, 0.75, (0.46, 0.38, 0.16, 0, 0), _EVENING, (1.3, 1, 1.2, 0.6, 1),
        saturday=1.6, months=_GIFTS, takeover=2.8, testing=0.9, refunds=0.07,
    ),
    Category(
        "electronics", "5732", 3.2, 128, 0.95, (0.32, 0.52, 0.16, 0, 0), _EVENING, (1.2, 1.2, 1, 0.5, 1),
        saturday=1.3, months=_GIFTS, takeover=3.4, testing=0.3, refunds=0.04,
    ),
    Category(
        "home", "5712", 4.4, 67, 0.95, (0.62, 0.32, 0.06, 0, 0), _DAY, (0.4, 1, 1.4, 1.2, 0.6),
        saturday=1.7, sunday=0.8, months=((3, 1.15), (4, 1.2), (5, 1.2)), takeover=1.3, refunds=0.03,
    ),
    Category(
        "health", "5912", 5.2, 24, 0.70, (0.85, 0.10, 0.05, 0, 0), _DAY, (0.5, 0.8, 1.2, 2.2, 0.7),
        sunday=0.2, months=_WINTER, takeover=0.8,
    ),
    Category(
        "utilities", "4900", 3.6, 71, 0.45, (0.02, 0.82, 0.10, 0, 0.06), _OFFICE, (0.4, 1, 1.3, 1.3, 0.8),
        saturday=0.4, sunday=0.2, months=_WINTER, takeover=0.3, kind=TransactionType.PAYMENT,
    ),
    Category(
        "education", "8299", 1.6, 88, 0.90, (0.12, 0.78, 0.10, 0, 0), _OFFICE, (3, 0.6, 1.5, 0.2, 0.5),
        saturday=0.4, sunday=0.3, months=((1, 1.3), (8, 1.5), (9, 2.4), (10, 1.3)), takeover=0.2,
    ),
    Category(
        "gaming", "5816", 4.2, 13, 0.80, (0.02, 0.55, 0.43, 0, 0), _LATE, (3, 1.1, 0.6, 0.1, 0.8),
        saturday=1.5, sunday=1.6, months=((12, 1.3),), takeover=0.9, testing=1.7,
    ),
    Category(
        "digital goods", "5815", 6.6, 11, 0.65, (0, 0.60, 0.40, 0, 0), _LATE, (1.7, 1.2, 0.8, 0.5, 1.1),
        saturday=1.1, sunday=1.2, takeover=1.8, testing=4.0,
    ),
    Category(
        "travel", "4722", 2.4, 186, 1.00, (0.16, 0.68, 0.16, 0, 0), _EVENING, (0.7, 1, 1, 0.8, 3.2),
        saturday=0.8, months=_SUMMER, takeover=2.8, testing=0.3, refunds=0.05,
    ),
    Category(
        "charity", "8398", 0.9, 27, 0.80, (0.20, 0.66, 0.14, 0, 0), _EVENING, (0.5, 0.8, 1, 1.8, 1),
        months=((11, 1.4), (12, 2.6)), testing=0.35,
    ),
    Category(
        "cash advance", "6011", 4.6, 64, 0.55, (0, 0, 0, 0.93, 0.07), _DAY, (0.9, 0.9, 0.8, 1.9, 1.5),
        saturday=1.3, sunday=0.7, months=((7, 1.1), (12, 1.15)), takeover=2.4, kind=TransactionType.CASH_OUT,
    ),
    Category(
        "transfers", "6012", 6.3, 145, 1.05, (0, 0.50, 0.44, 0, 0.06), _OFFICE, (1, 1.1, 1, 1, 0.9),
        saturday=0.6, sunday=0.5, takeover=3.2, kind=TransactionType.TRANSFER,
    ),
)  # fmt: skip

NAMES = tuple(category.name for category in CATEGORIES)
TRANSFERS = NAMES.index("transfers")
CASH = NAMES.index("cash advance")
DIGITAL = NAMES.index("digital goods")
