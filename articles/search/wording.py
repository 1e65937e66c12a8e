"""A search in words: the title of a list page, and the wording of its dates."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from articles.days import day_in_words, month_in_words
from articles.phrases import all_of, gettext, marked, ngettext, one_of, pgettext
from articles.search.definite import takes_article
from articles.search.query import Criteria, Match, Term, read_words
from articles.search.vocabulary import VOCABULARIES

# Facets that share one phrase, in the order of the title.
SUBJECTS = ("actor", "country", "organisation")


class Phrase(NamedTuple):
    """How a title says what is wanted of some facets, what is not, and what it is mainly to be about."""

    facets: tuple[str, ...]
    wanted: str
    unwanted: str
    mainly: str = ""


PHRASES = (
    Phrase(
        SUBJECTS,
        marked("about %(names)s", "title"),
        marked("without %(names)s", "title"),
        marked("mainly about %(names)s", "title"),
    ),
    Phrase(
        ("topic",),
        marked("on %(names)s", "title"),
        marked("not on %(names)s", "title"),
        marked("mainly on %(names)s", "title"),
    ),
    Phrase(("outlet",), marked("by %(names)s", "title"), marked("not by %(names)s", "title")),
    Phrase(("author",), marked("written by %(names)s", "title"), marked("not written by %(names)s", "title")),
    Phrase(("language",), marked("in %(names)s", "title"), marked("not in %(names)s", "title")),
    Phrase(
        ("has", "origin", "status"),
        marked("with %(names)s", "title"),
        marked("without %(names)s", "title"),
    ),
    Phrase(("dated",), "%(names)s", marked("not %(names)s", "title")),
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
    return (
        gettext("Articles %(conditions)s") % {"conditions": _row(parts)} if parts else gettext("All articles")
    )


def span_in_words(first: dt.date | None, last: dt.date | None) -> str:
    """Return the time between two days, both included, as people say it: ``in October 2025``."""
    if first and last:
        return _between(first, last)
    if first:
        return gettext("since %(day)s") % {"day": day_in_words(first)}
    return gettext("until %(day)s") % {"day": day_in_words(last)} if last else ""


def _between(first: dt.date, last: dt.date) -> str:
    """Return it in whole years or months where it is that; each has its own prepositions elsewhere."""
    if first == last:
        return gettext("on %(day)s") % {"day": day_in_words(first)}
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        if first.year == last.year:
            return pgettext("a year", "in %(year)s") % {"year": first.year}
        return pgettext("years", "from %(first)s to %(last)s") % {"first": first.year, "last": last.year}
    if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
        if (first.year, first.month) == (last.year, last.month):
            return pgettext("a month", "in %(month)s") % {"month": month_in_words(first)}
        message = pgettext("months", "from %(first)s to %(last)s")
        return message % {"first": month_in_words(first), "last": month_in_words(last)}
    message = pgettext("days", "from %(first)s to %(last)s")
    return message % {"first": day_in_words(first), "last": day_in_words(last)}


def sought(words: str) -> str:
    """Return free text that `read_words` takes, as a phrase: ``“black sea”, without grain``."""
    wanted, unwanted = _terms(words)
    return _row([*([all_of(wanted)] if wanted else []), *_without(unwanted)])


def value_in_words(facet: str, key: str, match: Match, names: Names) -> str:
    """Return one value of a search on its own: ``not Russia``, ``without a tag by an editor``."""
    if facet in SELF_EVIDENT:
        name = names.get((facet, key), key)
        if match is Match.NOT:
            return pgettext("a name", "not %(name)s") % {"name": name}
        return gettext("mainly %(name)s") % {"name": name} if match is Match.MAIN else name
    phrase = next(phrase for phrase in PHRASES if facet in phrase.facets)
    return _said(phrase.unwanted if match is Match.NOT else phrase.wanted, _name(names, facet, key))


def _said(message: str, names: str) -> str:
    """Return one of the messages of a phrase around names."""
    return pgettext("title", message) % {"names": names}


def _row(parts: Sequence[str]) -> str:
    return pgettext("between conditions", ", ").join(parts)


def _wanted(criteria: Criteria, names: Names) -> Iterator[str]:
    for phrase in PHRASES:
        wanted = [_name(names, facet, key) for facet, key in _keys(criteria, phrase.facets, Match.ALL)]
        choices = [
            [_name(names, facet, key) for key in criteria.values.get((facet, Match.ANY), ())]
            for facet in phrase.facets
        ]
        choices = [choice for choice in choices if choice]
        if len(choices) == 1 and not wanted:
            yield _said(phrase.wanted, one_of(choices[0]))
        elif wanted or choices:
            yield _said(phrase.wanted, all_of([*wanted, *map(_choice, choices)]))


def _choice(names: Sequence[str]) -> str:
    """Return one choice among other conditions, so that its ``or`` cannot be misread."""
    if len(names) == 1:
        return names[0]
    message = gettext("either %(names)s") if len(names) == 2 else gettext("any of %(names)s")
    return message % {"names": one_of(names)}


def _mainly(criteria: Criteria, names: Names) -> Iterator[str]:
    for phrase in PHRASES:
        main = [_name(names, facet, key) for facet, key in _keys(criteria, phrase.facets, Match.MAIN)]
        if main:
            yield _said(phrase.mainly, all_of(main))


def _unwanted(criteria: Criteria, names: Names) -> Iterator[str]:
    for phrase in PHRASES:
        unwanted = [_name(names, facet, key) for facet, key in _keys(criteria, phrase.facets, Match.NOT)]
        if unwanted:
            yield _said(phrase.unwanted, one_of(unwanted))


def _dates(criteria: Criteria) -> Iterator[str]:
    if span := span_in_words(criteria.published_after, criteria.published_before):
        yield gettext("published %(span)s") % {"span": span}
    if span := span_in_words(criteria.clipped_after, criteria.clipped_before):
        yield gettext("clipped %(span)s") % {"span": span}


def _words(words: str) -> Iterator[str]:
    wanted, unwanted = _terms(words)
    if wanted:
        yield pgettext("words of the text", "with %(terms)s") % {"terms": all_of(wanted)}
    yield from _without(unwanted)


def _without(unwanted: Sequence[str]) -> Iterator[str]:
    if unwanted:
        yield pgettext("words of the text", "without %(terms)s") % {"terms": one_of(unwanted)}


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
        message = ngettext("the word “%(words)s”", "the words “%(words)s”", len(single))
        wanted.insert(0, message % {"words": " ".join(single)})
    return wanted, unwanted


def _plain(term: Term) -> str:
    """Return the term, with an ellipsis where it is only the beginning of a word."""
    return f"{term.text}…" if term.is_prefix else term.text


def _quoted(term: Term) -> str:
    return gettext("“%(text)s”") % {"text": _plain(term)}


def _keys(criteria: Criteria, facets: Sequence[str], match: Match) -> Iterator[tuple[str, str]]:
    for facet in facets:
        for key in criteria.values.get((facet, match), ()):
            yield facet, key


def _name(names: Names, facet: str, key: str) -> str:
    if facet in VOCABULARIES:
        return gettext(VOCABULARIES[facet][key].phrase)
    if facet == "language":
        return _language(names.get((facet, key), key))
    return named(facet, names.get((facet, key), key))


def _language(name: str) -> str:
    """Return the name of a language within a sentence: ``French``; in French ``français``."""
    if pgettext("do names of languages have a capital within a sentence: yes or no", "yes") == "yes":
        return name
    return name[:1].lower() + name[1:]


def named(facet: str, name: str) -> str:
    """Return a name as it stands in a sentence: ``the United States``, ``sanctions``."""
    if facet in {"country", "organisation"}:
        return gettext("the %(name)s") % {"name": name} if takes_article(name) else name
    # Topics are common nouns with a heading's capital: "on sanctions", but "on European Union affairs".
    is_common = facet == "topic" and name[1:] == name[1:].lower()
    return name[:1].lower() + name[1:] if is_common else name
