"""Whose an office is: the country or body that the words around it say, and no other in the article."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from articles.tagging.vocabulary import FIELDS, PHRASE_ENDS, Title

REACH = 90  # characters between an office and its country or body
ADJECTIVE, NOUN, POSSESSIVE = 3, 3, 5  # words that may stand between a name of that sort and its office
# "talks. The" ends a sentence, "U.S. forces" does not; a blank line always does.  The sign comes first, as it
# is found four times as fast as what stands before it.
SENTENCE_END = re.compile(
    r"[.!?…\n](?:(?<=[^\W\d_A-Z][.!?…])[\"'”’)\]]*\s+(?=[\"“‘(]?[^\W_a-z])|(?<=\n)\s*\n)"
)
LONGEST_SENTENCE = 600  # characters to either side
POSSESSED = re.compile(r"['’]s?\s")
# " of the", " for ", ", the": what leads from an office to what follows it.
OF = re.compile(r"\s(?:of|for|from)\s(?:the\s)?")
LEADS_ON = re.compile(r"\s(?:of|for|from)(?:\s[^\W\d_][\w'’-]*){0,6}?\s(?:of|from)\s(?:the\s)?")
# An envoy to, in, for or on a country is not that country's.
SENT_TO = re.compile(r"\s(?:to|in|at|on|for)\s(?:the\s)?")
SENT = ("ambassador", "envoy", "representative", "rapporteur", "consul", "negotiator", "commissioner")
# Of these the words after "of" may be a field: "minister of trade", not "president of trade".
OF_A_FIELD = ("minister", "secretary", "PM", "adviser", "advisor")
NAMING = frozenset(
    {"name", "demonym", "former"}
)  # rules by which a sentence names a country, not a place in it


class Place(NamedTuple):
    """A country or body that the text names at [start, end), by which rule; no key if it is private."""

    start: int
    end: int
    key: str
    rule: str


class Post(NamedTuple):
    """An office at [start, end) of the text, and the name of its holder, likewise."""

    title: Title
    start: int
    end: int
    name_start: int
    name_end: int


def owner_of(text: str, places: Sequence[Place], post: Post) -> str:
    """Return the key of what the office is of; "" where the words leave it open.

    ``places`` are all that the article names, in order.  Words that belong to the office come first: "of
    Peru" behind it, "Peru's" or "Peruvian" before it.  Else it is the one country or body of the sentence.
    """
    first, last = bisect_left(places, (post.start,)), bisect_left(places, (post.end,))
    before = places[max(0, first - 3) : first]
    after = places[last : bisect_left(places, (post.end + REACH,))]
    is_sent = post.title.words.endswith(SENT)
    for found in (
        None if is_sent else _following(text, after, post),
        _leading(text, before, post.start),
        _following(text, after, post) if is_sent else None,
    ):
        if found is not None:
            return found.key
    if OF.match(text, post.end) and not post.title.words.endswith((*SENT, *OF_A_FIELD)):
        return ""  # "the president of RT France": of something that the gazetteer lacks
    return _only_one(text, places, post, is_sent=is_sent)


def _leading(text: str, before: Sequence[Place], start: int) -> Place | None:
    """Return the place that stands in the noun phrase of the office: "Peru's new", "the Peruvian"."""
    place = next((one for one in reversed(before) if one.end <= start), None)
    if place is None or start - place.end > REACH:
        return None
    gap = text[place.end : start]
    if "." in text[place.start : place.end]:
        gap = gap.removeprefix(".")  # "U.S."
    elif text[place.start - 1 : place.start] == "(":
        gap = gap.removeprefix(")")  # "the UN migration agency (IOM)'s"
    possessed = POSSESSED.match(gap)
    words = (gap[possessed.end() :] if possessed else gap).split()
    if len(words) > 2 and words[1] == "and" and words[0][0].isupper() and words[2][0].isupper():
        words = words[2:]  # "Iranian Roads and Urban Development Minister"
    if not (possessed or gap[:1].isspace()) or "\n\n" in gap:
        return None
    if any(not word.replace("-", "").isalpha() or word.lower() in PHRASE_ENDS for word in words):
        return None
    if possessed:
        return place if len(words) <= POSSESSIVE else None
    is_plural = text[place.end - 1] == "s" and text[place.end - 2] != "s"  # "Russians", not "Swiss"
    if place.rule == "demonym" and not is_plural:
        return place if len(words) <= ADJECTIVE else None
    is_phrase = all(word[0].isupper() or word in FIELDS for word in words)
    return place if is_phrase and len(words) <= NOUN else None


def _following(text: str, after: Sequence[Place], post: Post) -> Place | None:
    """Return the place that "of" or "for" ties to the office, directly or after a field: "of health of"."""
    for place in after:
        gap = text[post.end : place.start]
        if not (OF.fullmatch(gap) or LEADS_ON.fullmatch(gap)):
            continue
        if post.title.words.endswith(SENT) and gap.lstrip().startswith("for"):
            continue
        rest = text[place.end : place.end + 2]
        is_longer = rest[:1] == " " and rest[1:].isupper() and place.end + 1 != post.name_start
        if place.rule != "demonym" and is_longer:
            return place._replace(key="")  # "the Israel Museum"
        return place
    return None


def _only_one(text: str, places: Sequence[Place], post: Post, *, is_sent: bool) -> str:
    """Return the one country or body that the sentence names; "" if it names none or several."""
    first, last = min(post.start, post.name_start), max(post.end, post.name_end)
    floor = max(0, first - LONGEST_SENTENCE)
    # One character more, by which the end of a sentence right before the office is seen.
    ends = [end.end() for end in SENTENCE_END.finditer(text, floor, first + 1)]
    begin = max((end for end in ends if end <= first), default=floor)
    stop = SENTENCE_END.search(text, last, last + LONGEST_SENTENCE)
    end = stop.start() if stop else last + LONGEST_SENTENCE
    within = places[bisect_left(places, (begin,)) : bisect_left(places, (end,))]
    sent_to = SENT_TO.match(text, post.end) if is_sent else None
    named = {place.key for place in within}
    if len(named) != 1 or not any(place.rule in NAMING for place in within):
        return ""
    if sent_to is not None and any(place.start == sent_to.end() for place in within):
        return ""
    return named.pop()
