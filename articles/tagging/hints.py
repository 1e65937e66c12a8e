"""Countries that no name tells: a town's state in short form, a company's home by the form of its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from articles.tagging.datelines import LONGEST_OPENING, bare
from articles.tagging.reading import Reading
from articles.tagging.records import Entry
from articles.tagging.vocabulary import HOMES, POINTED_STATES, STATES

# The form of a company: of "HOLLY MILLS INC", "Holly Mills Co Ltd", not of "the Co-operation Council".
_FORM = re.compile(
    r"\b[A-Z][\w.&'’/-]*,? (?:Co |CO )?"
    r"((?:Corp|CORP) (?:Holdings |HOLDINGS )?(?:Ltd|LTD|Plc|PLC)"
    r"|Inc|INC|Corp|CORP|Plc|PLC|plc|GmbH|SpA|Ltd|LTD|AG|SA|NV|Oy|KK|Pty|Bhd)\b"
)
# "Norwood, N.C., and", "in Hannibal, Mo.": the point is asked for, and "Thank you, Miss." is none.
_TOWN = re.compile(rf", ((?:{'|'.join(map(re.escape, sorted(POINTED_STATES)))})\.)(?=[\s,;)])")


def read_states(reading: Reading, countries: Mapping[str, Entry], last: int) -> None:
    """Take the country of states in short form behind a town, after the dateline that ends at ``last``.

    ``countries`` are the entries by key.
    """
    place = reading.hits.folded.place
    for match in _TOWN.finditer(reading.text):
        first = place(match.start(1))
        entry = countries.get(STATES[bare(match[1])])
        is_town = reading.text[match.start() - 1].islower()
        if entry and is_town and first >= last and not reading.begins_place_or_title(first):
            reading.found.append((entry, first, place(match.end(1) - 1), "place"))


def read_company(reading: Reading, countries: Mapping[str, Entry], last: int) -> None:
    """Take the home of the first company in title or opening, for a report that names nothing else."""
    folded, text = reading.hits.folded, reading.text
    report = folded.origin(last) if last else reading.body_start
    if not text[report:].strip():
        return  # a headline alone
    title_end = min(folded.origin(reading.title_end), LONGEST_OPENING)
    match = _FORM.search(text, 0, title_end) or _FORM.search(text, report, report + LONGEST_OPENING)
    entry = countries.get(HOMES.get(bare(match[1]), "")) if match else None
    if match and entry:
        reading.found.append((entry, folded.place(match.start()), folded.place(match.end()), "company"))
        reading.keys.add(entry.key)
