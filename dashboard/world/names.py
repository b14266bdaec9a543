"""Small lists of first names, surnames, streets and trades; people put together from them are nobody."""

from __future__ import annotations

from dataclasses import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


@dataclass(frozen=True, slots=True)
class NameList:
    """The words of one language; `street` is a pattern with number and name."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    streets: tuple[str, ...]
    street: str
    phone: str


_ENGLISH_WOMEN = _words(
    "Ada Alice Amber Beth Carol Chloe Daisy Dora Ellen Emily Fiona Grace Hannah Holly Iris Jane Joan Kate "
    "Laura Lily Lucy Mabel Maya Megan Nora Olive Paula Rose Ruth Sadie Sarah Tess Vera Violet Wendy Zoe"
)
_ENGLISH_MEN = _words(
    "Adam Alan Ben Caleb Colin Dan Dean Edwin Eli Evan Felix Fred Gavin Glen Henry Hugo Ian Jack Joel Kevin "
    "Leo Liam Luke Mark Miles Neil Noah Oscar Owen Paul Peter Ralph Sam Simon Theo Toby Victor Will"
)
_ENGLISH_SURNAMES = _words(
    "Abbot Archer Barker Bishop Brook Butler Carter Castle Clay Cooper Dale Draper Elm Farmer Field Finch "
    "Fisher Forester Fowler Frost Garland Glover Green Hale Harper Hawk Heath Hill Hooper Hunter Kettle Lake "
    "Marsh Mason Meadow Miller Moss North Oakes Page Parker Pike Porter Potter Reed Rivers Sawyer Shepherd "
    "Slater Snow Spring Stone Tailor Thatcher Turner Vale Walker Weaver Winter Woods Wren Yardley"
)

FRENCH = NameList(
    women=_words(
        "Agathe Alice Anaïs Aurore Camille Capucine Céline Chloé Claire Clémence Diane Élise Emma Estelle "
        "Eugénie Flore Gaëlle Hélène Inès Jade Jeanne Julie Léa Louise Lucie Manon Margaux Marion Mathilde "
        "Nadia Noémie Océane Pauline Rose Sarah Sophie Valentine Yasmine Zoé"
    ),
    men=_words(
        "Adrien Alexis Amine Antoine Arthur Baptiste Benoît Bruno Cédric Clément Damien Denis Édouard Émile "
        "Étienne Fabien Félix Florian Gabriel Gaspard Hugo Jules Karim Léo Loïc Lucas Marius Mathis Maxime "
        "Nathan Noé Octave Paul Quentin Rémi Sacha Simon Théo Thomas Victor Yanis"
    ),
    surnames=_words(
        "Aubépine Auclair Beaufort Bellerose Berger Boisjoli Bonnefoy Boulanger Bouvier Chapelier "
        "Charpentier Clairval Corbeau Courtois Delorme Desbois Deschamps Ducoin Dufour Dujardin Dumoulin "
        "Duruisseau Fontaine Fournil Gerbier Grandpré Hautbois Jolivet Lafleur Lagrange Lajoie Laplace "
        "Larivière Lavigne Legrand Lemaçon Lepage Lerouge Mercier Meunier Montclair Moulinet Noiret "
        "Pastoureau Perrault Poirier Prévert Rochefort Rossignol Roussel Sansonnet Tisserand Tonnelier "
        "Vallon Verdier Vigneron"
    ),
    streets=_words(
        "des_Lilas du_Moulin de_la_Gare des_Écoles Victor-Hugo du_Marché des_Tilleuls de_la_Fontaine "
        "Jean-Jaurès des_Vignes du_Port de_l'Église du_Pont des_Rosiers Pasteur du_Château"
    ),
    street="{number} rue {name}",
    phone="+33 6 39 98 {pair} {other}",
)
AMERICAN = NameList(
    women=_ENGLISH_WOMEN,
    men=_ENGLISH_MEN,
    surnames=_ENGLISH_SURNAMES,
    streets=_words("Oak Maple Cedar Pine Lake Hill Park Sunset River Main Washington Elm Spring Church Mill"),
    street="{number} {name} Street",
    phone="+1 212 555 01{pair}",
)
BRITISH = NameList(
    women=_ENGLISH_WOMEN,
    men=_ENGLISH_MEN,
    surnames=_ENGLISH_SURNAMES,
    streets=_words("Station Church Victoria Green Manor Kings Queens Grange Springfield Mill School North"),
    street="{number} {name} Road",
    phone="+44 7700 900{pair}",
)
GERMAN = NameList(
    women=_words(
        "Anja Anna Antje Birgit Clara Elke Emma Frieda Greta Hanna Heike Ida Ilse Jana Johanna Karin Lena "
        "Lotte Mara Marie Mia Nele Paula Petra Rosa Sabine Sophie Svenja Thea Ute"
    ),
    men=_words(
        "Anton Arne Ben Bernd Carl Dieter Emil Erik Finn Fritz Georg Hans Henrik Jan Jonas Jürgen Karl Lars "
        "Lukas Malte Max Moritz Niklas Olaf Otto Paul Sven Till Uwe Wolf"
    ),
    surnames=_words(
        "Acker Amsel Apfelbaum Bachmann Birke Blum Brunnen Buchwald Eichhorn Falke Feldmann Fink Förster "
        "Gärtner Glaser Hahn Heide Herbst Holz Kessler Köhler Krämer Kuckuck Lerche Lindner Maurer Morgen "
        "Mühlbauer Nebel Reiter Rosenthal Sattler Schäfer Schlosser Seiler Sommer Specht Steiner Storch "
        "Töpfer Vogel Wagner Waldmann Weber Weidmann Wiese Winter Ziegler"
    ),
    streets=_words("Linden Garten Bahnhof Schul Berg Wald Ring Birken Mühlen Kirch Rosen Markt"),
    street="{name}straße {number}",
    phone="+49 30 2312{pair}",
)
NAME_LISTS = {"FR": FRENCH, "US": AMERICAN, "GB": BRITISH, "DE": GERMAN, "CA": AMERICAN}

OCCUPATIONS = (
    _words("student apprentice trainee barista"),
    _words("engineer nurse clerk mechanic analyst designer electrician accountant"),
    _words("teacher nurse manager carpenter pharmacist civil_servant"),
    _words("retired retired retired volunteer"),
    _words("consultant pilot sales_representative journalist photographer"),
)
# Two words make a shop's name; the category gives the second.
SHOP_FIRST = _words(
    "Amber Atlas Aurora Azure Beacon Birch Blue Bright Cedar Cobalt Compass Coral Corner Crescent Crystal "
    "Daily Delta Ember Fern Garden Golden Grand Harbor Hazel Indigo Iris Ivory Jasper Juniper Lantern Laurel "
    "Lotus Lunar Magnolia Maple Meridian Mosaic Nimbus North Nova Oak Olive Opal Orchid Pearl Pine Polar "
    "Prairie Quartz Raven River Ruby Saffron Sage Silver Solar Sparrow Summit Terra Tulip Velvet Violet West "
    "Willow Zephyr"
)
SHOP_SECOND = {
    "grocery": _words("Market Grocers Foods Epicerie Fresh Pantry"),
    "restaurants": _words("Bistro Kitchen Table Café Grill Diner"),
    "transport": _words("Transit Cabs Fuel Parking Rail Mobility"),
    "fashion": _words("Wear Boutique Threads Shoes Apparel Studio"),
    "electronics": _words("Electronics Digital Devices Audio Computing Mobile"),
    "home": _words("Home Furniture Hardware Interiors Gardens Living"),
    "health": _words("Pharmacy Clinic Optics Dental Wellness Care"),
    "utilities": _words("Energy Water Telecom Power Broadband Gas"),
    "education": _words("Academy School Courses Books Campus Institute"),
    "gaming": _words("Games Arcade Play Quest Studio_Games Pixel"),
    "digital goods": _words("Streaming Apps Cloud Music Gift_Codes Media"),
    "travel": _words("Travel Airways Hotels Voyages Cruises Rentals"),
    "charity": _words("Foundation Relief Aid Trust Charity Fund"),
    "cash advance": _words("ATM Cash_Point Bank_Machine Teller Cash Currency"),
}
