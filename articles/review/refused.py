"""What the tagger saw in one article and did not believe: worked out when an editor asks, kept nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from articles import gazetteer
from articles.guard import Guard
from articles.importing.ahead import TAG_SECONDS
from articles.importing.taggings import text_of
from articles.models import Article, Tag, Tagging
from articles.tagging.records import Entry
from articles.tagging.standing import Refused, Text, refused_in, set_up
from articles.tagging.surnames import BARE_SURNAME

SHOWN = 100  # different reasons: only a text of capitals or one made to annoy has more
CANDIDATES_SHOWN = 8  # of the same words: a surname has forty bearers

type Key = tuple[str, str]  # kind and slug of a tag
type Mention = tuple[str, int, int, str]  # part, start, end, rule

# The answer for the text asked for last, by release and text.
_asked_last: dict[tuple[str, Text], Sequence[Refused]] = {}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tag that some words seem to mean; with its tagging if the article carries it or an editor spoke."""

    tag: Tag
    tagging: Tagging | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, the words it is about, and those whom these words were not believed to mean."""

    reason: str
    mentions: tuple[Mention, ...]
    candidates: list[Candidate]
    more_count: int

    @property
    def kind(self) -> str:
        """Return the kind of the first candidate, which colours the words."""
        return str(self.candidates[0].tag.kind)


@dataclass(frozen=True, slots=True)
class ArticleRefusals:
    """What one article is not tagged with, and where words of tags that it has were not believed."""

    untagged: list[Refusal]
    tagged: list[Refusal]
    surnames: list[str]  # words that are surnames of people not named
    more_count: int  # of both lists


def read_refused(article: Article) -> ArticleRefusals:
    """Return what today's gazetteer and rules refuse in an article; raise GuardError if its text hangs."""
    entries = tuple(gazetteer.read_entries())
    return arrange(article, _refused(gazetteer.release_of(entries), text_of(article), entries))


def _refused(release: str, text: Text, entries: tuple[Entry, ...]) -> Sequence[Refused]:
    """Return the candidates refused in a text: worked out once while an editor adds tag after tag from it."""
    refused = _asked_last.get((release, text))
    if refused is None:
        with Guard(TAG_SECONDS, prepare=partial(set_up, entries)) as guard:
            refused = guard.run(refused_in, text)
        _asked_last.clear()
        _asked_last[release, text] = refused
    return refused


def arrange(article: Article, refused: Sequence[Refused]) -> ArticleRefusals:
    """Return the refusals with their tags, those of the same words and the same reason as one."""
    surnames = dict.fromkeys(one.words for one in refused if one.reason == BARE_SURNAME)
    grouped = _grouped(one for one in refused if one.reason != BARE_SURNAME)
    candidates = _candidates(article, {key for keys in grouped.values() for key in keys})
    tagged: list[Refusal] = []
    untagged: list[Refusal] = []
    for (reason, mentions), keys in grouped.items():
        known = [candidates[key] for key in keys if key in candidates]
        if not known:
            continue  # retired since
        shown = known[:CANDIDATES_SHOWN]
        side = tagged if all(_is_carried(one) for one in known) else untagged
        side.append(Refusal(reason, mentions, shown, len(known) - len(shown)))
    more_count = max(len(untagged) - SHOWN, 0) + max(len(tagged) - SHOWN, 0)
    return ArticleRefusals(untagged[:SHOWN], tagged[:SHOWN], list(surnames), more_count)


def _grouped(refused: Iterable[Refused]) -> dict[tuple[str, tuple[Mention, ...]], list[Key]]:
    """Return the keys of tags by the reason and all the words for which they were refused."""
    mentions_of: dict[tuple[str, Key], list[Mention]] = defaultdict(list)
    for one in refused:
        mentions_of[one.reason, (one.kind, one.slug)].append(one.mention)
    grouped: dict[tuple[str, tuple[Mention, ...]], list[Key]] = defaultdict(list)
    for (reason, key), mentions in mentions_of.items():
        grouped[reason, tuple(mentions)].append(key)
    return grouped


def _is_carried(candidate: Candidate) -> bool:
    tagging = candidate.tagging
    return tagging is not None and tagging.status != Tagging.Status.REJECTED


def _candidates(article: Article, keys: Collection[Key]) -> dict[Key, Candidate]:
    """Return the tags of these kinds and slugs that are in use, with what the article has of them."""
    rows = Tag.objects.in_use().filter(slug__in={slug for _, slug in keys}).defer("loaded")
    tags = {(str(tag.kind), tag.slug): tag for tag in rows}
    taggings = {
        tagging.tag_id: tagging
        for tagging in Tagging.objects.filter(article=article).select_related("decided_by").defer("mentions")
    }
    return {key: Candidate(tag, taggings.get(tag.pk)) for key, tag in tags.items() if key in keys}
