"""A search in words: the title of a list page, and the wording of its dates."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence

from articles.search.query import Criteria, Match, Term, read_words
from articles.search.vocabulary import VOCABULARIES

# Facets that share one phrase, in the order of the title.
SUBJECTS = ("actor", "country", "organisation")

# (facets, phrase before what is wanted, phrase before what is not)
PHRASES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (SUBJECTS, "about", "without"),
    (("topic",), "on", "not on"),
    (("outlet",), "by", "not by"),
    (("author",), "written by", "not written by"),
    (("language",), "in", "not in"),
    (("has", "origin", "status"), "with", "without"),
    (("dated",), "", "not"),
)
# Facets whose values say on their own what they are.
SELF_EVIDENT = frozenset({*SUBJECTS, "topic", "outlet", "author"})

type Names = Mapping[tuple[str, str], str]


def title_of(criteria: Criteria, names: Names) -> str:
    """Return the search as a headline: ``Articles about Russia and Ukraine, on sanctions``.

    ``names`` gives the name of each (facet, key); a key without one stands for itself.
    """
    parts = [
        *_wanted(criteria, names),
        *_mainly(criteria, names),
        *_unwanted(criteria, names),
        *_dates(criteria),
        *_words(criteria.words),
    ]
    return f"Articles {', '.join(parts)}" if parts else "All articles"


def day_in_words(day: dt.date) -> str:
    """Return ``16 October 2025``."""
    return f"{day.day} {day:%B %Y}"


def span_in_words(first: dt.date | None, last: dt.date | None) -> str:
    """Return the time between two days, both included, as people say it: ``in October 2025``."""
    if first and last:
        if first == last:
            return f"on {day_in_words(first)}"
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return f"in {first.year}" if first.year == last.year else f"from {first.year} to {last.year}"
        if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
            is_one = (first.year, first.month) == (last.year, last.month)
            return f"in {first:%B %Y}" if is_one else f"from {first:%B %Y} to {last:%B %Y}"
        return f"from {day_in_words(first)} to {day_in_words(last)}"
    if first:
        return f"since {day_in_words(first)}"
    return f"until {day_in_words(last)}" if last else ""


def sought(words: str) -> str:
    """Return free text that `read_words` takes, as a phrase: ``“black sea”, without grain``."""
    wanted, unwanted = _terms(words)
    return ", ".join([*([listed(wanted, "and")] if wanted else []), *_without(unwanted)])


def value_in_words(facet: str, key: str, match: Match, names: Names) -> str:
    """Return one value of a search on its own: ``not Russia``, ``without a tag by an editor``."""
    if facet in SELF_EVIDENT:
        name = names.get((facet, key), key)
        return {Match.NOT: f"not {name}", Match.MAIN: f"mainly {name}"}.get(match, name)
    wanted, unwanted = next((phrase, other) for facets, phrase, other in PHRASES if facet in facets)
    return f"{unwanted if match is Match.NOT else wanted} {_name(names, facet, key)}".lstrip()


def listed(names: Sequence[str], conjunction: str) -> str:
    """Return ``a, b and c``."""
    *head, last = names
    return f"{', '.join(head)} {conjunction} {last}" if head else last


def _wanted(criteria: Criteria, names: Names) -> Iterator[str]:
    for facets, phrase, _ in PHRASES:
        wanted = [_name(names, facet, key) for facet, key in _keys(criteria, facets, Match.ALL)]
        choices = [
            [_name(names, facet, key) for key in criteria.values.get((facet, Match.ANY), ())]
            for facet in facets
        ]
        choices = [choice for choice in choices if choice]
        if len(choices) == 1 and not wanted:
            yield f"{phrase} {listed(choices[0], 'or')}".lstrip()
        elif wanted or choices:
            yield f"{phrase} {listed([*wanted, *map(_choice, choices)], 'and')}".lstrip()


def _choice(names: Sequence[str]) -> str:
    """Return one choice among other conditions, so that its ``or`` cannot be misread."""
    if len(names) == 1:
        return names[0]
    return f"{'either' if len(names) == 2 else 'any of'} {listed(names, 'or')}"


def _mainly(criteria: Criteria, names: Names) -> Iterator[str]:
    for facets, phrase, _ in PHRASES:
        main = [_name(names, facet, key) for facet, key in _keys(criteria, facets, Match.MAIN)]
        if main:
            yield f"mainly {phrase} {listed(main, 'and')}"


def _unwanted(criteria: Criteria, names: Names) -> Iterator[str]:
    for facets, _, phrase in PHRASES:
        unwanted = [_name(names, facet, key) for facet, key in _keys(criteria, facets, Match.NOT)]
        if unwanted:
            yield f"{phrase} {listed(unwanted, 'or')}"


def _dates(criteria: Criteria) -> Iterator[str]:
    for verb, first, last in (
        ("published", criteria.published_after, criteria.published_before),
        ("clipped", criteria.clipped_after, criteria.clipped_before),
    ):
        if first or last:
            yield f"{verb} {span_in_words(first, last)}"


def _words(words: str) -> Iterator[str]:
    wanted, unwanted = _terms(words)
    if wanted:
        yield f"with {listed(wanted, 'and')}"
    yield from _without(unwanted)


def _without(unwanted: Sequence[str]) -> Iterator[str]:
    if unwanted:
        yield f"without {listed(unwanted, 'or')}"


def _terms(words: str) -> tuple[list[str], list[str]]:
    """Return what free text wants and what it does not, each in words; phrases have quotation marks."""
    wanted, single, unwanted = [], [], []
    for clause in read_words(words):
        if clause.is_excluded:
            unwanted += [_quoted(term) if " " in term.text else _plain(term) for term in clause.alternatives]
        elif len(clause.alternatives) > 1:
            wanted.append(_choice([_quoted(term) for term in clause.alternatives]))
        elif " " in clause.alternatives[0].text:
            wanted.append(_quoted(clause.alternatives[0]))
        else:
            single.append(_plain(clause.alternatives[0]))
    if single:
        noun = "word" if len(single) == 1 else "words"
        wanted.insert(0, f"the {noun} “{' '.join(single)}”")
    return wanted, unwanted


def _plain(term: Term) -> str:
    """Return the term, with an ellipsis where it is only the beginning of a word."""
    return f"{term.text}…" if term.is_prefix else term.text


def _quoted(term: Term) -> str:
    return f"“{_plain(term)}”"


def _keys(criteria: Criteria, facets: Sequence[str], match: Match) -> Iterator[tuple[str, str]]:
    for facet in facets:
        for key in criteria.values.get((facet, match), ()):
            yield facet, key


def _name(names: Names, facet: str, key: str) -> str:
    if facet in VOCABULARIES:
        return VOCABULARIES[facet][key].phrase
    return named(facet, names.get((facet, key), key))


def named(facet: str, name: str) -> str:
    """Return a name as it stands in a sentence: ``the United States``, ``sanctions``."""
    if facet in {"country", "organisation"}:
        return f"the {name}" if takes_article(name) else name
    # Topics are common nouns with a heading's capital: "on sanctions", but "on European Union affairs".
    is_common = facet == "topic" and name[1:] == name[1:].lower()
    return name[:1].lower() + name[1:] if is_common else name


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
