"""The line that says where a report was filed: its form, and what the report says of that place."""

from __future__ import annotations

import re

from articles.tagging.vocabulary import BUREAUS, HOSTS, STATES

LONGEST_DATELINE = 80  # characters
LONGEST_HEAD = 200  # of the lines that may stand above it
# How far into the report a company is looked for.
LONGEST_OPENING = 250
# How far into it a bureau's country is to be named: a report from Cairo on Sudan ends with Egypt's view.
LONGEST_LEAD = 500

_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_DAY = rf"(?:,? (?:{_MONTH} {_NUMBER}(?:, \d{{4}})?|{_NUMBER} {_MONTH}(?: \d{{4}})?))"
_AGENCY = r"(?: ?\([^()\n]{2,30}\))"
_PLACES = r"[^\W\d_a-z][\w.'’-]*(?:[ ,/]{1,2}[^\W\d_a-z][\w.'’-]*){0,4}?"
_CAPITALS = r"[^\W\d_a-z]{2}[^\W\d_a-z]*(?:[ ,/.]{1,2}[^\W\d_a-z]+){0,4}?"
_DASH = r" {0,2}(?:--?|–|—)\s"
# Where and when a report was filed: "WASHINGTON, March 3 - ", "Kyiv (Reuters) - ", "Port Sudan — The",
# "ACCRA: ", "Accra, July 12: ", "Prague, 14 April 1997 (RFE/RL) - ", "YEREVAN, May 26. /TASS/. ",
# "New Delhi, May 3 (PTI) The".
# Not "Moscow - long a friend - is silent".
DATELINE = re.compile(
    rf"\s*(?:{_CAPITALS},?{_DAY}?{_AGENCY}?{_DASH}"
    rf"|{_PLACES}(?:{_DAY}{_AGENCY}?|{_AGENCY}){_DASH}"
    rf"|{_PLACES}{_DAY}{_AGENCY}?: "
    rf"|{_PLACES}{_DAY}(?:\. /(?:[A-Z]{{2,12}}|[a-z]{{2,12}})/\. |{_AGENCY} (?=[A-Z]))"
    rf"|{_PLACES} ?[–—] (?=[\"“‘']?[^\W\d_a-z])"
    rf"|(?=[^\W\d_a-z]{{4}}){_CAPITALS}{_DAY}?{_AGENCY}?: )"
)
# Every form of it ends in one of these.
_SIGN = re.compile(r"[-–—:]\s|[/)]")
# "GENEVA The number", "NEW YORK At least", not "UN experts", "US President Joe Biden": a town, if it is one.
_BARE = re.compile(r"\s*([^\W\d_a-z]{3,}(?: [^\W\d_a-z]{2,}){0,2}) (?=[A-Z][a-z]* [a-z])")
# What may stand above it, each on a line of its own: a headline in capitals, "By Ann Lee, Reuters".
# Not "By Friday the ministers ..." of a whole paragraph.
_HEAD = re.compile(r"(?:\s*[^\na-z]{10,120}\n)?(?:\s*(?:[Bb]y|BY) [^\n]{3,60}\n)?")

# ", Mass., " and ", N.Y., " of a dateline.
_STATE = re.compile(r", ([A-Z][A-Za-z.]{0,12}?)\.?,? ")

# "Lynch Corp", "Trafalgar House Plc", "Commerzbank AG", not "the Co-operation Council", "in Co Armagh",
# "the SA government": a report on a company is filed where it sits.
_COMPANY = re.compile(
    r"\b[A-Z][\w.&'’/-]* (?:Inc|INC|Corp|CORP|Ltd|LTD|Plc|PLC|plc|GmbH|SpA|Bancorp)\b"
    r"|\b[A-Z][\w.&'’/-]{2,}[a-z] (?:Co|AG|SA|NV|N\.V\.|S\.A\.|L\.P\.|LP)\b(?!-)"
)
# "Dealers here said", "talks here"; not "here to stay".
_HERE = re.compile(r"[a-z]{3} here\b(?! (?:to|is|are)\b)")


def has_bureaus(town: str) -> bool:
    """Return whether agencies report on other countries from a town that is no capital."""
    return town.casefold().replace(" ", "-") in BUREAUS


def is_host(town: str) -> bool:
    """Return whether bodies of many states meet in a town."""
    return town.casefold().replace(" ", "-") in HOSTS


def is_about_company(report: str) -> bool:
    """Return whether a report that begins with this text is about a company."""
    return _COMPANY.search(report[:LONGEST_OPENING]) is not None


def is_set_there(report: str) -> bool:
    """Return whether the text says "here" of the town where it was filed."""
    return " here" in report and _HERE.search(report) is not None


def is_about_there(report: str, bureau: str, *, is_named: bool) -> bool:
    """Return whether a report that names countries or bodies is about the country it was filed in, too.

    It is where a company tells of itself, where dealers "here" speak, where the country ``is_named`` in title
    or lead, and where the reporter went to a town that is no bureau's.  ``bureau`` is the town, or empty.
    """
    if is_about_company(report):
        return True
    return not is_host(bureau) and (is_named or not bureau or is_set_there(report))


def bare(form: str) -> str:
    """Return the short form of a state's name without points and capitals."""
    return form.replace(".", "").casefold()


def state_of(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the country whose state or province the dateline at [start, end) abbreviates, and where it does.

    The country's key is empty if it abbreviates none.
    """
    for match in _STATE.finditer(text, start, end):
        key = STATES.get(bare(match[1]))
        if key:
            return key, match.start(1), match.end(1)
    return "", 0, 0


def find(text: str, start: int) -> tuple[int, int]:
    """Return where the dateline of the report stands whose body starts at a place, or two zeros."""
    head = _HEAD.match(text, start, start + LONGEST_HEAD)
    for begin in dict.fromkeys((head.end() if head else start, start)):
        stop = begin + LONGEST_DATELINE
        match = DATELINE.match(text, begin, stop) if _SIGN.search(text, begin, stop) else None
        if match:
            return match.end() - len(match[0].lstrip()), match.end()
    return 0, 0


def find_bare(text: str, start: int) -> tuple[int, int]:
    """Return where words in capitals stand that open the body and may be a dateline's town, or two zeros."""
    match = _BARE.match(text, start, start + LONGEST_DATELINE)
    return match.span(1) if match else (0, 0)
