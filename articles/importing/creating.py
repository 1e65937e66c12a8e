"""Inserts the articles that are new, as reader and tagger prepared them: none becomes a model first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from articles.importing import derived
from articles.importing.bulk import insert_rows, prepared
from articles.importing.clipping import Clipping
from articles.importing.derived import Derived
from articles.importing.identity import Known
from articles.importing.named import ids_of
from articles.importing.taggings import (
    Rules,
    insert_taggings,
    text_of,
    unmatched_keywords,
    wanted_taggings,
)
from articles.importing.trail import Row, made
from articles.models import Article, Author, Authorship, Outlet
from articles.tagging.standing import Unknown

COLUMNS = (
    *derived.COLUMNS, "outlet", "status", "withdrawal", "edited_fields", "gazetteer_release", "created_at",
    "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class New:
    """A clipping that becomes a new article, and what follows from it."""

    clipping: Clipping
    derived: Derived

    @property
    def status(self) -> str:
        """Return the status that the article begins with."""
        statuses = Article.Status
        return (statuses.PUBLIC if self.clipping.is_published else statuses.DRAFT).value


@dataclass(slots=True)
class Created:
    """What is still to be written of new articles, by their ids; ``changes`` are rows for the trail."""

    changes: list[Row] = field(default_factory=list)
    unknown: dict[int, list[Unknown]] = field(default_factory=dict)
    unmatched: dict[int, list[str]] = field(default_factory=dict)
    sketches: dict[int, bytes] = field(default_factory=dict)


def create(fresh: Mapping[Known, New], rules: Rules) -> Created:
    """Insert new articles with their authors and taggings, and set the ``pk`` of each.

    Call inside a transaction.  Raise what goes wrong with the text of one: GuardError if the tagger hangs.
    """
    created = Created()
    if not fresh:
        return created
    answers = {known: rules.tag(text_of(new.clipping)) for known, new in fresh.items()}
    _insert_articles(fresh, rules.release)
    _insert_authors({known.pk: new.clipping.authors for known, new in fresh.items() if known.pk})
    wanted = {}
    for known, new in fresh.items():
        pk, clipping = known.pk or 0, new.clipping
        wanted[pk] = wanted_taggings(clipping.keywords, answers[known], rules)
        created.unknown[pk] = answers[known].unknown
        created.unmatched[pk] = unmatched_keywords(clipping.keywords, rules)
        created.sketches[pk] = new.derived.sketch
        created.changes.append(made(pk, clipping.title, new.status, known.identity))
    insert_taggings(wanted, rules.release)
    return created


def _insert_articles(fresh: Mapping[Known, New], release: str) -> None:
    outlets = ids_of(Outlet, (new.clipping.outlet for new in fresh.values()))
    now = prepared(timezone.now(), Article._meta.get_field("created_at"))
    insert_rows(
        Article,
        COLUMNS,
        (
            (*new.derived.columns, outlets.get(new.clipping.outlet), new.status, "", "[]", release, now, now)
            for new in fresh.values()
        ),
    )
    identities = {known.identity for known in fresh}
    pks = dict(Article.objects.filter(identity__among=identities).values_list("identity", "pk"))
    for known in fresh:
        known.pk = pks[known.identity]


def _insert_authors(authors: Mapping[int, Sequence[str]]) -> None:
    ids = ids_of(Author, (name for names in authors.values() for name in names))
    insert_rows(
        Authorship,
        ("article", "author", "position"),
        (
            (pk, author, position)
            for pk, names in authors.items()
            # Two spellings of one name in a byline are one author.
            for position, author in enumerate(dict.fromkeys(ids[name] for name in names))
        ),
    )
