"""What is not public leaves no trace: answers are, byte for byte, those of an archive without it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.urls import URLPattern
from django.utils import timezone

from articles import curation, urls
from articles.exports import FORMATS
from articles.models import Article, AuditSample, Tagging
from articles.quality import audits, sampling
from tests.factories import make_article, make_tag

pytestmark = pytest.mark.django_db

HIDDEN = 900_001  # the number the hidden article gets
SECRET = "zibeline"  # a word that stands in hidden articles alone

# Addresses of every route, by its pattern: a new route has to say here how it is tried.
TAG_LISTS = ["", "?all=1", "?order=name&all=1", f"?q={SECRET}"]
ADDRESSES = {
    "": ["/", "/?country=ru", f"/?q={SECRET}", f"/?outlet={SECRET}-gazette", f"/?author={SECRET}-quill"],
    "articles/": [
        "/articles/",
        "/articles/?sort=oldest",
        *(f"/articles/?view={view}" for view in ("map", "timeline", "table")),
        f"/articles/?view=timeline&q={SECRET}",
        "/articles/?q=talks&sort=relevance",
        f"/articles/?q={SECRET}",
        f"/articles/?topic={SECRET}",
        f"/articles/?topic__not={SECRET}",
        "/articles/?country=ru&country__any=ua&topic__main=talks",
        "/articles/?clipped_after=2000&published_before=2099",
        f"/articles/?outlet={SECRET}-gazette",
        f"/articles/?author__not={SECRET}-quill",
    ],
    "^articles/(?P<pk>[0-9]{1,18})-(?P<slug>[^/]*)/$": [
        "{public}",
        f"{{public}}?tag=topic:{SECRET}",
        "{public}?tag=all",
        "{public}?in=country%3Dru",
        "{public}?in=q%3Dtalks%26sort%3Drelevance",
        f"{{public}}?in=topic__not%3D{SECRET}",
        f"/articles/{HIDDEN}-{SECRET}/",
        f"/articles/{HIDDEN}-/?tag=country:ru",
    ],
    "^articles/(?P<pk>[0-9]{1,18})/$": [f"/articles/{HIDDEN}/"],
    "api/v1/articles/": [
        "/api/v1/articles/",
        "/api/v1/articles/?limit=1&country=ru",
        f"/api/v1/articles/?q={SECRET}",
        f"/api/v1/articles/?topic={SECRET}",
        f"/api/v1/articles/?outlet={SECRET}-gazette&author={SECRET}-quill",
    ],
    "api/v1/articles/<str:pk>/": ["/api/v1/articles/{public_pk}/", f"/api/v1/articles/{HIDDEN}/"],
    "^api/(?:.*/)?$": ["/api/", f"/api/v1/{SECRET}/"],
    "articles/facets/<slug:facet>/": [
        *(f"/articles/facets/{facet}/" for facet in ("actor", "topic", "outlet", "author")),
        f"/articles/facets/topic/?name={SECRET}",
        f"/articles/facets/outlet/?q={SECRET}",
    ],
    "articles/export/<slug:name>/": [
        *(f"/articles/export/{name}/?country=ru" for name in FORMATS),
        f"/articles/export/csv/?q={SECRET}",
        f"/articles/export/csv/?topic__not={SECRET}",
        f"/articles/export/csv/?outlet={SECRET}-gazette",
    ],
    "^articles/(?P<pk>[0-9]{1,18})/export/(?P<name>[a-z-]{1,20})/$": [
        *(f"/articles/{{public_pk}}/export/{name}/" for name in FORMATS),
        f"/articles/{HIDDEN}/export/text/",
    ],
    **{
        path: [
            f"/{path}",
            f"/{path}?q={SECRET}",
            f"/{path}?topic__not={SECRET}",
            f"/{path}?author={SECRET}-quill",
        ]
        for path in ("articles/feed/", "articles/feed/rss/")
    },
    "dyads/": ["/dyads/", "/dyads/?days=30"],
    "dyads/<str:written>/": ["/dyads/russia-ukraine/", f"/dyads/{SECRET}-vladimir-putin/"],
    "suggest/": [
        *(f"/suggest/?q={text}" for text in (SECRET, SECRET[:3], "talks", "ru", "Courier", "quill")),
        *(f"/suggest/?q={operator}:{SECRET[:4]}" for operator in ("topic", "from", "by", "main", "-actor")),
        *(f"/suggest/?q={operator}:" for operator in ("country", "outlet", "author", "main")),
    ],
    "favicon.ico": ["/favicon.ico"],
    "robots.txt": ["/robots.txt"],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemap-tags.xml": ["/sitemap-tags.xml"],
    r"^sitemap-articles-(?P<page>[0-9]{1,12})\.xml$": [
        *(f"/sitemap-articles-{page}.xml" for page in (0, 1, HIDDEN // 10_000))
    ],
    "actors/": [f"/actors/{query}" for query in TAG_LISTS],
    "countries/": [f"/countries/{query}" for query in TAG_LISTS],
    "organisations/": [f"/organisations/{query}" for query in TAG_LISTS],
    "topics/": [f"/topics/{query}" for query in TAG_LISTS],
    "actors/<slug:slug>/": ["/actors/vladimir-putin/", f"/actors/{SECRET}/"],
    "countries/<slug:slug>/": ["/countries/russia/", "/countries/ukraine/", "/countries/ru/"],
    "organisations/<slug:slug>/": ["/organisations/nato/"],
    "topics/<slug:slug>/": ["/topics/talks/", f"/topics/{SECRET}/"],
}


def audit(articles: Iterable[Article], verdict: str) -> None:
    """Answer whether the tags of articles are right, as if they had been drawn while they were public."""
    today, number = timezone.localdate(), AuditSample.objects.count()
    sample = AuditSample.objects.create(drawn_on=today, scope="all", stratum=f"test:{number}", seed="seed")
    for position, tagging in enumerate(Tagging.objects.filter(article__in=articles), start=1):
        item = sampling.seen(tagging, sample, position)
        item.verdict = verdict
        item.save()


@pytest.fixture
def public(monkeypatch) -> Article:
    """Return a public article, beside a topic and an actor that no public article has.

    Its tags were audited, and their pages say so however few answers there are.
    """
    monkeypatch.setattr(audits, "LEAST", 1)
    make_tag(f"topic/{SECRET.title()}")
    make_tag(f"actor/{SECRET.title()}")
    russia = make_tag("country/Russia", key="ru")
    make_article(title="Talks go on", tags=[russia, make_tag("country/Ukraine", key="ua")])
    article = make_article(
        title="Talks begin",
        outlet="The Courier",
        authors=["Ada Quill"],
        main=[russia, "topic/Talks"],
        tags=["actor/Vladimir Putin", "organisation/NATO"],
    )
    audit([article], "right")
    return article


def hide_articles(status: str) -> None:
    """Add articles with the tags of the public ones, and an outlet, an author and words of their own."""
    for number in range(3):
        make_article(
            id=HIDDEN + number,
            title=f"{SECRET} talks",
            body=f"Talks about {SECRET} in Vienna. " * 20,
            status=status,
            outlet=f"{SECRET.title()} Gazette",
            authors=[f"{SECRET.title()} Quill"],
            main=["country/Russia", "topic/Talks", f"topic/{SECRET.title()}"],
            tags=["country/Ukraine", "actor/Vladimir Putin", f"actor/{SECRET.title()}", "organisation/NATO"],
        )
    audit(Article.objects.filter(pk__gte=HIDDEN), "wrong")


def answers(client, public: Article) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Return status, headers and body of every address.

    But for the entity tag: it is another after every write, whatever was written, and says nothing else.
    """
    found = {}
    for patterns in ADDRESSES.values():
        for pattern in patterns:
            address = pattern.format(public=public.get_absolute_url(), public_pk=public.pk)
            response = client.get(address)
            headers = {name: value for name, value in response.headers.items() if name != "ETag"}
            content = b"".join(response.streaming_content) if response.streaming else response.content
            found[address] = (response.status_code, headers, content)
    return found


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_hidden_articles_change_no_byte_of_any_answer(client, public, status):
    before = answers(client, public)

    hide_articles(status)

    after = answers(client, public)
    assert [address for address in before if after[address] != before[address]] == []


def test_a_withdrawn_article_leaves_no_trace(client, alice, public):
    before = answers(client, public)
    hide_articles(Article.Status.PUBLIC)
    during = answers(client, public)

    curation.withdraw(Article.objects.filter(pk__gte=HIDDEN), by=alice)

    after = answers(client, public)
    assert during["/articles/"] != before["/articles/"]
    assert [address for address in before if after[address] != before[address]] == []


def test_what_editors_found_is_on_the_page_of_a_tag(client, public):
    page = client.get("/topics/talks/").content.decode()

    assert "1 of 1 tags right" in page


def test_every_route_is_tried():
    routes = [route for route in (*urls.pages, *urls.urlpatterns) if isinstance(route, URLPattern)]

    assert {str(route.pattern) for route in routes} == set(ADDRESSES)
