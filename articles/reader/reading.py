"""One article, ready to read: its text with evidence, and for each tag the receipt that explains it.

The HTML is made on the first view, with all evidence marked, and kept; lighting one tag's words only
removes the other marks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from articles.guard import Guard, GuardError
from articles.importing.bylines import without_mail
from articles.models import Article, Authorship, RenderedArticle
from articles.reader.receipts import ALL, Receipt, ReceiptGroup, group_receipts, lit_url, read_receipts
from articles.reader.references import Reference, references_of
from articles.rendering import (
    MARK_OPENS,
    RENDERER_VERSION,
    Mark,
    RenderingError,
    render_body,
    render_line,
    render_plain,
    show_marks,
)
from articles.search.languages import language_name
from articles.tagging.english import Foreign, foreign
from articles.tagging.findings import Part

MAX_LIT = 20  # tags lit at once by name
MAX_NUMBERED = 40  # mentions that have a link with a number each
WRITE_WAIT_MS = 100  # a reader does not wait behind an import to have the HTML kept

logger = logging.getLogger(__name__)

_guard = Guard()


@dataclass(frozen=True, slots=True)
class Reading:
    """One article and its receipts; the three HTML texts are safe and hold the lit evidence.

    ``is_plain``: the text could not be formatted and is shown as it is.  ``unknown`` are the tags asked for
    that the article does not carry, ``references`` the sources that the clipping names.  ``mark_count`` is
    the number of lit places, whose ids are ``evidence-1`` and so on; ``url`` is the article with no light,
    ``all_url`` with all of it.  ``byline`` is the printed one, without e-mail addresses.  ``foreign`` says
    why few tags are found in the text, ``language`` names the language that it states.
    """

    article: Article
    url: str
    all_url: str
    is_all_lit: bool
    mark_count: int
    title_html: str
    standfirst_html: str
    body_html: str
    is_plain: bool
    authors: list[str]
    byline: str
    groups: list[ReceiptGroup]
    lit: list[Receipt]
    unknown: list[str]
    references: list[Reference]
    foreign: Foreign | None
    language: str

    @property
    def numbered(self) -> range:
        """Return the numbers of the lit places that have a link each."""
        return range(1, min(self.mark_count, MAX_NUMBERED) + 1)

    @property
    def mention_count(self) -> int:
        """Return how often the article names all that it is tagged with."""
        return sum(receipt.mention_count for receipt in self.receipts)

    @property
    def receipts(self) -> list[Receipt]:
        """Return all receipts, by kind."""
        return [receipt for group in self.groups for receipt in group.receipts]

    @property
    def tag_count(self) -> int:
        """Return how many tags the article carries."""
        return len(self.receipts)


def read_article(article: Article, *, lit: Sequence[str] = (), within: str = "") -> Reading:
    """Return an article of `find_article` with the words of these tags lit (``country:ru``, or ``all``).

    ``within`` is the search that its reader came from, which its links carry on.
    """
    lit = list(dict.fromkeys(tag.strip().lower() for tag in lit))[:MAX_LIT]
    receipts = read_receipts(article, lit=lit, within=within)
    body_html, is_plain = _render_body(article, receipts)
    parts = show_marks(
        [
            render_line(article.title, _marks(receipts, Part.TITLE)),
            render_plain(article.standfirst, _marks(receipts, Part.STANDFIRST)),
            body_html,
        ],
        [receipt.tag for receipt in receipts if receipt.is_lit],
    )
    known = {ALL, *(name for receipt in receipts for name in (receipt.tag, receipt.slug_tag))}
    return Reading(
        article=article,
        url=lit_url(article, [], within),
        all_url=lit_url(article, [ALL], within),
        is_all_lit=ALL in lit,
        mark_count=sum(part.count(MARK_OPENS) for part in parts),
        title_html=parts[0],
        standfirst_html=parts[1],
        body_html=parts[2],
        is_plain=is_plain,
        authors=[authorship.author.name for authorship in article.authorships.all()],
        byline=without_mail(article.byline),
        groups=group_receipts(receipts),
        lit=[receipt for receipt in receipts if receipt.is_lit],
        unknown=[tag[:80] for tag in lit if tag not in known],
        references=references_of(article.extra),
        foreign=foreign(article.language, article.title, article.body),
        language=language_name(article.language.lower()) if article.language else "",
    )


def find_article(pk: int) -> Article | None:
    """Return the article with its outlet, authors and kept HTML; None if readers may not see it."""
    authorships = Prefetch("authorships", Authorship.objects.select_related("author").order_by("position"))
    articles = Article.objects.public().select_related("outlet", "rendered")
    return articles.prefetch_related(authorships).filter(pk=pk).first()


def _marks(receipts: Sequence[Receipt], part: Part) -> list[Mark]:
    return [
        Mark(found.start, found.end, receipt.kind, receipt.key)
        for receipt in receipts
        for found in receipt.evidence
        if found.part == part
    ]


# --- The body, rendered once ------------------------------------------------------------------------------


def _render_body(article: Article, receipts: Sequence[Receipt]) -> tuple[str, bool]:
    """Return the body's HTML with all evidence marked, and whether it had to be left unformatted."""
    marks = sorted(_marks(receipts, Part.BODY), key=lambda mark: (mark.start, mark.end, mark.tag))
    kept: RenderedArticle | None = getattr(article, "rendered", None)
    if kept is not None and kept.key == _key(article.body, marks, is_plain=kept.is_plain):
        return kept.html, kept.is_plain
    try:
        html, is_plain = render_guarded(article.body, marks)
    except OSError:
        logger.exception("no worker process could be started to format article %s", article.pk)
        return render_plain(article.body, marks), True
    key = _key(article.body, marks, is_plain=is_plain)
    _keep(RenderedArticle(article=article, key=key, html=html, is_plain=is_plain))
    return html, is_plain


def render_guarded(body: str, marks: Sequence[Mark] = (), *, guard: Guard | None = None) -> tuple[str, bool]:
    """Return safe HTML for any text whatever, and whether it had to be left unformatted.

    Raise OSError if this machine cannot start the worker process.
    """
    try:
        return (guard or _guard).run(render_body, body, marks), False
    except (GuardError, RenderingError):
        return render_plain(body, marks), True


def _key(body: str, marks: Sequence[Mark], *, is_plain: bool) -> str:
    """Return a hash of all that the HTML is made from.

    The day is part of what could not be formatted: the machine may only have been busy, so that it is tried
    again on the next.
    """
    day = timezone.localdate().isoformat() if is_plain else ""
    parts = [RENDERER_VERSION, body, [[mark.start, mark.end, mark.tag] for mark in marks], day]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _keep(rendered: RenderedArticle) -> None:
    """Keep the HTML for the next reader if that can be done at once.

    The page does not depend on it: the database may be read-only or busy, the article deleted meanwhile.
    """
    with contextlib.suppress(DatabaseError), _short_wait(), transaction.atomic():
        RenderedArticle.objects.bulk_create(
            [rendered],
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=["key", "html", "is_plain"],
        )


@contextlib.contextmanager
def _short_wait() -> Iterator[None]:
    """Let SQLite wait for its one writer only a moment; others lock rows and need no such care."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual_ms = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {WRITE_WAIT_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual_ms)}")
