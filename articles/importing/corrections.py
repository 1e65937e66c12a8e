"""Holds what files say against what editors corrected: the correction stays, what is new is to be decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from articles.importing.clipping import Clipping
from articles.importing.problems import Notice
from articles.importing.trail import plain
from articles.importing.troubles import Trouble
from articles.models import Article, Authorship, Correction, ImportRun, Outlet

# Fields that an editor corrects and a file says.  Not the status: who withdraws an article means the article.
FIELDS = (
    "title", "standfirst", "body", "byline", "url", "published_on", "published_precision", "clipped_on",
    "updated_on", "language", "section", "outlet", "authors",
)  # fmt: skip

DATE, PRECISION = "published_on", "published_precision"  # corrected and decided as one

type Said = Mapping[str, object]
# By field: what the file said and whether that was to be decided; None where there was no correction yet.
type Held = dict[str, list[object] | None]
type Heard = tuple[object, bool]


@dataclass(frozen=True, slots=True)
class News:
    """What a changed file says anew in one field that an editor corrected.

    It ``is_open`` where the archive says something else; ``former`` is what was noted before.
    """

    article: int
    field: str
    said: object
    is_open: bool
    former: Heard | None


def said_by_archive(articles: Sequence[Article]) -> dict[int, Said]:
    """Return what the archive says in these fields of some articles, as JSON values, by the articles' ids."""
    of_these = Outlet.objects.filter(pk__in={one.outlet_id for one in articles})
    outlets = dict(of_these.values_list("pk", "name"))
    authors: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(article__in=[one.pk for one in articles]).order_by("position")
    for pk, name in rows.values_list("article_id", "author__name"):
        authors[pk].append(name)
    return {
        one.pk: {name: plain(getattr(one, name)) for name in FIELDS[:-2]}
        | {"outlet": outlets.get(one.outlet_id or 0, ""), "authors": authors[one.pk]}
        for one in articles
    }


def said_by_file(clipping: Clipping) -> Said:
    """Return what a file says in these fields, as JSON values."""
    said = {name: plain(getattr(clipping, name)) for name in FIELDS[:-2]}
    return said | {"outlet": clipping.outlet, "authors": list(clipping.authors)}


class Noted:
    """What files said in corrected fields: as the database has it, and as the files heard since left it."""

    def __init__(self) -> None:
        self._heard: dict[tuple[int, str], Heard] = {}
        self._known: set[int] = set()  # articles

    def hear(self, files: Iterable[tuple[Article, Clipping]]) -> list[News]:
        """Return what changed files say anew in fields that editors corrected, and take it as noted."""
        corrected = [(article, clipping) for article, clipping in files if article.edited_fields]
        if not corrected:
            return []
        articles = [article for article, _ in corrected]
        self._load({article.pk for article in articles})
        archive = said_by_archive(articles)
        found = []
        for article, clipping in corrected:
            said = said_by_file(clipping)
            news = [
                name for name in FIELDS if name in article.edited_fields and self._is_new(article, name, said)
            ]
            if PRECISION in news and DATE not in news:
                news.append(DATE)
            for name in news:
                former = self._heard.get((article.pk, name))
                is_open = _differ(name, said, archive[article.pk])
                self._heard[article.pk, name] = said[name], is_open
                found.append(News(article.pk, name, said[name], is_open, former))
        return found

    def _is_new(self, article: Article, name: str, said: Said) -> bool:
        former = self._heard.get((article.pk, name))
        return former is None or former[0] != said[name]

    def _load(self, articles: set[int]) -> None:
        rows = Correction.objects.filter(article__in=articles - self._known)
        for pk, name, said, is_open in rows.values_list("article_id", "field", "file_value", "is_open"):
            self._heard[pk, name] = said, is_open
        self._known |= articles


def _differ(name: str, said: Said, archive: Said) -> bool:
    """Return whether a field is to be decided: how much of a date is known is decided with the date."""
    names = {PRECISION: (), DATE: (DATE, PRECISION)}.get(name, (name,))
    return any(said[one] != archive[one] for one in names)


def corrected_among(clippings: Mapping[int, Clipping]) -> list[tuple[Article, Clipping]]:
    """Return those of these articles in which an editor corrected something, with what their files say."""
    rows = Article.objects.filter(pk__in=clippings).values_list("pk", "edited_fields")
    found = Article.objects.in_bulk([pk for pk, edited_fields in rows if edited_fields])
    return [(article, clippings[pk]) for pk, article in found.items()]


def hold_against(files: Iterable[tuple[Article, Clipping]], run: ImportRun) -> list[News]:
    """Note what changed files say in fields that editors corrected; what is new there is to be decided.

    Return what was new.  Call inside the transaction that wrote the articles.
    """
    found = Noted().hear(files)
    _write(
        [
            Correction(
                article_id=one.article, field=one.field, file_value=one.said, is_open=one.is_open, run=run
            )
            for one in found
        ]
    )
    return found


def former_of(found: Iterable[News]) -> dict[int, Held]:
    """Return what was noted before, by the articles' ids."""
    former: dict[int, Held] = defaultdict(dict)
    for one in found:
        former[one.article][one.field] = list(one.former) if one.former else None
    return former


def notices_of(found: Iterable[News]) -> dict[int, Notice]:
    """Return what to say of the files that leave something to decide, by the articles' ids."""
    fields: dict[int, list[str]] = defaultdict(list)
    for one in found:
        if one.is_open:
            fields[one.article].append(one.field)
    return {pk: Notice(_words(names), kind=Trouble.CORRECTED_FIELD) for pk, names in fields.items()}


def _words(fields: Sequence[str]) -> str:
    return (
        f"an editor corrected its {', '.join(fields).replace('_', ' ')}, and the file now says something "
        "else there; the correction stands until somebody decides it"
    )


def give_back(former: Mapping[int, Held]) -> None:
    """Note again what files said before an import that is undone, by the articles' ids."""
    changed = []
    for row in Correction.objects.filter(article__in=former):
        if row.field not in former[row.article_id]:
            continue
        said = former[row.article_id][row.field]
        if said is None:
            row.delete()
        else:
            row.file_value, row.is_open, row.run = said[0], bool(said[1]), None
            changed.append(row)
    _write(changed)


def _write(rows: Sequence[Correction]) -> None:
    Correction.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["article", "field"],
        update_fields=["file_value", "run", "is_open"],
    )
