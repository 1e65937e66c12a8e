"""What articles say of a suggested actor: how the name is spelled, and which office was held when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, QuerySet

from articles.importing.clipping import Precision
from articles.models import ActorSuggestion, Article, SuggestionMention, Tag, TagKind
from articles.tagging.vocabulary import COUNTERPART, GOVERNMENT, STATE, TITLES

OFFICIAL = "official"
CONSIDERED = 1_000  # articles of one person, those that came last
# Roles as an office may have them, in words.
ROLES = {
    OFFICIAL: "minister, envoy or other official",
    "head_of_state": "head of state",
    "head_of_government": "head of government",
    "head_of_state_and_government": "head of state and government",
    "foreign_minister": "foreign minister",
    "defence_minister": "defence minister",
    "vice_president": "vice president",
    "governor_general": "governor general",
    "org_head": "head of an organisation",
    "nonstate_leader": "leader of a movement",
}
OWNERS = (TagKind.COUNTRY, TagKind.ORGANISATION)  # what an office can be of


@dataclass(frozen=True, slots=True)
class Post:
    """An office as an editor or the articles have it: held at least from ``start_on`` to ``end_on``.

    Whether it ended nobody has said, unless ``is_end_known``.
    """

    title: str
    role: str
    of: Tag
    start_on: dt.date | None = None
    end_on: dt.date | None = None
    is_end_known: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A new actor: name, other spellings, one line about them, and the office."""

    name: str
    spellings: tuple[str, ...] = ()
    description: str = ""
    post: Post | None = None


def propose(suggestion: ActorSuggestion) -> Person:
    """Return the person as the articles have it: the commonest spelling, the commonest office, its dates.

    Without a dated article there is no office: one without dates would be held at all times, and the tagger
    would take every older "foreign minister of Peru" for this person.
    """
    rows = SuggestionMention.objects.filter(suggestion=suggestion).order_by()
    standing = rows.exclude(article__status=Article.Status.WITHDRAWN)
    standing = rows.filter(pk__in=standing.order_by("-article_id").values("pk")[:CONSIDERED])
    names = standing.values_list("name").annotate(n=Count("pk")).order_by("-n", "name")
    spellings = tuple(name for name, _ in names) or (suggestion.name,)
    return Person(spellings[0], spellings, post=_post(standing))


def _post(rows: QuerySet[SuggestionMention]) -> Post | None:
    """Return the office that most articles name whose country or body the gazetteer has, with its dates."""
    is_exact = Q(article__published_precision=Precision.DAY)
    named = rows.exclude(owner="").exclude(office=COUNTERPART)
    posts = named.values_list("office", "owner").annotate(
        first=Min("article__published_on", filter=is_exact),
        last=Max("article__published_on", filter=is_exact),
        n=Count("pk"),
    )  # fmt: skip
    for title, owner, first, last, _ in posts.order_by("-n", "office", "owner"):
        of = Tag.objects.in_use().filter(key=owner, kind__in=OWNERS).order_by("kind").first()
        if of is not None and first is not None:
            return Post(title[:1].upper() + title[1:], role_of(title), of, first, last)
    return None


def role_of(title: str) -> str:
    """Return the role that the words of an office stand for; an official's where they may mean several.

    "President" is said of parties and banks too: as head of state such a one would answer for the country.
    """
    known = TITLES.get(title)
    if known is None or known.is_common or not known.roles:
        return OFFICIAL
    if len(known.roles) == 1:
        return next(iter(known.roles))
    if known.roles == GOVERNMENT:
        return "head_of_government"
    return "head_of_state" if known.roles == STATE else OFFICIAL
