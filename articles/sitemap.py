"""The maps of the site for search engines: every public article, every tag that one has.

One file would be too large: an article stands in the file of its number, so that each file is one range of
the primary key, and what hidden articles there are shows in none.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from articles.caching import kept, unkept
from articles.models import Article, Tag, TagKind
from articles.search import sync
from articles.search.engine import IndexUnusable

SIZE = 10_000  # numbers of articles in one file; the protocol allows 50,000 addresses
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
@kept(in_memory=False)
def index(request: HttpRequest) -> HttpResponse:
    """Return the list of the maps."""
    last = Article.objects.public().order_by("-pk").values_list("pk", flat=True).first()
    pages = range(last // SIZE + 1) if last else range(0)
    urls = [reverse("sitemap_tags"), *(reverse("sitemap_articles", args=[page]) for page in pages)]
    return _xml("sitemapindex", "sitemap", ((request.build_absolute_uri(url), "") for url in urls))


@require_safe
@kept(in_memory=False)
def articles(request: HttpRequest, page: str) -> HttpResponse:
    """Return the addresses of the public articles of one range of numbers; 404 for one past the last."""
    first = int(page) * SIZE
    if not Article.objects.public().filter(pk__gte=first).exists():
        raise Http404
    rows = Article.objects.public().filter(pk__gte=first, pk__lt=first + SIZE).order_by("pk")
    # reverse() once: for each article it would cost more than to read it.
    head, tail = request.build_absolute_uri(reverse("article_detail", args=[0, "_"])).split("0-_")
    return _xml(
        "urlset",
        "url",
        (
            (f"{head}{pk}-{slug}{tail}", changed_at.date().isoformat())
            for pk, slug, changed_at in rows.values_list("pk", "slug", "changed_at")
        ),
    )


@require_safe
@kept(in_memory=False)
def tags(request: HttpRequest) -> HttpResponse:
    """Return the addresses of the front page, the lists, and every tag that a public article has."""
    pages = ["home", "article_list", *(f"{kind}_list" for kind in TagKind.values)]
    urls = [(request.build_absolute_uri(reverse(name)), "") for name in pages]
    try:
        counts = sync.totals(tuple(TagKind.values))
    except IndexUnusable:
        return unkept(_xml("urlset", "url", urls))
    used = {(kind, key) for kind in TagKind.values for key, count in counts[kind] if count}
    for kind in TagKind.values:
        head, tail = request.build_absolute_uri(reverse(f"{kind}_detail", args=["_"])).rsplit("_", 1)
        rows = Tag.objects.in_use().filter(kind=kind).order_by("slug").values_list("key", "slug")
        urls += [(f"{head}{slug}{tail}", "") for key, slug in rows if (kind, key) in used]
    return _xml("urlset", "url", urls)


def _xml(root: str, entry: str, places: Iterable[tuple[str, str]]) -> HttpResponse:
    """Return a map of these addresses, each with the day it last changed on if that is known."""
    entries = "".join(
        f"<{entry}><loc>{escape(url)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{entry}>\n"
        for url, day in places
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n{entries}</{root}>\n'
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
