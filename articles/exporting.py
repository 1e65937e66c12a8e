"""Articles on their way out: the records that exports and feeds are written from, read a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from articles.citations import Record, RecordTag, one_line
from articles.exports import FORMATS
from articles.lists.answers import Answer, answer
from articles.lists.stored import StoredArticle, StoredTagging, read_in_passing
from articles.models import Article, Tagging
from articles.phrases import gettext, grouped
from articles.search.address import CURSORS, PAGE_PARAMETERS, Address

MOST_RECORDS = 5_000  # articles in one file
AT_ONCE = 250  # articles read from the database together; about 1 MB


class FormatLink(NamedTuple):
    """One format as pages offer it."""

    label: str
    url: str
    is_citation: bool


def find_to_export(data: QueryDict, path: str) -> Answer:
    """Return the search with the ids of its first `MOST_RECORDS` articles; raise as `answer` does."""
    found = answer(data, path, limit=MOST_RECORDS)
    return replace(found, address=_without_view(found.address))


def part_of(found: Answer) -> str:
    """Return which articles of the whole result these are: ``1-5000``; nothing where they are all."""
    result = found.result
    if not (result.next_cursor or result.previous_cursor):
        return ""
    if result.previous_cursor and not result.position:  # the database, which answers while there is no index
        return "later"
    return f"{result.position + 1}-{result.position + len(result.ids)}"


def notice_of(found: Answer) -> str:
    """Return what an export leaves out, in a sentence; nothing where it is whole."""
    return cut_notice(found.result.count) if found.result.next_cursor else ""


def cut_notice(count: int) -> str:
    """Return the sentence about an export of more articles than one file holds, else nothing."""
    if count <= MOST_RECORDS:
        return ""
    message = gettext("One file holds %(most)s articles, the first of these %(count)s.")
    return message % {"most": grouped(MOST_RECORDS), "count": grouped(count)}


def read_records(ids: Sequence[int], site: str) -> Iterator[Record]:
    """Yield the records of these articles, in this order, without those that readers may not see.

    ``site`` is what stands before the path in whole addresses: ``https://news.example``.
    """
    for some in batched(ids, AT_ONCE):
        found = {stored.id: stored for stored in read_in_passing(some)}
        yield from (_record(found[pk], site) for pk in some if pk in found)


def record_of(article: Article, site: str) -> Record:
    """Return the record of an article of `reading.find_article`, as far as a citation needs it.  No query."""
    return Record(
        id=article.pk,
        url=f"{site}{article.get_absolute_url()}",
        title=one_line(article.title),
        outlet=one_line(article.outlet.name) if article.outlet else "",
        authors=tuple(one_line(authorship.author.name) for authorship in article.authorships.all()),
        published_on=article.published_on,
        published_precision=article.published_precision,
        clipped_on=article.clipped_on,
        original_url=one_line(article.url),
    )


def _record(stored: StoredArticle, site: str) -> Record:
    return Record(
        id=stored.id,
        url=f"{site}{stored.url}",
        title=one_line(stored.title),
        standfirst=one_line(stored.standfirst),
        outlet=one_line(stored.outlet[1]) if stored.outlet else "",
        authors=tuple(map(one_line, stored.authors)),
        published_on=stored.published_on,
        published_precision=stored.published_precision,
        clipped_on=stored.clipped_on,
        language=one_line(stored.language),
        original_url=one_line(stored.original_url),
        tags=tuple(map(_tag, stored.taggings)),
    )


def _tag(tagging: StoredTagging) -> RecordTag:
    tag = tagging.tag
    is_main = tagging.role == Tagging.Role.MAIN
    return RecordTag(tag.kind, tag.slug, one_line(tag.name), tagging.role, tagging.salience, is_main)


# --- Addresses --------------------------------------------------------------------------------------------


def export_links(address: Address) -> list[FormatLink]:
    """Return the whole of a search in each format; its order stays, its page does not."""
    query = urlencode(_without_view(address.first_page()).parameters)
    return [
        FormatLink(
            gettext(format_.label),
            _with_query(reverse("export", args=[format_.name]), query),
            format_.is_citation,
        )
        for format_ in FORMATS.values()
    ]


def citation_links(pk: int) -> list[FormatLink]:
    """Return one article as a citation in each format that is one."""
    return [
        FormatLink(
            gettext(format_.label), reverse("article_export", args=[pk, format_.name]), is_citation=True
        )
        for format_ in FORMATS.values()
        if format_.is_citation
    ]


def feed_url(parameters: Iterable[tuple[str, str]]) -> str:
    """Return the feed of a search, which has no order and no page."""
    query = urlencode([pair for pair in parameters if pair[0] not in PAGE_PARAMETERS])
    return _with_query(reverse("feed"), query)


def _without_view(address: Address) -> Address:
    """Return the address of a search without what only says how a page shows it."""
    shown = set(PAGE_PARAMETERS) - {*CURSORS, "sort"}
    return replace(address, parameters=tuple(pair for pair in address.parameters if pair[0] not in shown))


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
