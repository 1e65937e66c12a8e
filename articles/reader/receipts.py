"""Receipts: why an article carries each of its tags.

A receipt holds the words that earned the tag and the rule that saw them, how central the tag is, and who
said so when.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import timezone

from articles.filters import ArticleFilter
from articles.lists.neighbours import PARAMETER
from articles.models import Article, Tagging, TagKind
from articles.phrases import gettext, marked, pgettext
from articles.tagging.findings import Part

ALL = "all"  # lights every tag
PART_NAMES = {
    Part.TITLE: marked("title", "part of an article"),
    Part.STANDFIRST: marked("standfirst", "part of an article"),
    Part.BODY: marked("text", "part of an article"),
}


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
    def decider(self) -> str:
        """Return who decided: the name a person chose to show, else that it was an editor."""
        return self.decided_by or gettext("an editor")

    @property
    def decided_on(self) -> dt.date | None:
        """Return the day a person decided."""
        return timezone.localdate(self.decided_at) if self.decided_at else None

    @property
    def mention_count(self) -> int:
        """Return how often the article names it."""
        return len(self.evidence)

    @property
    def parts(self) -> list[str]:
        """Return the parts of the article that name it, as readers call them, in the order of the page."""
        named = {found.part for found in self.evidence}
        return [pgettext("part of an article", name) for part, name in PART_NAMES.items() if part in named]

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
        light_url = lit_url(article, _toggled(names, f"{row.tag.kind}:{row.tag.key}"), within)
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
        decided_by=(row.decided_by.get_full_name() or gettext("an editor")) if row.decided_by else "",
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


def lit_url(article: Article, lit: Sequence[str], within: str) -> str:
    """Return the article's address with these tags lit, within the search that its reader came from."""
    pairs = [*(("tag", name) for name in lit), *([(PARAMETER, within)] if within else [])]
    url = f"{article.get_absolute_url()}?{urlencode(pairs)}" if pairs else article.get_absolute_url()
    return f"{url}#evidence-1" if lit else url


def group_receipts(receipts: Sequence[Receipt]) -> list[ReceiptGroup]:
    """Return the receipts by kind of tag, in the order of the filters."""
    headings = ArticleFilter.facets()
    groups = (
        ReceiptGroup(kind, headings[kind], [receipt for receipt in receipts if receipt.kind == kind])
        for kind in TagKind.values
    )
    return [group for group in groups if group.receipts]
