"""The definite article of names: the United States, but China.

A module of its own, as the gazetteer is read in processes that know nothing of searches and dates.
"""

from __future__ import annotations

import re

# Names of countries and organisations that people say with an article although no word of them tells.
WITH_ARTICLE = frozenset(
    {
        "Arctic", "Bahamas", "Balkans", "CIA", "Comoros", "E3", "FBI", "FDLR", "FSB", "G20", "G5",
        "G7", "G77", "G8", "GRU", "Gambia", "Houthis", "IAEA", "IMF", "Maldives", "Netherlands",
        "OECD", "OPCW", "OSCE", "Philippines", "Quad", "Quint", "Taliban",
    }
)  # fmt: skip
# Common nouns: a name whose head is one of them takes the article: the Arctic Council, the Isle of Man.
HEADS = frozenset(
    {
        "Agency", "Alliance", "Antilles", "Area", "Army", "Arrangement", "Assembly", "Association",
        "Authority", "Bank", "Board", "Brigade", "Brotherhood", "Canal", "Cartel", "Center",
        "Centre", "Club", "Coalition", "Commission", "Committee", "Commonwealth", "Community",
        "Confederation", "Conference", "Congress", "Convention", "Corps", "Corridor", "Council",
        "Country", "Court", "Department", "Dialogue", "Emirates", "Farms", "Federation", "Force",
        "Forces", "Forum", "Foundation", "Front", "Fund", "Government", "Group", "Guard", "Heights",
        "Initiative", "Institute", "Institution", "Islands", "Isle", "Kingdom", "League", "Line",
        "Market", "Mechanism", "Meeting", "Mission", "Movement", "Nations", "Netherlands",
        "Network", "Nine", "Office", "Organisation", "Organization", "Pact", "Panel", "Parliament",
        "Party", "Programme", "Regime", "Region", "Republic", "Rocks", "Sea", "Secretariat",
        "Service", "States", "Strait", "Strip", "Summit", "System", "Territories", "Territory",
        "Tigers", "Treasury", "Treaty", "Triangle", "Tribunal", "Union", "Zone",
    }
)  # fmt: skip
# Where the head of a name ends: "International Court | of Justice", "UN Mission | in Kosovo".
_TAIL = re.compile(r" (?:of|for|on|in|to|against) ")


def takes_article(name: str) -> bool:
    """Return whether people say the name of a country or organisation with an article: the United States.

    ``Court of Justice`` does, ``NATO`` and ``China`` do not.  A name that brings its own does not.
    """
    *others, last = name.split() or [""]
    head = _TAIL.split(name)[0].split()
    nouns = {word.capitalize() for word in (*head[-1:], last)}  # both ends of "Gulf of Guinea Commission"
    is_common = bool(others) and not HEADS.isdisjoint(nouns) and others[0].lower() != "the"
    return name in WITH_ARTICLE or is_common
