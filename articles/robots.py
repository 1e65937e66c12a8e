"""What the crawlers of search engines are told: which addresses are worth fetching.

Articles, tags and the plain list are.  Combinations of filters are as many as there are subsets of values: a
crawler that followed them would never end.  Their links say ``nofollow``, their pages ``noindex``.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from articles.languages import editions, speaking

ONE_DAY = 86_400  # seconds

# `/articles/?country=ua` and `/articles/?after=n2e3f1` may be fetched; what has two parameters may not.
COMBINATIONS = ("/*?*&", "/*?*__", "/*?q=", "/*?sort=", "/*?density=", "/*?view=", "/*?tag=", "/*?in=")


def _closed_in_every_language() -> Iterator[str]:
    for code in editions():
        with speaking(code):
            yield reverse("suggestions")
            yield reverse("facet", args=["x"]).removesuffix("x/")


@require_safe
@cache_control(max_age=ONE_DAY, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """Return robots.txt."""
    closed = (
        reverse("admin:index"),
        "/api/",
        *_closed_in_every_language(),
        "/*/export/",  # of a search and of one article
        *COMBINATIONS,
    )
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in closed), f"Sitemap: {sitemap}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
