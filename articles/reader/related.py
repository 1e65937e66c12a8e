"""More like one article: others with the same persons, places, subjects and words, and what they share.

And the pairs among its main subjects, each of which has a page.

The search index finds them, rare tags and words counting for more than frequent ones; what is shown is read
from the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

from django.db.models import Q

from articles.lists.rows import Row, TagLabel, read_rows
from articles.lists.suggesting import read_counts
from articles.models import Article, NearDuplicate, TagKind
from articles.phrases import all_of
from articles.profiles.dyads import KINDS, address_of
from articles.reader.elsewhere import shares_of
from articles.reader.receipts import Receipt
from articles.search import sync
from articles.search.letters import composed, fold, words_in, written_words

SHOWN = 6  # articles
CANDIDATES = 40  # looked at, so that enough are left of stories that many papers had
LEAST_SHARE = 0.25  # of the best score; what shares less is like any other article
TAGS_SHOWN, WORDS_SHOWN = 3, 3  # in a reason
PAIRED = 3  # main subjects of a kind, in three pairs

MOST_TAGS, MOST_WORDS = 12, 8  # asked for; each costs a walk over its postings
# How much a shared tag says, a word of both titles being 1: countries are many articles' business, persons
# few ones'.
WEIGHTS = {TagKind.ACTOR: 1.2, TagKind.TOPIC: 1.0, TagKind.ORGANISATION: 0.8, TagKind.COUNTRY: 0.7}
ROLES = (0.2, 0.5, 1.0)  # by how many of the two articles have it for a main subject
WORD = 2.0  # a word stands for a rarer thing than most tags, but may mean another here and there
ENGINE_BOOST = 3.0  # of tags against words, which the index looks for in the text as well

MIN_LETTERS = 4  # of a word that says something
# Words of titles that say nothing, though no index counts them out.
COMMON = frozenset({
    "about", "after", "again", "against", "agree", "agreed", "agreement", "agrees", "ahead", "amid",
    "among", "before", "behind", "between", "calls", "could", "countries", "country", "despite", "during",
    "every", "first", "from", "have", "here", "into", "just", "make", "meet", "meets", "more", "most",
    "much", "next", "only", "other", "over", "said", "says", "should", "sign", "signed", "signs", "since",
    "some", "still", "than", "that", "their", "them", "then", "there", "these", "they", "this", "those",
    "through", "under", "until", "what", "when", "where", "which", "while", "will", "with", "without",
    "would", "year", "years",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Related:
    """One more article, and what it shares: tags, how many more of them, and words of its title."""

    row: Row
    tags: list[TagLabel]
    more_count: int
    words: list[str]


@dataclass(frozen=True, slots=True)
class PairLink:
    """Two main subjects of one kind, and the page about what they have to do with each other."""

    kind: str
    name: str
    url: str


type _Tag = tuple[str, str]  # kind and key


@dataclass(frozen=True, slots=True)
class _Match:
    """A candidate: the tags it shares, the weightiest first, the words of both titles, and its score.

    ``is_telling``: it shares more than one name in passing or one word.
    """

    row: Row
    tags: list[TagLabel]
    words: list[str]
    score: float
    is_telling: bool


def find_related(article: Article, receipts: Sequence[Receipt]) -> list[Related]:
    """Return the public articles most like this one, the likest first, each from another story.

    ``receipts`` are of the article's tags.  Neither the article nor one with the same story in nearly the
    same words is among them.  At most nine queries.  Raise IndexUnusable while the index is being rebuilt.
    """
    mains = {(receipt.kind, receipt.key): receipt.is_main for receipt in receipts}
    words = _telling_words(article.title, receipts)
    found = _find(article, mains, list(words)[:MOST_WORDS]) if mains or words else []
    rarities = _rarities(mains) if found else {}
    matches = [_match(row, mains, words, rarities) for row in read_rows(found, sought=mains.keys())]
    matches.sort(key=lambda match: (-match.score, -match.row.id))
    alike = [match for match in matches if match.is_telling and match.score >= LEAST_SHARE * matches[0].score]
    return [_related(match) for match in _one_a_story(article, alike)[:SHOWN]]


def pairs_of(receipts: Sequence[Receipt]) -> list[PairLink]:
    """Return the pairs among the first main subjects of each kind that has pages of pairs."""
    return [
        PairLink(kind, all_of([one.name, other.name]), address_of(kind, one.slug, other.slug))
        for kind in KINDS
        for one, other in combinations(
            [receipt for receipt in receipts if receipt.kind == kind and receipt.is_main][:PAIRED], 2
        )
    ]


def _find(article: Article, mains: Mapping[_Tag, bool], words: Sequence[str]) -> list[int]:
    """Return the articles that share most, by the index's measure, which is good enough to choose by."""
    weights = [
        (kind, key, ENGINE_BOOST * WEIGHTS[TagKind(kind)] * (ROLES[2] if is_main else ROLES[0]))
        for (kind, key), is_main in mains.items()
    ]
    weights.sort(key=lambda asked: -asked[2])
    ours = {article.pk, *shares_of(article)}
    return [pk for pk, _ in sync.related(weights[:MOST_TAGS], words, exclude=ours, limit=CANDIDATES)]


def _rarities(tags: Iterable[_Tag]) -> dict[_Tag, float]:
    """Return how much it says that an article has each tag: the fewer have it, the more.

    By exact counts; the index measures by counts in which deleted entries may linger.
    """
    counts = read_counts()
    most = max(max(kind.values(), default=1) for kind in counts.values())
    return {(kind, key): log(1 + most / counts[kind].get(key, most)) for kind, key in tags}


def _telling_words(title: str, receipts: Iterable[Receipt]) -> dict[str, str]:
    """Return the words of a title that no tag stands for already, as folded and as written."""
    named_already = {word for receipt in receipts for word in words_in(fold(composed(receipt.name)).text)}
    return {
        word: written
        for word, written in written_words(composed(title)).items()
        if len(word) >= MIN_LETTERS and word not in COMMON and word not in named_already
    }


def _match(
    row: Row, mains: Mapping[_Tag, bool], words: Mapping[str, str], rarities: Mapping[_Tag, float]
) -> _Match:
    """Return what an article shares, and how much that says."""
    weights: dict[_Tag, float] = {}
    shared: dict[_Tag, TagLabel] = {}
    is_main_in_both = False
    for label in (*row.actors, *row.organisations, *row.topics, *row.countries):
        if label.is_sought:
            tag = label.kind, label.key
            role = mains[tag] + label.is_main
            is_main_in_both |= role == len(ROLES) - 1
            shared[tag], weights[tag] = label, WEIGHTS[TagKind(label.kind)] * ROLES[role] * rarities[tag]
    in_title = written_words(composed(row.title))
    common = [written for word, written in words.items() if word in in_title]
    return _Match(
        row=row,
        tags=sorted(shared.values(), key=lambda label: -weights[label.kind, label.key]),
        words=common,
        score=sum(weights.values()) + WORD * len(common),
        is_telling=is_main_in_both or len(shared) + len(common) > 1,
    )


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
    told = {story_of(article.pk), composed(article.title).casefold()}
    others = []
    for match in matches:
        story, title = story_of(match.row.id), composed(match.row.title).casefold()
        if story not in told and title not in told:
            others.append(match)
            told |= {story, title}
    return others


def _related(match: _Match) -> Related:
    """Return the match with what it shares, as far as it is shown; a topic stands for the wider ones."""
    wider = {label.parent for label in match.tags}
    shared = [label for label in match.tags if label.key not in wider]
    shown = TAGS_SHOWN + 1 if len(shared) == TAGS_SHOWN + 1 else TAGS_SHOWN  # no "and one more"
    return Related(match.row, shared[:shown], len(shared[shown:]), match.words[:WORDS_SHOWN])
