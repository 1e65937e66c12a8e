"""Decides which article a file is, in memory, from few rows read at once.

An article is known by its canonical URL, else by a hash of its text with outlet and date, else (a file
without a text) by the path it was read from; never by its title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q

from articles.importing.sources import is_there
from articles.models import Article, ArticleSource


class Outcome(StrEnum):
    """What became of one file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(slots=True, eq=False)
class Known:
    """What deciding needs to know of one article, stored (``pk``) or about to be."""

    identity: str
    content_hash: str = ""
    release: str = ""
    withdrawal: str = ""  # why a program withdrew it
    pk: int | None = None
    is_tagged_again: bool = False  # because the run was forced
    paths: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one file means for the archive: the outcome, and the article it is.

    ``rival`` is another file that holds the same article and is still there, but says something else.
    Skipped is what an undo took back and nobody has changed since.
    """

    outcome: Outcome
    known: Known
    rival: str = ""


class Catalogue:
    """The articles that some files may be, as the database has them and as earlier decisions left them.

    Decisions build on each other: two files with one text are created once.  The database is only read.
    """

    def __init__(self, exists: Callable[[str], bool] = is_there, *, is_forced: bool = False) -> None:
        self._exists = exists
        self.is_forced = is_forced
        self._by_pk: dict[int, Known] = {}
        self._by_identity: dict[str, Known] = {}
        self._by_path: dict[str, Known] = {}
        self._undone: dict[str, Known] = {}  # by the hash of the bytes

    def load(self, *, identities: Iterable[str], paths: Iterable[str], hashes: Iterable[str] = ()) -> None:
        """Read the rows that decisions about these files need: four queries at most."""
        columns = ("pk", "identity", "content_hash", "gazetteer_release", "withdrawal")
        # Sets: Django looks at each value of a list, in case it is an expression.
        wanted = {identity for identity in identities if identity not in self._by_identity}
        owners = []
        if wanted:
            rows = Article.objects.filter(identity__among=wanted).values_list(*columns)
            owners = [self._add(*row) for row in rows]
        unknown = {path for path in paths if path not in self._by_path}
        sources = ArticleSource.objects.filter(path__among=unknown)
        for path, *row in sources.values_list("path", *(f"article__{column}" for column in columns)):
            owners.append(known := self._add(*row))
            known.paths.add(path)
            self._by_path[path] = known
        undone = ArticleSource.objects.filter(sha256__among={*filter(None, hashes)}, is_undone=True)
        for sha256, *row in undone.values_list("sha256", *(f"article__{column}" for column in columns)):
            owners.append(known := self._add(*row))
            self._undone[sha256] = known
        pks = {known.pk for known in owners}
        if pks:
            self._load_other_paths(pks)

    def _add(self, pk: int, identity: str, content_hash: str, release: str, withdrawal: str) -> Known:
        known = self._by_pk.get(pk)
        if known is None:
            known = self._by_pk[pk] = Known(identity, content_hash, release, withdrawal, pk)
            self._by_identity[identity] = known
        return known

    def _load_other_paths(self, pks: Iterable[int | None]) -> None:
        for path, pk in ArticleSource.objects.filter(article__among=pks).values_list("path", "article_id"):
            known = self._by_pk[pk]
            if self._by_path.get(path, known) is known:
                known.paths.add(path)

    def decide(self, *, identity: str, content_hash: str, path: str, sha256: str = "") -> Decision:
        """Return what a file read from ``path`` means, and take it as done from now on."""
        if (known := self._undone.get(sha256)) and not self.is_forced:
            self._place(known, path)
            return Decision(Outcome.SKIPPED, known)
        known = self._by_identity.get(identity) or self._keeper(path, identity)
        if known is None:
            known, outcome, is_other = Known(identity), Outcome.CREATED, False
        else:
            is_other = known.content_hash != content_hash
            outcome = Outcome.UPDATED if is_other or known.withdrawal else Outcome.UNCHANGED
        rival = self._other_file(known, path) if is_other else ""
        self._take(known, identity, content_hash, path)
        return Decision(outcome, known, rival)

    def keep(self, *, path: str, sha256: str) -> Decision:
        """Return what a file means that holds the same bytes as before; it brings back what it had lost."""
        known = self._by_path.get(path) or Known("")
        if sha256 in self._undone:
            return Decision(Outcome.SKIPPED, known)
        outcome = Outcome.UPDATED if known.withdrawal else Outcome.UNCHANGED
        known.withdrawal = ""
        return Decision(outcome, known)

    def pks(self) -> set[int]:
        """Return the stored articles that some file dealt with is, or was."""
        return {known.pk for known in self._by_path.values() if known.pk is not None}

    def _keeper(self, path: str, identity: str) -> Known | None:
        """Return the article last read from this path, unless the file now holds another article.

        An edited text is still the same article; another URL is another article, and the old one stays.
        So it does where another file still holds the old text.
        """
        known = self._by_path.get(path)
        if known is None:
            return None
        has_other_url = known.identity.startswith("url:") and identity.startswith("url:")
        return None if has_other_url or self._other_file(known, path) else known

    def _other_file(self, known: Known, path: str) -> str:
        """Return another file that the article was read from and that is still there, else nothing."""
        return next((other for other in sorted(known.paths) if other != path and self._exists(other)), "")

    def _take(self, known: Known, identity: str, content_hash: str, path: str) -> None:
        if self._by_identity.get(known.identity) is known:
            del self._by_identity[known.identity]
        known.identity, known.content_hash, known.withdrawal = identity, content_hash, ""
        self._by_identity[identity] = known
        self._place(known, path)

    def _place(self, known: Known, path: str) -> None:
        before = self._by_path.get(path)
        if before is not None:
            before.paths.discard(path)
        known.paths.add(path)
        self._by_path[path] = known


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A file that need not be read again while its bytes have this hash.

    It ``is_settled`` if its article has the newest tags as well and no program withdrew it.
    """

    sha256: str
    is_settled: bool


def known_sources(paths: Sequence[str], *, version: str, release: str = "") -> dict[str, KnownSource]:
    """Return those of the paths whose bytes this version of the reader need not read again.

    ``release`` is that of the gazetteer in force.
    """
    rows = ArticleSource.objects.filter(Q(reader_version=version) | Q(is_undone=True), path__among=set(paths))
    columns = ("path", "sha256", "is_undone", "article__gazetteer_release", "article__withdrawal")
    return {
        path: KnownSource(sha256, not is_undone and not withdrawal and tagged_by == release)
        for path, sha256, is_undone, tagged_by, withdrawal in rows.values_list(*columns)
    }
