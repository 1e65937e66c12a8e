"""Addresses of the public pages and the API."""

from django.conf import settings
from django.urls import path, re_path

from articles import api, dyad_views, feeds, home, outgoing, robots, sitemap, styleguide, typeahead, views
from articles.models import TagKind

PLURALS = {
    TagKind.ACTOR: "actors",
    TagKind.COUNTRY: "countries",
    TagKind.ORGANISATION: "organisations",
    TagKind.TOPIC: "topics",
}

# What people read, in every language under a prefix of its own; newsroom/urls.py puts it there.
pages = [
    path("", home.home, name="home"),
    path("articles/", views.article_list, name="article_list"),
    path("articles/facets/<slug:facet>/", views.facet_list, name="facet"),
    path("articles/export/<slug:name>/", outgoing.search_export, name="export"),
    path("articles/feed/", feeds.feed, {"form": feeds.AtomFeed}, name="feed"),
    path("articles/feed/rss/", feeds.feed, {"form": feeds.RssFeed}, name="rss_feed"),
    # 18 digits: what a database column can hold.
    re_path(r"^articles/(?P<pk>[0-9]{1,18})-(?P<slug>[^/]*)/$", views.article_detail, name="article_detail"),
    re_path(r"^articles/(?P<pk>[0-9]{1,18})/$", views.article_detail, name="article_short"),
    re_path(
        r"^articles/(?P<pk>[0-9]{1,18})/export/(?P<name>[a-z-]{1,20})/$",
        outgoing.article_export,
        name="article_export",
    ),
    path("dyads/", dyad_views.dyad_list, name="dyad_list"),
    path("dyads/<str:written>/", dyad_views.dyad_detail, name="dyad"),
    path("suggest/", typeahead.suggestions, name="suggestions"),
]
# What programs read, once.
urlpatterns = [
    path("api/v1/articles/", api.article_list, name="api_article_list"),
    path("api/v1/articles/<str:pk>/", api.article_detail, name="api_article_detail"),
    re_path(r"^api/(?:.*/)?$", api.nothing_here),  # without its slash it is redirected here, as everywhere
    path("favicon.ico", views.favicon),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-tags.xml", sitemap.tags, name="sitemap_tags"),
    # 12 digits: no number of an article is larger than a database column.
    re_path(r"^sitemap-articles-(?P<page>[0-9]{1,12})\.xml$", sitemap.articles, name="sitemap_articles"),
]
if settings.DEBUG:
    pages += [path("styleguide/", styleguide.show, name="styleguide")]
for kind, plural in PLURALS.items():
    pages += [
        path(f"{plural}/", views.tag_list, {"kind": kind}, name=f"{kind}_list"),
        path(f"{plural}/<slug:slug>/", views.tag_detail, {"kind": kind}, name=f"{kind}_detail"),
    ]
