"""Countries of the world with a few of their cities, where people live, travel and are robbed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city: its state or region, centre, first part of its postal codes, and people in thousands."""

    name: str
    state: str
    latitude: float
    longitude: float
    zip_prefix: str
    people: int


HOME_CITIES: dict[str, tuple[City, ...]] = {
    "FR": (
        City("Paris", "Île-de-France", 48.8566, 2.3522, "750", 2100),
        City("Marseille", "Provence-Alpes-Côte d'Azur", 43.2965, 5.3698, "130", 870),
        City("Lyon", "Auvergne-Rhône-Alpes", 45.7640, 4.8357, "690", 520),
        City("Toulouse", "Occitanie", 43.6047, 1.4442, "310", 500),
        City("Nice", "Provence-Alpes-Côte d'Azur", 43.7102, 7.2620, "061", 340),
        City("Nantes", "Pays de la Loire", 47.2184, -1.5536, "440", 320),
        City("Strasbourg", "Grand Est", 48.5734, 7.7521, "670", 290),
        City("Bordeaux", "Nouvelle-Aquitaine", 44.8378, -0.5792, "330", 260),
        City("Lille", "Hauts-de-France", 50.6292, 3.0573, "590", 235),
        City("Rennes", "Bretagne", 48.1173, -1.6778, "350", 220),
    ),
    "US": (
        City("New York", "NY", 40.7128, -74.0060, "100", 8300),
        City("Los Angeles", "CA", 34.0522, -118.2437, "900", 3900),
        City("Chicago", "IL", 41.8781, -87.6298, "606", 2700),
        City("Houston", "TX", 29.7604, -95.3698, "770", 2300),
        City("Miami", "FL", 25.7617, -80.1918, "331", 1450),
        City("Boston", "MA", 42.3601, -71.0589, "021", 1400),
        City("Atlanta", "GA", 33.7490, -84.3880, "303", 1200),
        City("Seattle", "WA", 47.6062, -122.3321, "981", 1150),
        City("Denver", "CO", 39.7392, -104.9903, "802", 1000),
        City("Las Vegas", "NV", 36.1699, -115.1398, "891", 650),
    ),
    "GB": (
        City("London", "England", 51.5074, -0.1278, "EC1", 8900),
        City("Birmingham", "England", 52.4862, -1.8904, "B1", 1150),
        City("Glasgow", "Scotland", 55.8642, -4.2518, "G1", 640),
        City("Leeds", "England", 53.8008, -1.5491, "LS1", 810),
        City("Cardiff", "Wales", 51.4816, -3.1791, "CF1", 370),
        City("Belfast", "Northern Ireland", 54.5973, -5.9301, "BT1", 340),
    ),
    "DE": (
        City("Berlin", "Berlin", 52.5200, 13.4050, "101", 3700),
        City("Hamburg", "Hamburg", 53.5511, 9.9937, "200", 1850),
        City("München", "Bayern", 48.1351, 11.5820, "803", 1490),
        City("Köln", "Nordrhein-Westfalen", 50.9375, 6.9603, "506", 1080),
        City("Frankfurt am Main", "Hessen", 50.1109, 8.6821, "603", 760),
        City("Leipzig", "Sachsen", 51.3397, 12.3731, "041", 600),
    ),
    "CA": (
        City("Toronto", "ON", 43.6532, -79.3832, "M5", 2900),
        City("Montréal", "QC", 45.5017, -73.5673, "H2", 1750),
        City("Calgary", "AB", 51.0447, -114.0719, "T2", 1300),
        City("Ottawa", "ON", 45.4215, -75.6972, "K1", 1020),
        City("Vancouver", "BC", 49.2827, -123.1207, "V6", 680),
        City("Halifax", "NS", 44.6488, -63.5752, "B3", 450),
    ),
}


@dataclass(frozen=True, slots=True)
class Abroad:
    """A foreign country: how often people go there and shop there online, and how much of it is fraud."""

    country: str
    city: str
    latitude: float
    longitude: float
    visits: float
    shops: float
    fraud: float


ABROAD: tuple[Abroad, ...] = (
    Abroad("ES", "Barcelona", 41.3874, 2.1686, 9.0, 4.0, 1.1),
    Abroad("IT", "Milano", 45.4642, 9.1900, 8.0, 4.0, 0.9),
    Abroad("GB", "London", 51.5074, -0.1278, 6.0, 11.0, 1.0),
    Abroad("DE", "Berlin", 52.5200, 13.4050, 4.0, 9.0, 0.5),
    Abroad("FR", "Paris", 48.8566, 2.3522, 6.0, 5.0, 0.7),
    Abroad("US", "New York", 40.7128, -74.0060, 4.0, 16.0, 0.9),
    Abroad("CA", "Toronto", 43.6532, -79.3832, 3.0, 3.0, 0.6),
    Abroad("PT", "Lisboa", 38.7223, -9.1393, 5.0, 1.0, 0.8),
    Abroad("BE", "Bruxelles", 50.8503, 4.3517, 4.0, 3.0, 0.6),
    Abroad("NL", "Amsterdam", 52.3676, 4.9041, 3.0, 7.0, 0.7),
    Abroad("IE", "Dublin", 53.3498, -6.2603, 1.5, 6.0, 0.8),
    Abroad("CH", "Genève", 46.2044, 6.1432, 2.5, 1.5, 0.4),
    Abroad("RO", "București", 44.4268, 26.1025, 1.2, 1.2, 2.6),
    Abroad("MX", "Cancún", 21.1619, -86.8515, 2.5, 0.8, 1.9),
    Abroad("BR", "São Paulo", -23.5505, -46.6333, 1.0, 1.0, 2.8),
    Abroad("TH", "Bangkok", 13.7563, 100.5018, 1.6, 0.8, 1.6),
    Abroad("JP", "Tōkyō", 35.6762, 139.6503, 1.4, 1.6, 0.3),
    Abroad("HK", "Hong Kong", 22.3193, 114.1694, 0.8, 4.0, 1.8),
)


def abroad_of(country: str) -> tuple[Abroad, ...]:
    """Return the foreign countries as seen from one."""
    return tuple(place for place in ABROAD if place.country != country)
