"""Every search as a feed, Atom or RSS: what feed readers ask for again and again, and mostly get a 304."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.xmlreader import AttributesImpl

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from articles.caching import kept
from articles.citations import Record, one_line
from articles.exporting import read_records
from articles.languages import edition
from articles.lists.answers import Answer, answer
from articles.lists.searchbox import redirect_of
from articles.models import Article
from articles.outgoing import moved, refusal, try_again
from articles.phrases import gettext
from articles.search.address import PAGE_PARAMETERS
from articles.search.engine import IndexUnusable
from articles.templatetags.newsroom import language_tag

ENTRIES = 50  # of a feed, and of each page behind it
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # when a feed without entries last changed

type Form = type[AtomFeed] | type[RssFeed]


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a feed: its record, how it begins, and when the archive last changed it."""

    record: Record
    summary: str
    changed_at: dt.datetime

    @property
    def published_at(self) -> dt.datetime | None:
        """Return the day of publication as an instant, None where it is not known."""
        day = self.record.published_on
        return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) if day else None


@require_safe
@kept()
def feed(request: HttpRequest, form: Form) -> HttpResponse:
    """Return the newest articles of a search; ``after`` leads to those behind them."""
    if clean := redirect_of(request.GET, request.path):
        return HttpResponseRedirect(clean)
    asked = request.GET.copy()
    asked.pop("sort", None)  # the newest come first, whatever the list was sorted by
    try:
        found = answer(asked, reverse("article_list"), limit=ENTRIES)
    except IndexUnusable:
        return try_again(request)
    if found.problems:
        return refusal(request, found)
    if found.has_moved:
        return moved(request, found)
    site = request.build_absolute_uri("/").removesuffix("/")
    written = _empty(form, request, found, site)
    for entry in _entries(found.result.ids, site):
        written.add_entry(entry)
    # Text: a browser shows it, though it knows no feeds.
    return HttpResponse(written.writeString("utf-8"), content_type=form.content_type)


def _empty(form: Form, request: HttpRequest, found: Answer, site: str) -> AtomFeed | RssFeed:
    """Return the feed of a search, still without its entries."""
    narrowing = [pair for pair in found.address.parameters if pair[0] not in PAGE_PARAMETERS]
    page = f"{site}{found.address.path}"
    page = f"{page}?{urlencode(narrowing)}" if narrowing else page
    following = ""
    if cursor := found.result.next_cursor:
        following = f"{site}{request.path}?{urlencode([*narrowing, ('after', cursor)])}"
    return form(
        title=f"{one_line(found.title)} · Newsroom",
        link=page,
        description=gettext("The newest articles of this search in the archive."),
        feed_url=request.build_absolute_uri(),
        feed_guid=page,
        language=edition().code,
        author_name="Newsroom",  # of the feed; an entry may have none of its own
        following=following,
        site=site,
    )


def _entries(ids: Iterable[int], site: str) -> list[Entry]:
    ids = list(ids)
    rows = Article.objects.public().filter(pk__in=ids).values_list("pk", "summary", "changed_at")
    others = {pk: (summary, changed_at) for pk, summary, changed_at in rows}
    return [
        Entry(record, one_line(others[record.id][0]), others[record.id][1])
        for record in read_records(ids, site)
        if record.id in others
    ]


class AtomFeed(Atom1Feed):
    """A feed as RFC 4287 and 5005 describe it."""

    content_type = "application/atom+xml; charset=utf-8"

    def add_entry(self, entry: Entry) -> None:
        """Add one article."""
        record = entry.record
        self.add_item(
            title=record.title,
            link=record.url,
            description=None,  # type: ignore[arg-type]  # written below, as text and not as HTML
            # Not the address of the page: that ends in words of the title, which may be corrected.
            unique_id=f"{self.feed['site']}{reverse('article_short', args=[record.id])}",
            unique_id_is_permalink=True,
            pubdate=entry.published_at,
            updateddate=entry.changed_at,
            entry=entry,
        )

    def latest_post_date(self) -> dt.datetime:
        """Return when something in it last changed; never the time of day: equal feeds are equal bytes."""
        return max((item["updateddate"] for item in self.items), default=NEVER)

    def item_attributes(self, item: dict[str, object]) -> dict[str, str]:
        """Return the language of one entry."""
        language = language_tag(_entry(item).record.language)
        return {"xml:lang": language} if language else {}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        """Write the head, with the way to older entries."""
        super().add_root_elements(handler)
        if self.feed["following"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": str(self.feed["following"])})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, object]) -> None:
        """Write one entry: every author by name, the tags, the original beside the page here."""
        super().add_item_elements(handler, item)
        entry = _entry(item)
        if entry.summary:
            handler.addQuickElement("summary", entry.summary)
        for author in entry.record.authors:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", author)
            handler.endElement("author")
        for tag in entry.record.tags:
            scheme = f"{self.feed['site']}{reverse(f'{tag.kind}_list')}"
            attributes = {"term": tag.slug, "scheme": scheme, "label": tag.name}
            handler.addQuickElement("category", "", attributes)
        if entry.record.original_url:
            handler.addQuickElement("link", "", {"rel": "via", "href": entry.record.original_url})


class RssFeed(Rss201rev2Feed):
    """A feed as RSS 2.0 describes it, for readers that know no Atom."""

    content_type = "application/rss+xml; charset=utf-8"

    def add_entry(self, entry: Entry) -> None:
        """Add one article."""
        record = entry.record
        self.add_item(
            title=record.title,
            link=record.url,
            description=escape(entry.summary),
            unique_id=f"{self.feed['site']}{reverse('article_short', args=[record.id])}",
            unique_id_is_permalink=True,
            pubdate=entry.published_at,
            updateddate=entry.changed_at,
            author_name=", ".join(record.authors) or None,
            categories=[tag.name for tag in record.tags],
        )

    latest_post_date = AtomFeed.latest_post_date


def _entry(item: dict[str, object]) -> Entry:
    entry = item["entry"]
    if not isinstance(entry, Entry):
        raise TypeError(f"{entry!r} was not added by add_entry")
    return entry
