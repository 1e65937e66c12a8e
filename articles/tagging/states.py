"""The country that the short form of a state tells: "in Hannibal, Mo."."""

from __future__ import annotations

import re
from collections.abc import Mapping

from articles.tagging.datelines import bare
from articles.tagging.reading import Found, Reading
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
    towns: dict[int, str] = {}  # the key of the state's country by the place where the town ends
    states: list[Found] = []
    for match in _TOWN.finditer(reading.text):
        first, end = place(match.start(1)), place(match.end(1) - 1)
        entry = countries.get(STATES[bare(match[1])])
        is_town = reading.text[match.start() - 1].islower()
        if entry and is_town and first >= last:
            towns[place(match.start())] = entry.key
            if not reading.begins_place_or_title(first):
                states.append((entry, first, end, "place"))
    if towns:
        _refuse_towns(reading, towns)
        named = {found[2] for found in reading.found}  # "Washington, D.C." by its whole name
        reading.found += [state for state in states if state[2] not in named]


def _refuse_towns(reading: Reading, towns: Mapping[int, str]) -> None:
    """Refuse the countries found that end where a town of another one does; its key by that place."""
    kept = []
    for found in reading.found:
        if towns.get(found[2], found[0].key) == found[0].key:
            kept.append(found)
        else:
            reading.refused.append((*found, BEFORE_STATE))
    reading.found[:] = kept
