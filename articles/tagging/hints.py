"""The country that the short form of a state tells: "in Hannibal, Mo."."""

from __future__ import annotations

import re
from collections.abc import Mapping

from articles.tagging.datelines import bare
from articles.tagging.reading import Reading
from articles.tagging.records import Entry
from articles.tagging.vocabulary import POINTED_STATES, STATES

BEFORE_STATE = "a town of a state that stands after it in short form"

# "Norwood, N.C., and", "in Hannibal, Mo.": the point is asked for, and "Thank you, Miss." is none.
# The capital is looked for first, as it stands behind few commas.
_TOWN = re.compile(rf", (?=[A-Z])((?:{'|'.join(map(re.escape, sorted(POINTED_STATES)))})\.)(?=[\s,;)])")


def read_states(reading: Reading, countries: Mapping[str, Entry], last: int) -> None:
    """Take the country of states in short form behind a town, after the dateline that ends at ``last``.

    ``countries`` are the entries by key.  The town is no other country's: "Paris, Tex." is not in France.
    """
    place = reading.hits.folded.place
    for match in _TOWN.finditer(reading.text):
        first = place(match.start(1))
        entry = countries.get(STATES[bare(match[1])])
        is_town = reading.text[match.start() - 1].islower()
        if not (entry and is_town and first >= last):
            continue
        _refuse_town(reading, place(match.start()), entry.key)
        if not reading.begins_place_or_title(first):
            reading.found.append((entry, first, place(match.end(1) - 1), "place"))


def _refuse_town(reading: Reading, end: int, key: str) -> None:
    """Refuse what was found that ends here, unless it is the country itself: "Washington, D.C."."""
    towns = [found for found in reading.found if found[2] == end and found[0].key != key]
    if towns:
        reading.found[:] = [found for found in reading.found if found not in towns]
        reading.refused += [(*found, BEFORE_STATE) for found in towns]
