"""Holds what is stored against what must be true of it: `manage.py verify`.

Reads only, in batches, also while an import or an editor writes: what looks wrong is read a second time
before anybody is told.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.apps import apps
from django.db import DatabaseError, connection, models
from django.db.models import Count, Exists, F, Max, OuterRef

from articles.importing.texthash import HASHED_FIELDS, text_hash_of
from articles.models import Archive, Article, ArticleSource, ChangeSet, OutboxRow, Tagging, UploadedFile
from articles.search import sync
from articles.search.engine import IndexUnusable

BATCH = 500  # articles in memory at a time
UPLOADS_BATCH = 20  # files of 2 MB at most
UNREADABLE = (DatabaseError, ValueError, TypeError)  # what damaged columns raise when they are read

TEXT_PLACES = {name: HASHED_FIELDS.index(name) for name in ("title", "standfirst", "body")}
RESTORE = "restore a backup (manage.py restore)"
CORRECT = "hold it against its file and correct it in the admin, or restore a backup (manage.py restore)"
TAG_AGAIN = "tag it again: import_articles --force PATH"
REINDEX = "build the index anew: manage.py reindex"
REPORT = "please report this, and restore a backup (manage.py restore) if the database was damaged"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: by which check, in which article if in one, and what to do about it.

    A remark is no fault: nothing is damaged, but people may want to know.
    """

    check: str
    what: str
    remedy: str
    article_id: int | None = None
    is_fault: bool = True

    def as_json(self) -> dict[str, object]:
        """Return the finding for programs."""
        return asdict(self)


def verify(progress: Callable[[int], None] = lambda count: None) -> Iterator[Finding]:
    """Yield all that is wrong with the archive; ``progress`` is told how many articles were looked at."""
    checks = {
        "articles": lambda: _check_articles(progress),
        "references": _check_references,
        "change sets": _check_change_sets,
        "uploads": _check_uploads,
        "outbox": _check_outbox,
        "index": _check_index,
        "file": _check_file,
    }
    for name, check in checks.items():
        try:
            yield from check()
        except UNREADABLE as error:
            yield Finding(name, f"could not be checked to the end ({_reason(error)})", RESTORE)


def counts() -> dict[str, int]:
    """Return how many rows each table of the archive holds."""
    return {
        model._meta.verbose_name_plural.__str__(): model._default_manager.count()
        for model in apps.get_app_config("articles").get_models()
    }


# --- Articles ---------------------------------------------------------------------------------------------


def _check_articles(progress: Callable[[int], None]) -> Iterator[Finding]:
    last, count = 0, 0
    while pks := list(
        Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        findings = _examine(pks)
        # An article may have been written between the reading of its text and of its tags.
        again = (
            set(_examine(sorted({one.article_id for one in findings if one.article_id}))) if findings else ()
        )
        yield from (finding for finding in findings if finding in again)
        last, count = pks[-1], count + len(pks)
        progress(count)


def _examine(pks: Sequence[int]) -> list[Finding]:
    """Return what is wrong with these articles; one that cannot be read does not hide the others."""
    try:
        return [*_examine_together(pks)]
    except UNREADABLE as error:
        if len(pks) == 1:
            what = f"it cannot be read ({_reason(error)})"
            return [Finding("unreadable", what, RESTORE, pks[0])]
    middle = len(pks) // 2
    return [*_examine(pks[:middle]), *_examine(pks[middle:])]


def _examine_together(pks: Sequence[int]) -> Iterator[Finding]:
    articles = Article.objects.filter(pk__in=pks).order_by("pk")
    texts: dict[int, Mapping[str, str]] = {}
    for pk, text_hash, *columns in articles.values_list("pk", "text_hash", *HASHED_FIELDS):
        texts[pk] = {name: columns[place] for name, place in TEXT_PLACES.items()}
        if text_hash_of(columns) != text_hash:
            what = (
                f"{_short(texts[pk]['title'])}: its text is not what was stored; a character or more changed"
            )
            yield Finding("text", what, CORRECT, pk)
    taggings = Tagging.objects.filter(article__in=pks).order_by("article_id", "pk")
    for pk, tag, mentions in taggings.values_list("article_id", "tag__name", "mentions"):
        if problem := misplaced(mentions, texts.get(pk, {})):
            yield Finding("evidence", f"the tag {tag}: {problem}", TAG_AGAIN, pk)
    without = articles.exclude(Exists(ArticleSource.objects.filter(article=OuterRef("pk"))))
    for pk, title in without.values_list("pk", "title"):
        # Right where its file now holds another article, wrong where somebody deleted rows.
        what = f"{_short(title)}: no file is known for it; none can update it"
        yield Finding("source", what, "import its file again, or withdraw it", pk, is_fault=False)


def misplaced(mentions: object, texts: Mapping[str, str]) -> str:
    """Return what is wrong with a tagging's mentions, given the article's texts by part; else nothing.

    ``["title", 0, 4, "name"]`` of "Iran hosts talks" is right; of "Iranian hosts" it cuts a word.
    """
    if not isinstance(mentions, list):
        return "its mentions are no list"
    for mention in mentions:
        match mention:
            case [str(part), int(start), int(end), str()] if part in texts:
                text = texts[part]
            case _:
                return f"{_short(str(mention))} is no mention"
        if not 0 <= start < end <= len(text):
            return f"it rests on characters {start} to {end} of the {part}, which has {len(text)}"
        words = text[start:end]
        is_cut = text[max(start - 1, 0) : start].isalnum() and words[0].isalnum()
        is_cut |= text[end : end + 1].isalnum() and words[-1].isalnum()
        if is_cut or words != words.strip():
            return f"it rests on {_short(words)} in the {part}, which is no whole word"
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


# --- The rest ---------------------------------------------------------------------------------------------


def _check_references() -> Iterator[Finding]:
    """Find rows that point to a row that is not there: neither database lets a program do that."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                yield from _dangling(model, field)


def _dangling(model: type[models.Model], field: models.ForeignKey[object, object]) -> Iterator[Finding]:
    there = field.related_model._base_manager.filter(**{field.target_field.name: OuterRef(field.attname)})
    rows = model._base_manager.filter(**{f"{field.attname}__isnull": False}).exclude(Exists(there))
    name, other = model._meta.verbose_name, field.related_model._meta.verbose_name
    for pk, target in rows.order_by("pk").values_list("pk", field.attname).iterator(chunk_size=BATCH):
        article = pk if model is Article else target if field.related_model is Article else None
        what = f"{name} {pk} points to {other} {target}, which does not exist"
        yield Finding("reference", what, RESTORE, article)


def _check_change_sets() -> Iterator[Finding]:
    """Find acts whose rows of the trail were lost or added to."""
    acts = ChangeSet.objects.order_by("pk").annotate(found=Count("changes"))
    for pk, count, found in (
        acts.exclude(found=F("change_count")).values_list("pk", "change_count", "found").iterator()
    ):
        # An import adds to its act chunk by chunk, in one transaction with the count.
        what = f"change set {pk} has {found:,} changes where {count:,} were made"
        yield Finding("trail", what, REPORT)


def _check_uploads() -> Iterator[Finding]:
    """Find kept files whose bytes are not those that were sent."""
    files = UploadedFile.objects.exclude(content=None).order_by("pk")
    for upload, name, content, sha256 in files.values_list("upload_id", "name", "content", "sha256").iterator(
        chunk_size=UPLOADS_BATCH
    ):
        if hashlib.sha256(content or b"").hexdigest() != sha256:
            what = f"{_short(name)} of upload {upload} is not what was sent; a byte or more changed"
            yield Finding("upload", what, RESTORE)


def _check_outbox() -> Iterator[Finding]:
    last = OutboxRow.objects.aggregate(last=Max("revision"))["last"] or 0
    # In this order: a writer may raise the archive's number in between, never the outbox alone.
    archive = Archive.objects.filter(pk=1).values_list("revision", flat=True).first()
    if archive is None and (last or Article.objects.exists()):
        yield Finding("outbox", "the archive's own row is missing", REPORT)
    elif archive is not None and last > archive:
        what = f"the outbox goes up to {last:,}, the archive only to {archive:,}"
        yield Finding("outbox", what, REPORT)


def _check_index() -> Iterator[Finding]:
    before = sync.database_standing().revision
    try:
        compared = sync.compare()
    except IndexUnusable as error:
        what = f"there is no search index to compare ({error})"
        yield Finding("index", what, f"{REINDEX}; it also builds itself when needed", is_fault=False)
        return
    since = OutboxRow.objects.filter(revision__gt=before - compared.waiting)
    waiting = set(since.values_list("article_id", flat=True))
    for what, ids in (
        ("it is not in the search index", compared.missing),
        ("it is in the search index, although readers may not see it", compared.superfluous),
        ("its entry in the search index is out of date", compared.outdated),
    ):
        yield from (Finding("index", what, REINDEX, pk) for pk in ids if pk not in waiting)


def _check_file() -> Iterator[Finding]:
    """Let SQLite check its file: pages and indexes.  It does not notice a changed letter."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        lines = [line for [line] in cursor.fetchall()]
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        found[line] += 1
    yield from (Finding("file", f"SQLite says: {line}", RESTORE) for line in found if line != "ok")
