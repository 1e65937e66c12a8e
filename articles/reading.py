"""One article, ready to read: its text with evidence, and for each tag the receipt that explains it.

The HTML is made on the first view, with all evidence marked, and kept; lighting one tag's words only
removes the other marks.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import DatabaseError, connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from articles.filters import ArticleFilter
from articles.guard import Guard, GuardError
from articles.models import Article, Authorship, RenderedArticle, Tagging, TagKind
from articles.neighbours import PARAMETER
from articles.references import Reference, references_of
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
from articles.tagging.findings import Part

MAX_LIT = 20  # tags lit at once by name
ALL = "all"  # lights every tag
MAX_NUMBERED = 40  # mentions that have a link with a number each
WRITE_WAIT_MS = 100  # a reader does not wait behind an import to have the HTML kept

logger = logging.getLogger(__name__)

_guard = Guard()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters [start, end) of one part of the article that earned a tag, and the rule that saw them."""

    part: str
    start: int
    end: int
    words: str
    rule: str


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """The same words found by the same rule, and how often."""

    text: str
    rule: str
    count: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Why an article carries one tag: the evidence, how central it is, who said so and when.

    ``url`` is the page about the tag; ``light_url`` the article with its words lit, or out again.
    ``decided_by`` is a person's name, never an account's; it and ``decided_at`` are empty for what no
    person decided.
    """

    kind: str
    key: str
    slug: str
    name: str
    url: str
    light_url: str
    is_lit: bool
    role: str
    salience: float
    origin: str
    origin_label: str
    status: str
    status_label: str
    release: str
    decided_by: str
    decided_at: dt.datetime | None
    evidence: list[Evidence]

    @property
    def tag(self) -> str:
        """Return the tag as addresses name it: ``country:ru``."""
        return f"{self.kind}:{self.key}"

    @property
    def slug_tag(self) -> str:
        """Return the tag as the address of its page names it, which works as well: ``country:russia``."""
        return f"{self.kind}:{self.slug}"

    @property
    def anchor(self) -> str:
        """Return what the ids of this receipt's elements end in."""
        return f"{self.kind}-{self.key}"

    @property
    def is_main(self) -> bool:
        """Return whether the article is about it."""
        return self.role == Tagging.Role.MAIN

    @property
    def decided_on(self) -> dt.date | None:
        """Return the day a person decided."""
        return timezone.localdate(self.decided_at) if self.decided_at else None

    @property
    def mention_count(self) -> int:
        """Return how often the article names it."""
        return len(self.evidence)

    @property
    def words(self) -> list[EvidenceWords]:
        """Return the different words that earned the tag, the most frequent first."""
        counts = Counter((" ".join(found.words.split()), found.rule) for found in self.evidence)
        return [EvidenceWords(text, rule, count) for (text, rule), count in counts.most_common()]


@dataclass(frozen=True, slots=True)
class ReceiptGroup:
    """The receipts of one kind of tag, main ones first."""

    kind: str
    heading: str
    receipts: list[Receipt]


@dataclass(frozen=True, slots=True)
class Reading:
    """One article and its receipts; the three HTML texts are safe and hold the lit evidence.

    ``is_plain``: the text could not be formatted and is shown as it is.  ``unknown`` are the tags asked for
    that the article does not carry, ``references`` the sources that the clipping names.  ``mark_count`` is
    the number of lit places, whose ids are ``evidence-1`` and so on; ``url`` is the article with no light,
    ``all_url`` with all of it.
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
    groups: list[ReceiptGroup]
    lit: list[Receipt]
    unknown: list[str]
    references: list[Reference]

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
        url=_lit_url(article, [], within),
        all_url=_lit_url(article, [ALL], within),
        is_all_lit=ALL in lit,
        mark_count=sum(part.count(MARK_OPENS) for part in parts),
        title_html=parts[0],
        standfirst_html=parts[1],
        body_html=parts[2],
        is_plain=is_plain,
        authors=[authorship.author.name for authorship in article.authorships.all()],
        groups=_groups(receipts),
        lit=[receipt for receipt in receipts if receipt.is_lit],
        unknown=[tag[:80] for tag in lit if tag not in known],
        references=references_of(article.extra),
    )


def find_article(pk: int) -> Article | None:
    """Return the article with its outlet, authors and kept HTML; None if readers may not see it."""
    authorships = Prefetch("authorships", Authorship.objects.select_related("author").order_by("position"))
    articles = Article.objects.public().select_related("outlet", "rendered")
    return articles.prefetch_related(authorships).filter(pk=pk).first()


def read_receipts(article: Article, *, lit: Sequence[str] = (), within: str = "") -> list[Receipt]:
    """Return the receipts of the article's standing tags, main ones first.  One query."""
    texts = {Part.TITLE: article.title, Part.STANDFIRST: article.standfirst, Part.BODY: article.body}
    # "main" sorts before "mentioned".
    rows = (
        Tagging.objects.standing()
        .filter(article=article)
        .select_related("tag", "decided_by")
        .order_by("role", "-salience", "tag__name")
    )
    # A key wins over another tag's slug of the same spelling, as in filters.
    tags = {f"{row.tag.kind}:{row.tag.slug}": row.tag for row in rows}
    tags |= {f"{row.tag.kind}:{row.tag.key}": row.tag for row in rows}
    chosen = list(dict.fromkeys(tags[name] for name in lit if name in tags))
    is_all_lit = ALL in lit
    receipts = []
    for row in rows:
        # Of all that is lit, the one chosen is to stay.
        names = [] if is_all_lit else [f"{tag.kind}:{tag.key}" for tag in chosen]
        light_url = _lit_url(article, _toggled(names, f"{row.tag.kind}:{row.tag.key}"), within)
        receipts.append(_receipt(row, texts, light_url, is_lit=is_all_lit or row.tag in chosen))
    return receipts


def _receipt(row: Tagging, texts: Mapping[Part, str], light_url: str, *, is_lit: bool) -> Receipt:
    return Receipt(
        kind=row.tag.kind,
        key=row.tag.key,
        slug=row.tag.slug,
        name=row.tag.name,
        url=row.tag.get_absolute_url(),
        light_url=light_url,
        is_lit=is_lit,
        role=row.role,
        salience=row.salience,
        origin=row.origin,
        origin_label=row.get_origin_display(),
        status=row.status,
        status_label=row.get_status_display(),
        release=row.release,
        # A user name is half of a login: readers see the name a person chose to show, or none.
        decided_by=(row.decided_by.get_full_name() or "an editor") if row.decided_by else "",
        decided_at=row.decided_at,
        evidence=list(_evidence(row.mentions, texts)),
    )


def _evidence(mentions: object, texts: Mapping[Part, str]) -> Iterator[Evidence]:
    """Yield the mentions that point at words of the article as it stands: an edit may have lost some."""
    for mention in mentions if isinstance(mentions, list) else ():
        match mention:
            case [str(part), int(start), int(end), str(rule)] if part in texts:
                words = texts[Part(part)][max(start, 0) : end]
                if words.strip():
                    yield Evidence(part, start, end, words, rule)


def _toggled(names: Sequence[str], name: str) -> list[str]:
    return [other for other in names if other != name] if name in names else [*names, name]


def _lit_url(article: Article, lit: Sequence[str], within: str) -> str:
    """Return the article's address with these tags lit, within the search that its reader came from."""
    pairs = [*(("tag", name) for name in lit), *([(PARAMETER, within)] if within else [])]
    url = f"{article.get_absolute_url()}?{urlencode(pairs)}" if pairs else article.get_absolute_url()
    return f"{url}#evidence-1" if lit else url


def _groups(receipts: Sequence[Receipt]) -> list[ReceiptGroup]:
    headings = ArticleFilter.facets()
    groups = (
        ReceiptGroup(kind, headings[kind], [receipt for receipt in receipts if receipt.kind == kind])
        for kind in TagKind.values
    )
    return [group for group in groups if group.receipts]


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
