"""Writes which persons beside an office the gazetteer lacks: a row for each, and one for each article.

A chunk of articles takes a fixed number of statements, however many persons they name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.importing.taggings import Texts, locked, moved_mentions, texts_of
from articles.models import ActorSuggestion, Article, SuggestionMention
from articles.records.likeness import skeleton
from articles.tagging.folding import fold_keyword
from articles.tagging.standing import Unknown

BATCH = 500  # rows by one statement
LONGEST = 200  # characters of a name or an office, as the columns have it; longer ones are none
PLACES_KEPT = 10  # places of one person in one article: evidence, not an index
SAID = ("name", "office", "owner", "mentions")


def write_suggestions(unknown: Mapping[int, Iterable[Unknown]]) -> None:
    """Store the persons that some articles name, by the articles' ids, in place of those they named before.

    What articles said of an accepted person stays: it is what the acceptance rests on, and the tagger, who
    knows the person now, says it no more.  Call inside the transaction that wrote the articles.
    """
    if not unknown:
        return
    wanted = {pk: _by_name(persons) for pk, persons in unknown.items()}
    rows = SuggestionMention.objects.filter(article__among=unknown)
    stored = {(row.article_id, row.suggestion_id): row for row in rows.order_by("pk")}
    suggestions = _suggestions(wanted)
    added, changed = [], []
    for article_id, persons in wanted.items():
        for folded, person in persons.items():
            values = _values(person)
            row = stored.pop((article_id, suggestions[folded].pk), None)
            if row is None:
                added.append(
                    SuggestionMention(article_id=article_id, suggestion=suggestions[folded], **values)
                )
            elif any(getattr(row, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(row, name, value)
                changed.append(row)
    _write(added, changed, _without_accepted(list(stored.values())))


def _without_accepted(rows: Sequence[SuggestionMention]) -> list[SuggestionMention]:
    if not rows:
        return []
    accepted = set(
        ActorSuggestion.objects.filter(
            pk__in={row.suggestion_id for row in rows}, status=ActorSuggestion.Status.ACCEPTED
        ).values_list("pk", flat=True)
    )
    return [row for row in rows if row.suggestion_id not in accepted]


def recount(suggestions: Iterable[int]) -> None:
    """Count again how many articles name each of these suggested persons: one statement."""
    rows = SuggestionMention.objects.filter(suggestion=OuterRef("pk")).order_by()
    count = Subquery(rows.values("suggestion").annotate(n=Count("pk")).values("n"), IntegerField())
    ActorSuggestion.objects.filter(pk__in=set(suggestions)).update(article_count=Coalesce(count, 0))


def follow_words(article: Article, former: Texts, *, besides: Collection[int] = ()) -> None:
    """Keep what an article says of suggested actors on its words after an edit; it goes where they have gone.

    ``former`` are those of its texts that the edit changed, as they were; rows ``besides`` stay as they are.
    """
    if not former:
        return
    now = texts_of(article)
    changed, gone = [], []
    for row in SuggestionMention.objects.filter(article=article).exclude(pk__in=besides):
        mentions = moved_mentions(row.mentions, {**now, **former}, now)
        if all(
            now[str(part)][int(str(start)) : int(str(end))] != row.name for part, start, end, _ in mentions
        ):
            gone.append(row)
        elif mentions != row.mentions:
            row.mentions = mentions
            changed.append(row)
    _write([], changed, gone)


def _by_name(persons: Iterable[Unknown]) -> dict[str, Unknown]:
    """Return the persons by folded name, each once, without those whose name no column could hold."""
    named: dict[str, Unknown] = {}
    for person in persons:
        folded = fold_keyword(person.name)
        if folded and max(map(len, (folded, person.name, person.office))) <= LONGEST:
            named.setdefault(folded, person)
    return named


def _values(person: Unknown) -> dict[str, object]:
    return {
        "name": person.name,
        "office": person.office,
        "owner": person.owner,
        "mentions": person.mentions[:PLACES_KEPT],
    }


def _suggestions(wanted: Mapping[int, Mapping[str, Unknown]]) -> dict[str, ActorSuggestion]:
    """Return the suggestions of these names, made where there are none yet."""
    first: dict[str, Unknown] = {}
    for article_id in sorted(wanted):
        for folded, person in wanted[article_id].items():
            first.setdefault(folded, person)
    if not first:
        return {}
    there = ActorSuggestion.objects.filter(folded_name__among=first)
    suggestions = {row.folded_name: row for row in there}
    now = timezone.now()
    made = [
        ActorSuggestion(
            folded_name=folded,
            name=person.name,
            office=person.office,
            owner=person.owner,
            skeleton=skeleton(person.name),
            last_seen_at=now,
        )
        for folded, person in first.items()
        if folded not in suggestions
    ]
    ActorSuggestion.objects.bulk_create(made, batch_size=BATCH)
    return suggestions | {row.folded_name: row for row in made}


def _write(
    added: Sequence[SuggestionMention],
    changed: Sequence[SuggestionMention],
    gone: Sequence[SuggestionMention],
) -> None:
    SuggestionMention.objects.bulk_create(added, batch_size=BATCH)
    # An upsert by primary key: one statement where bulk_update builds a CASE for every column.
    SuggestionMention.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=SAID, batch_size=BATCH
    )
    if added:
        seen = {row.suggestion_id for row in added}
        ActorSuggestion.objects.filter(pk__in=seen).update(last_seen_at=timezone.now())
    if gone:
        SuggestionMention.objects.filter(pk__in=[row.pk for row in gone]).delete()
        _drop_unnamed({row.suggestion_id for row in gone})
    if added or gone:
        recount({row.suggestion_id for row in (*added, *gone)})


def _drop_unnamed(ids: Iterable[int]) -> None:
    """Remove those of these suggestions that no article bears out and nobody decided."""
    named = Exists(SuggestionMention.objects.filter(suggestion=OuterRef("pk")))
    # Locked first: an editor may be dismissing one of them just now, which keeps it.
    waiting = list(locked(ActorSuggestion.objects.filter(pk__in=ids)).values_list("pk", "status"))
    open_ids = [pk for pk, status in waiting if status == ActorSuggestion.Status.OPEN]
    ActorSuggestion.objects.filter(pk__in=open_ids).exclude(named).delete()
