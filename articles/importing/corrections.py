"""Holds what files say against what editors corrected: the correction stays, what is new is to be decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from articles.importing.clipping import Clipping
from articles.importing.trail import plain
from articles.models import Article, Authorship, Correction, ImportRun, Outlet

# Fields that an editor corrects and a file says.  Not the status: who withdraws an article means the article.
FIELDS = (
    "title", "standfirst", "body", "byline", "url", "published_on", "published_precision", "clipped_on",
    "updated_on", "language", "section", "outlet", "authors",
)  # fmt: skip

type Said = Mapping[str, object]
# By field: what the file said and whether that was to be decided; None where there was no correction yet.
type Held = dict[str, list[object] | None]


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


def hold_against(files: Iterable[tuple[Article, Clipping]], run: ImportRun) -> dict[int, Held]:
    """Note what changed files say in fields that editors corrected; what is new there is to be decided.

    Return what was noted before, by the articles' ids.  Call inside the transaction that wrote the articles.
    """
    corrected = [(article, clipping) for article, clipping in files if article.edited_fields]
    if not corrected:
        return {}
    articles = [article for article, _ in corrected]
    stored = {(row.article_id, row.field): row for row in Correction.objects.filter(article__in=articles)}
    archive = said_by_archive(articles)
    changed: list[Correction] = []
    former: dict[int, Held] = defaultdict(dict)
    for article, clipping in corrected:
        said = said_by_file(clipping)
        for name in (name for name in FIELDS if name in article.edited_fields):
            row = stored.get((article.pk, name))
            if row is None or row.file_value != said[name]:
                former[article.pk][name] = [row.file_value, row.is_open] if row else None
                row = row or Correction(article=article, field=name)
                row.file_value, row.run = said[name], run
                row.is_open = said[name] != archive[article.pk][name]
                changed.append(row)
    _write(changed)
    return former


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
