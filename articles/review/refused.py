"""What the tagger saw in one article and did not believe: worked out when an editor asks, kept nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from articles import gazetteer
from articles.guard import Guard
from articles.importing.ahead import TAG_SECONDS
from articles.importing.taggings import text_of
from articles.models import Article, Tag, Tagging
from articles.tagging.standing import Refused, refused_in, set_up
from articles.tagging.surnames import BARE_SURNAME

SHOWN = 100  # different reasons: only a text of capitals or one made to annoy has more
CANDIDATES_SHOWN = 8  # of the same words: a surname has forty bearers

type Mention = tuple[str, int, int, str]  # part, start, end, rule


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


@dataclass(slots=True)
class RefusedHere:
    """What one article is not tagged with, and where words of tags that it has were not believed."""

    untagged: list[Refusal] = field(default_factory=list)
    tagged: list[Refusal] = field(default_factory=list)
    surnames: list[str] = field(default_factory=list)  # words that are surnames of people not named
    more_count: int = 0


def read_refused(article: Article) -> RefusedHere:
    """Return what today's gazetteer and rules refuse in an article; raise GuardError if its text hangs."""
    prepare = partial(set_up, tuple(gazetteer.read_entries()))
    with Guard(TAG_SECONDS, prepare=prepare) as guard:
        refused = guard.run(refused_in, text_of(article))
    return arrange(article, refused)


def arrange(article: Article, refused: Sequence[Refused]) -> RefusedHere:
    """Return the refusals with their tags, those of the same words and the same reason as one."""
    here = RefusedHere()
    here.surnames = list(dict.fromkeys(one.words for one in refused if one.reason == BARE_SURNAME))
    places_of: dict[tuple[str, str, str], list[Mention]] = defaultdict(list)
    for one in refused:
        if one.reason != BARE_SURNAME:
            places_of[one.reason, one.kind, one.slug].append(one.mention)
    alike: dict[tuple[str, tuple[Mention, ...]], list[tuple[str, str]]] = defaultdict(list)
    for (reason, kind, slug), mentions in places_of.items():
        alike[reason, tuple(mentions)].append((kind, slug))
    candidates = _candidates(article, {name for names in alike.values() for name in names})
    for (reason, places), names in alike.items():
        known = [candidates[name] for name in names if name in candidates]
        if not known:
            continue  # retired since
        shown = known[:CANDIDATES_SHOWN]
        group = here.tagged if all(_is_carried(one) for one in known) else here.untagged
        group.append(Refusal(reason, places, shown, len(known) - len(shown)))
    here.more_count = max(len(here.untagged) - SHOWN, 0) + max(len(here.tagged) - SHOWN, 0)
    del here.untagged[SHOWN:], here.tagged[SHOWN:]
    return here


def _is_carried(candidate: Candidate) -> bool:
    tagging = candidate.tagging
    return tagging is not None and tagging.status != Tagging.Status.REJECTED


def _candidates(article: Article, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Candidate]:
    """Return the tags of these kinds and slugs that are in use, with what the article has of them."""
    wanted = set(names)
    rows = Tag.objects.in_use().filter(slug__in={slug for _, slug in wanted}).defer("loaded")
    tags = {(str(tag.kind), tag.slug): tag for tag in rows if (str(tag.kind), tag.slug) in wanted}
    taggings = {
        tagging.tag_id: tagging
        for tagging in Tagging.objects.filter(article=article).select_related("decided_by").defer("mentions")
    }
    return {name: Candidate(tag, taggings.get(tag.pk)) for name, tag in tags.items()}
