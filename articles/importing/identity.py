"""Decides which article a file is, in memory, from few rows read at once.

An article is known by its canonical URL, else by a hash of its text with outlet and date, else (a file
without a text) by the path it was read from; never by its title.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from articles.importing.clipping import Clipping
from articles.models import Article, ArticleSource


class Outcome(StrEnum):
    """What became of one file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


def identity_of(clipping: Clipping, path: str) -> str:
    """Return what makes an article this one: its canonical URL, else its text, else the path of its file.

    The same words of another day ("The ministers met.") or from another outlet (a wire story) are another
    article: two kept apart can be linked later, one written over the other is lost.
    """
    if clipping.canonical_url:
        return "url:" + _hash(clipping.canonical_url)
    if not clipping.body and not clipping.standfirst:
        return "path:" + _hash(path)
    texts = [clipping.title, clipping.standfirst, clipping.body]
    return "text:" + _hash([*texts, clipping.outlet, clipping.published_on])


def content_hash_of(clipping: Clipping) -> str:
    """Return a hash of all that the clipping says; the same hash means nothing to write."""
    return _hash(asdict(replace(clipping, notices=())))


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(slots=True, eq=False)
class Known:
    """What deciding needs to know of one article, stored (``pk``) or about to be."""

    identity: str
    content_hash: str = ""
    release: str = ""
    pk: int | None = None
    paths: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one file means for the archive: the outcome, and the article it is.

    ``rival`` is another file that holds the same article and is still there, but says something else.
    """

    outcome: Outcome
    known: Known
    rival: str = ""


class Catalogue:
    """The articles that some files may be, as the database has them and as earlier decisions left them.

    Decisions build on each other: two files with one text are created once.  The database is only read.
    """

    def __init__(self, exists: Callable[[str], bool] = os.path.lexists) -> None:
        self._exists = exists
        self._by_pk: dict[int, Known] = {}
        self._by_identity: dict[str, Known] = {}
        self._by_path: dict[str, Known] = {}

    def load(self, *, identities: Iterable[str], paths: Iterable[str]) -> None:
        """Read the rows that decisions about these identities and paths need: three queries at most."""
        columns = ("pk", "identity", "content_hash", "gazetteer_release")
        wanted = [identity for identity in identities if identity not in self._by_identity]
        owners = []
        if wanted:
            rows = Article.objects.filter(identity__in=wanted).values_list(*columns)
            owners = [self._add(*row) for row in rows]
        unknown = [path for path in paths if path not in self._by_path]
        sources = ArticleSource.objects.filter(path__in=unknown)
        for path, *row in sources.values_list("path", *(f"article__{column}" for column in columns)):
            owners.append(known := self._add(*row))
            known.paths.add(path)
            self._by_path[path] = known
        pks = {known.pk for known in owners}
        if pks:
            self._load_other_paths(pks)

    def _add(self, pk: int, identity: str, content_hash: str, release: str) -> Known:
        known = self._by_pk.get(pk)
        if known is None:
            known = self._by_pk[pk] = Known(identity, content_hash, release, pk)
            self._by_identity[identity] = known
        return known

    def _load_other_paths(self, pks: Iterable[int | None]) -> None:
        for path, pk in ArticleSource.objects.filter(article__in=pks).values_list("path", "article_id"):
            known = self._by_pk[pk]
            if self._by_path.get(path, known) is known:
                known.paths.add(path)

    def decide(self, *, identity: str, content_hash: str, path: str) -> Decision:
        """Return what a file read from ``path`` means, and take it as done from now on."""
        known = self._by_identity.get(identity) or self._keeper(path, identity)
        if known is None:
            known, outcome = Known(identity), Outcome.CREATED
        elif known.content_hash == content_hash:
            outcome = Outcome.UNCHANGED
        else:
            outcome = Outcome.UPDATED
        rival = self._other_file(known, path) if outcome is Outcome.UPDATED else ""
        self._take(known, identity, content_hash, path)
        return Decision(outcome, known, rival)

    def at(self, path: str) -> Known | None:
        """Return the article last read from this path."""
        return self._by_path.get(path)

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
        known.identity, known.content_hash = identity, content_hash
        self._by_identity[identity] = known
        before = self._by_path.get(path)
        if before is not None:
            before.paths.discard(path)
        known.paths.add(path)
        self._by_path[path] = known


def known_sources(paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the hash of the bytes and the reader's version that each path was last read with."""
    rows = ArticleSource.objects.filter(path__in=paths)
    return {
        path: (sha256, version)
        for path, sha256, version in rows.values_list("path", "sha256", "reader_version")
    }
