"""What machines read of an article's page: schema.org's NewsArticle as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from articles.importing.clipping import Precision
from articles.models import TagKind
from articles.reader.reading import Reading
from articles.reader.receipts import Receipt

TYPES = {
    TagKind.ACTOR: "Person",
    TagKind.COUNTRY: "Country",
    TagKind.ORGANISATION: "Organization",
    TagKind.TOPIC: "Thing",
}
# What would end a script element, or begin something else in it.
UNSAFE = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}

type Absolute = Callable[[str], str]  # from the path of a page to its whole address


def news_article(reading: Reading, absolute: Absolute) -> str:
    """Return the article as JSON that can stand in a script element: nothing in it ends or opens a tag.

    The article is its publisher's: ``url`` is the original where its address is known, and this page is where
    it is archived.
    """
    text = json.dumps(dict(_properties(reading, absolute)), ensure_ascii=False, separators=(",", ":"))
    return text.translate(UNSAFE)


def _properties(reading: Reading, absolute: Absolute) -> Iterator[tuple[str, object]]:
    article, page = reading.article, absolute(reading.url)
    yield "@context", "https://schema.org"
    yield "@type", "NewsArticle"
    yield "headline", article.title
    yield "url", article.url or page
    yield "archivedAt", page
    if article.summary:
        yield "description", article.summary
    if article.published_on:
        length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(article.published_precision), 10)
        yield "datePublished", article.published_on.isoformat()[:length]
    if article.updated_on:
        yield "dateModified", article.updated_on.isoformat()
    if article.language:
        yield "inLanguage", article.language
    if article.section:
        yield "articleSection", article.section
    if reading.authors:
        yield "author", [{"@type": "Person", "name": name} for name in reading.authors]
    if article.outlet:
        yield "publisher", {"@type": "Organization", "name": article.outlet.name}
    receipts = [receipt for group in reading.groups for receipt in group.receipts]
    for name, is_main in (("about", True), ("mentions", False)):
        if things := [_thing(one, absolute) for one in receipts if one.is_main is is_main]:
            yield name, things


def _thing(receipt: Receipt, absolute: Absolute) -> dict[str, str]:
    return {"@type": TYPES[TagKind(receipt.kind)], "name": receipt.name, "url": absolute(receipt.url)}
