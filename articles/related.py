"""More like one article: others with the same persons, places, subjects and words, and what they share.

The search index finds them, rare tags and words counting for more than frequent ones; what is shown is read
from the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from articles.elsewhere import shares_of
from articles.models import Article, NearDuplicate, TagKind
from articles.reading import Receipt
from articles.rows import Row, TagLabel, read_rows
from articles.search import sync
from articles.search.letters import fold, words_in, written_words

SHOWN = 6  # articles
CANDIDATES = 40  # looked at, so that enough are left of stories that many papers had
LEAST_SHARE = 0.25  # of the best score; what shares less is like any other article
TAGS_SHOWN, WORDS_SHOWN = 3, 3  # in a reason

MOST_TAGS, MOST_WORDS = 12, 8  # asked for; each costs a walk over its postings
# How much a shared tag says, a word of the title being 1: countries are many articles' business, persons few
# ones'.
WEIGHTS = {TagKind.ACTOR: 4.0, TagKind.TOPIC: 3.0, TagKind.ORGANISATION: 2.5, TagKind.COUNTRY: 2.0}
MENTIONED = 0.3  # of what a main subject says
MAIN_IN_BOTH = 0.15  # more for each main subject that both have

MIN_LETTERS = 4  # of a word that says something
# Words of titles that say nothing, though no index counts them out.
COMMON = frozenset({
    "about", "after", "again", "against", "ahead", "amid", "among", "before", "behind", "between", "calls",
    "could", "despite", "during", "every", "first", "from", "have", "here", "into", "just", "make", "more",
    "most", "much", "next", "only", "other", "over", "says", "should", "since", "some", "still", "than",
    "that", "their", "them", "then", "there", "these", "they", "this", "those", "through", "under",
    "until", "what", "when", "where", "which", "while", "will", "with", "without", "would", "year",
    "years",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Related:
    """One more article, and what it shares: tags, how many more of them, and words of its title."""

    row: Row
    tags: list[TagLabel]
    more_count: int
    words: list[str]


type _Tag = tuple[str, str]  # kind and key


@dataclass(frozen=True, slots=True)
class _Match:
    """A candidate and its score: main subjects that both have, other tags, words of both titles."""

    row: Row
    score: float
    main: list[TagLabel]
    mentioned: list[TagLabel]
    words: list[str]

    @property
    def is_telling(self) -> bool:
        """Return whether what is shared is more than one name in passing or one word."""
        return bool(self.main) or len(self.mentioned) + len(self.words) > 1


def find_related(article: Article, receipts: Sequence[Receipt]) -> list[Related]:
    """Return the public articles most like this one, the likest first, each from another story.

    ``receipts`` are of the article's tags.  Neither the article nor one with the same story in nearly the
    same words is among them.  At most six queries.  Raise IndexUnusable while the index is being rebuilt.
    """
    weights, words = _weights(receipts), _telling_words(article.title, receipts)
    scores = _find(article, weights, list(words)[:MOST_WORDS]) if weights or words else {}
    mains = {(receipt.kind, receipt.key) for receipt in receipts if receipt.is_main}
    rows = read_rows(list(scores), sought=weights.keys())
    matches = sorted((_match(row, scores[row.id], mains, words) for row in rows), key=lambda one: -one.score)
    alike = _one_a_story(article, [match for match in matches if match.is_telling])
    return [_related(match) for match in alike[:SHOWN]]


def _find(article: Article, weights: Mapping[_Tag, float], words: Sequence[str]) -> dict[int, float]:
    """Return the articles that share most, and how much."""
    asked = sorted(weights.items(), key=lambda pair: -pair[1])[:MOST_TAGS]
    found = sync.related(
        [(kind, key, weight) for (kind, key), weight in asked],
        words,
        exclude={article.pk, *shares_of(article)},
        limit=CANDIDATES,
    )
    return {pk: score for pk, score in found if score >= LEAST_SHARE * found[0][1]}


def _weights(receipts: Iterable[Receipt]) -> dict[_Tag, float]:
    return {
        (receipt.kind, receipt.key): WEIGHTS[TagKind(receipt.kind)] * (1.0 if receipt.is_main else MENTIONED)
        for receipt in receipts
    }


def _telling_words(title: str, receipts: Iterable[Receipt]) -> dict[str, str]:
    """Return the words of a title that no tag stands for already, as folded and as written."""
    named_already = {word for receipt in receipts for word in words_in(fold(_composed(receipt.name)).text)}
    return {
        word: written
        for word, written in written_words(_composed(title)).items()
        if len(word) >= MIN_LETTERS and word not in COMMON and word not in named_already
    }


def _match(row: Row, score: float, mains: Collection[_Tag], words: Mapping[str, str]) -> _Match:
    labels = [*row.actors, *row.organisations, *row.topics, *row.countries]
    main: list[TagLabel] = []
    mentioned: list[TagLabel] = []
    for label in labels:
        if label.is_sought:
            is_main = label.is_main and (label.kind, label.key) in mains
            (main if is_main else mentioned).append(label)
    in_title = written_words(_composed(row.title))
    shared = [written for word, written in words.items() if word in in_title]
    return _Match(row, score * (1 + MAIN_IN_BOTH * len(main)), main, mentioned, shared)


def _one_a_story(article: Article, matches: Sequence[_Match]) -> list[_Match]:
    """Return the matches without those of the article's own story, and of each other story the first."""
    ids = [article.pk, *(match.row.id for match in matches)]
    # Through a hidden article no two stories become one: that it exists is nobody's business.
    are_public = Q(first__status=Article.Status.PUBLIC, second__status=Article.Status.PUBLIC)
    links = NearDuplicate.objects.filter(are_public, Q(first__in=ids) | Q(second__in=ids))
    stories: dict[int, int] = {}  # article -> the story it is of, by the number of one of its articles

    def story_of(pk: int) -> int:
        while stories.get(pk, pk) != pk:
            pk = stories[pk]
        return pk

    for first, second in links.values_list("first_id", "second_id") if matches else ():
        stories[story_of(second)] = story_of(first)
    told = {story_of(article.pk), _composed(article.title).casefold()}
    others = []
    for match in matches:
        story, title = story_of(match.row.id), _composed(match.row.title).casefold()
        if story not in told and title not in told:
            others.append(match)
            told |= {story, title}
    return others


def _related(match: _Match) -> Related:
    """Return the match with what it shares, as far as it is shown; a topic stands for the wider ones."""
    shared = [*match.main, *match.mentioned]
    wider = {label.parent for label in shared}
    shared = [label for label in shared if label.key not in wider]
    shown = TAGS_SHOWN + 1 if len(shared) == TAGS_SHOWN + 1 else TAGS_SHOWN  # no "and one more"
    return Related(match.row, shared[:shown], len(shared[shown:]), match.words[:WORDS_SHOWN])


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
