"""What the page of an upload shows: its files with what would become of them, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest

from articles.importing.identity import Outcome
from articles.models import Archive, Article, ArticleSource, ImportRun, Upload, UploadedFile
from articles.uploads import uploading

States = ImportRun.State

FILES_SHOWN = 100  # on one page
CORRECTED = "to-decide"  # in the address of a page, beside the outcomes
# What needs a look comes first.
WORDS = {
    Outcome.CREATED: "new",
    Outcome.UPDATED: "an update",
    Outcome.UNCHANGED: "nothing new",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
}
ORDER = (Outcome.FAILED, Outcome.UPDATED, Outcome.CREATED, Outcome.SKIPPED, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many files of how many were dealt with."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file, the article it is or would change, and what it would be in a word."""

    file: UploadedFile
    article: Article | None
    word: str

    @property
    def is_of_same_title(self) -> bool:
        """Return whether the article in the archive is called as the file calls it."""
        return self.article is not None and self.article.title == self.file.preview.get("title")


def files_of(request: HttpRequest, upload: Upload) -> dict[str, object]:
    """Return one page of an upload's files, narrowed to one outcome if one is asked for.

    ``to-decide`` asks for those that leave a correction of an editor to decide.
    """
    outcome = request.GET.get("outcome", "")
    # Never the bytes: a page of them may be 200 MB.
    files = upload.files.defer("content", "corrected")
    if outcome in set(Outcome):
        files = files.filter(outcome=outcome)
    elif outcome == CORRECTED:
        files = uploading.waiting_files(files)
    else:
        outcome = ""
    turns = [When(outcome=one.value, then=Value(turn)) for turn, one in enumerate(ORDER)]
    in_order = files.order_by(Case(*turns, default=Value(9), output_field=IntegerField()), "position")
    page = Paginator(in_order, FILES_SHOWN).get_page(request.GET.get("p", "1"))
    shown = list(page.object_list)
    articles = _articles_of(shown)
    return {
        "outcome": outcome,
        "page": page,
        "rows": [
            FileShown(
                file,
                articles.get(file.path) or articles.get(file.identity),
                WORDS[Outcome(file.outcome)] if file.outcome else "not checked yet",
            )
            for file in shown
        ],
    }


def _articles_of(files: Sequence[UploadedFile]) -> dict[str, Article]:
    """Return the articles that were read from these files, by path, and those they say they are."""
    titles = Article.objects.only("title")
    sources = ArticleSource.objects.filter(path__in=[file.path for file in files]).select_related("article")
    read = {source.path: source.article for source in sources.only("path", "article__title")}
    identities = [file.identity for file in files if file.identity and file.path not in read]
    return read | {
        article.identity: article
        for article in titles.only("title", "identity").filter(identity__in=identities)
    }


def progress(upload: Upload, run: ImportRun | None) -> Progress | None:
    """Return how far a check or import is; nothing if none is under way."""
    if not upload.is_busy:
        return None
    done = upload.done_count
    if upload.state == Upload.State.IMPORTING and run is not None and run.state != States.UNDONE:
        done = sum(files_done(run).values())
    return Progress(min(done, upload.file_count), upload.file_count)


def files_done(run: ImportRun) -> dict[Outcome, int]:
    """Return how many files became what."""
    return {outcome: getattr(run, f"{outcome.value}_count") for outcome in Outcome}


def in_words(counts: Mapping[Outcome, int]) -> list[tuple[str, str, int]]:
    """Return outcomes that there are: name, word and number."""
    return [(outcome.value, WORDS[outcome], counts[outcome]) for outcome in ORDER if counts[outcome]]


def differs(expected: Mapping[Outcome, int], run: ImportRun) -> bool:
    """Return whether an import came out otherwise than its check: the archive had changed in between."""
    return files_done(run) != dict(expected)


def is_outdated(upload: Upload) -> bool:
    """Return whether the archive has changed since the upload was checked."""
    return Archive.objects.values_list("revision", flat=True).first() != upload.checked_revision
