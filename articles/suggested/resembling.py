"""Who a suggested actor may be already: actors of the gazetteer and other suggestions that resemble it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db.models import Q, QuerySet

from articles.models import ActorSuggestion, Alias, Office, Tag, TagKind
from articles.records.likeness import have_same_last_name, last_name, likeness, may_be_same

MOST_KNOWN = 5  # actors proposed for one suggestion
MOST_ALIKE = 10  # other spellings shown of one suggestion
POOL = 2_000  # names compared one by one
BONUS = 0.15  # of likeness: an office of the same country or body

type Names = dict[int, set[str]]  # by the id of their tag


class Known(NamedTuple):
    """An actor who may be the suggested person: by which name, why, and how likely (0 to 1.2).

    ``is_likely`` ones stop an acceptance that did not look: it would make the person twice.
    """

    tag: Tag
    name: str
    reason: str
    score: float
    is_likely: bool


def surname_of(name: str) -> str:
    """Return the last word of a name."""
    return name.rpartition(" ")[2]


def find_known(suggestion: ActorSuggestion) -> list[Known]:
    """Return the actors who may be this person, the likeliest first.

    Whoever has only the last name is none of them where all offices known are of other countries or bodies.
    """
    names = _pool(suggestion.name)
    offices = Office.objects.filter(holder__in=names).order_by().values_list("holder_id", "of__key")
    posts = list(offices) if suggestion.owner else []
    colleagues = {pk for pk, owner in posts if owner == suggestion.owner}
    strangers = {pk for pk, _ in posts} - colleagues
    tags = Tag.objects.in_use().in_bulk(list(names))
    found = [
        known
        for pk, tag in tags.items()
        if (known := _compare(suggestion.name, tag, names[pk], is_colleague=pk in colleagues))
        and (known.is_likely or pk not in strangers)
    ]
    return sorted(found, key=lambda known: (-known.score, known.tag.name))[:MOST_KNOWN]


def _pool(name: str) -> Names:
    """Return the names worth comparing, by their tags: those whose first or last word begins alike."""
    first, last = name.split(" ")[0], surname_of(name)
    wanted = (
        Q(text__istartswith=f"{first} ")
        | Q(text__icontains=f" {last[:2]}")
        | Q(text__icontains=f" {last_name(name)[:2]}")
        | Q(text__icontains=f"-{last_name(name)[:2]}")
    )
    rows = Alias.objects.filter(wanted, kind=Alias.Kind.NAME) | Alias.objects.filter(
        text=last, kind=Alias.Kind.SURNAME
    )
    names: Names = defaultdict(set)
    of_actors = rows.filter(tag__kind=TagKind.ACTOR, tag__is_retired=False).order_by()
    for tag_id, text in of_actors.values_list("tag", "text")[:POOL]:
        names[tag_id].add(text)
    return names


def _compare(name: str, tag: Tag, texts: Collection[str], *, is_colleague: bool) -> Known | None:
    """Return the actor if any of its names resembles this one, or it is a namesake in the same service."""
    whole = {text for text in texts if " " in text} | {tag.name}
    best = max(whole, key=lambda text: (likeness(name, text), text))
    score = likeness(name, best)
    spelled = next((text for text in sorted(whole) if may_be_same(name, text)), "")
    bonus = BONUS if is_colleague else 0.0
    if score == 1:
        return Known(tag, best, "has this very name", 1 + bonus, is_likely=True)
    if spelled:
        return Known(tag, spelled, "another spelling of the name", score + bonus, is_likely=True)
    if not have_same_last_name(name, best):
        return None
    if is_colleague:
        return Known(tag, best, "the same last name, an office of the same country", score + bonus, False)
    return Known(tag, best, "the same last name", score - BONUS, is_likely=False)


def find_alike(suggestions: Sequence[ActorSuggestion]) -> dict[int, list[ActorSuggestion]]:
    """Return other suggestions that may be spellings of the same names, by the suggestions' ids: one query.

    Decided ones are among them: what was dismissed under another spelling is worth knowing.
    """
    bones = {one.skeleton for one in suggestions}
    rows = ActorSuggestion.objects.filter(skeleton__in=bones).select_related("tag")
    by_bones: dict[str, list[ActorSuggestion]] = defaultdict(list)
    for row in rows.order_by("-article_count", "folded_name")[:POOL]:
        by_bones[row.skeleton].append(row)
    return {
        one.pk: [
            other
            for other in by_bones[one.skeleton]
            if other.pk != one.pk and may_be_same(one.name, other.name)
        ][:MOST_ALIKE]
        for one in suggestions
    }


def find_namesakes(suggestions: Iterable[ActorSuggestion]) -> dict[int, Tag]:
    """Return actors whose names these suggestions nearly have, by the suggestions' ids: one query for a list.

    Found by the last name as it is written; `find_known` looks more closely.
    """
    persons = list(suggestions)
    surnames = {surname_of(one.name) for one in persons}
    kinds = (Alias.Kind.SURNAME, Alias.Kind.NAME)
    rows: QuerySet[Alias] = Alias.objects.filter(
        text__in=surnames | {one.name for one in persons}, kind__in=kinds,
        tag__kind=TagKind.ACTOR, tag__is_retired=False,
    ).select_related("tag")  # fmt: skip
    by_word: dict[str, dict[int, Tag]] = defaultdict(dict)
    for row in rows.order_by("pk")[:POOL]:
        by_word[row.text][row.tag_id] = row.tag
    found: dict[int, Tag] = {}
    for one in persons:
        for tag in (by_word[one.name] | by_word[surname_of(one.name)]).values():
            if (one.name in by_word and tag.pk in by_word[one.name]) or may_be_same(one.name, tag.name):
                found.setdefault(one.pk, tag)
    return found
