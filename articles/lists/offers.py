"""What to look for instead, where a search of words finds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, product

from articles.filters import ArticleFilter
from articles.lists.suggesting import read_tag_names, suggest
from articles.models import Alias
from articles.search import sync
from articles.search.address import Address
from articles.search.engine import IndexUnusable
from articles.search.misspelt import best_first, may_be_misspelt, most_mistakes, near, one_off
from articles.search.names import spelled
from articles.search.query import MIN_PREFIX, Criteria, Match, WordsError, read_words
from articles.search.wording import sought

SHOWN = 3  # names
MAX_TRIED = 6  # names; each is a search
MAX_WORDS = 3  # each is some look-ups; names have seldom more
MAX_SPELLINGS = 2  # of the words; each is a search, and one for each name it may mean
BEGUN_ALIKE = 500  # words, the most frequent with these letters, that are compared with one


@dataclass(frozen=True, slots=True)
class Offer:
    """One other search: what it is for, the number of its articles, its address.

    ``kind`` is the kind of what it names, ``q`` if it is for words otherwise spelt, empty if it is for words
    that begin with ``name``.
    """

    kind: str
    name: str
    count: int
    url: str

    @property
    def label(self) -> str:
        """Return what readers call its kind."""
        return str(ArticleFilter.base_filters[self.kind].label).lower() if self.kind else ""


def find_offers(criteria: Criteria, address: Address) -> list[Offer]:
    """Return the searches that may have been meant by one for words: names, other spellings, the begun word.

    Each finds something, and keeps all other filters.  While nobody can count there are none.
    """
    if not criteria.words.strip():
        return []
    try:
        tried = [
            *_names(criteria, address),
            *_respelt(criteria, address),
            *_beginnings(criteria, address),
        ]
        found = sync.search_all([asked for _, asked in tried], limit=1) if tried else []
    except IndexUnusable:
        return []
    offers = {
        offer.url: replace(offer, count=result.count)
        for (offer, _), result in zip(tried, found, strict=True)
        if result.count
    }.values()
    names = [offer for offer in offers if offer.kind not in {"", "q"}]
    return [
        *names[:SHOWN],
        *(offer for offer in offers if offer.kind == "q"),
        *(offer for offer in offers if not offer.kind),
    ]


def _names(criteria: Criteria, address: Address) -> Iterator[tuple[Offer, Criteria]]:
    """Yield a search for each name that some of the words may mean; the other words stay."""
    words = criteria.words.split()
    if len(words) > MAX_WORDS or any(sign in criteria.words for sign in '"*'):
        return
    seen: set[tuple[str, str]] = set()
    for kind, key, name, rest in chain(_suggested(words), _of_capitals(words)):
        if (kind, key) in seen or len(seen) == MAX_TRIED:
            continue
        seen.add((kind, key))
        wanted = (kind, Match.ALL)
        keys = tuple(dict.fromkeys((*criteria.values.get(wanted, ()), key)))
        url = str(address.setting("q", rest).adding(kind, key))
        asked = replace(criteria, words=rest, values={**criteria.values, wanted: keys})
        if _is_readable(rest):
            yield Offer(kind, name, 0, url), asked


def _suggested(words: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a search box would suggest for some of the words: kind, key, name, and the other words."""
    for end in range(len(words), 0, -1):
        typed = " ".join(words[:end])
        for one in suggest(typed):
            if one.parameter == one.kind:  # not what is excluded
                yield one.kind, one.value, one.name, " ".join([*typed[: one.start].split(), *words[end:]])


def _of_capitals(words: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the countries whose capital a word names, as `_suggested` does, which knows no capitals."""
    for number, word in enumerate(words):
        others = " ".join([*words[:number], *words[number + 1 :]])
        capitals = Alias.objects.filter(kind=Alias.Kind.CAPITAL, text__iexact=word, tag__is_retired=False)
        for kind, key, name in capitals.order_by("pk").values_list("tag__kind", "tag__key", "tag__name"):
            yield kind, key, name, others


def _respelt(criteria: Criteria, address: Address) -> Iterator[tuple[Offer, Criteria]]:
    """Yield a search for each spelling of the words, and before it those for the names that it may mean."""
    for words in _spellings(criteria.words):
        spelt = replace(criteria, words=words)
        yield from _names(spelt, address)
        yield Offer("q", sought(words), 0, str(address.setting("q", words))), spelt


def _spellings(text: str) -> Iterator[str]:
    """Yield the words with those that stand in no article written as they may have been meant."""
    if any(sign in text for sign in '"*'):
        return
    words = text.split()
    doubtful = {word: spelled(word) for word in words if may_be_misspelt(word)}
    counted = sync.frequencies(set(doubtful.values()))
    unknown = [word for word, folded in doubtful.items() if counted.get(folded) == 0]
    if not 0 < len(unknown) <= MAX_WORDS:
        return
    meant = [_meant(doubtful[word]) for word in unknown]
    for chosen in islice(product(*meant), MAX_SPELLINGS):
        instead = dict(zip(unknown, chosen, strict=True))
        spelling = " ".join(instead.get(word, word) for word in words)
        if not spelling.startswith(" ".join(words).lower()):  # what begins so is offered as that
            yield spelling


def _meant(word: str) -> list[str]:
    """Return the words of names and texts that a folded word may have been meant for, the best first."""
    names = read_tag_names().near(word)
    likely = {*names, *one_off(word)}
    if most_mistakes(word) > 1:
        likely.update(near(word, sync.words_beginning(word[:MIN_PREFIX], most=BEGUN_ALIKE)))
    return best_first(word, names, sync.frequencies(likely))


def _beginnings(criteria: Criteria, address: Address) -> Iterator[tuple[Offer, Criteria]]:
    """Yield the search for all words that begin with the last one, if it is a word of some length."""
    begun = criteria.words.split()[-1]
    words = f"{criteria.words.rstrip()}*"
    if not begun.isalnum() or len(begun) < MIN_PREFIX:
        return
    if _is_readable(words):
        yield Offer("", f"{begun}*", 0, str(address.setting("q", words))), replace(criteria, words=words)


def _is_readable(words: str) -> bool:
    """Return whether these words can be searched for: they may be punctuation, or have one star too many."""
    try:
        read_words(words)
    except WordsError:
        return False
    return True
