"""The list page as plain Django would have it: joins, prefetch, a paginator, counts by GROUP BY.

What the benchmark puts beside the product; the product has none of it.  Served by
`gunicorn benchmarks.naive:application`.
"""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.paginator import Paginator
from django.core.wsgi import get_wsgi_application
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django.setup()
settings.ROOT_URLCONF = __name__

from articles.models import Article, Tag, TagKind  # noqa: E402

PAGE = 25
FACET = 20
TEMPLATE = engines["django"].from_string("""<!DOCTYPE html><title>Articles</title>
<p>{{ page.paginator.count }} articles</p>
{% for article in page %}
  <article>
    <h2><a href="{{ article.get_absolute_url }}">{{ article.title }}</a></h2>
    <p>{{ article.published_on }} {{ article.outlet.name }}
      {% for author in article.authors.all %}{{ author }} {% endfor %}</p>
    <p>{{ article.summary }}</p>
    <ul>{% for tagging in article.taggings.all %}
      <li><a href="{{ tagging.tag.get_absolute_url }}">{{ tagging.tag.name }}</a></li>
    {% endfor %}</ul>
  </article>
{% endfor %}
{% for kind, tags in facets.items %}
  <h2>{{ kind }}</h2>
  <ul>{% for tag in tags %}
    <li><a href="?{{ query }}&amp;{{ kind }}={{ tag.key }}">{{ tag.name }}</a> {{ tag.found }}</li>
  {% endfor %}</ul>
{% endfor %}
""")


def article_list(request: HttpRequest) -> HttpResponse:
    """Return one page of the articles that the parameters ask for."""
    articles = find(request)
    rows = articles.select_related("outlet").prefetch_related("authors", "taggings__tag")
    facets = {
        kind: Tag.objects.filter(kind=kind, taggings__article__in=articles.order_by().values("pk"))
        .annotate(found=Count("taggings"))
        .order_by("-found")[:FACET]
        for kind in TagKind.values
    }
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "facets": facets, "query": request.GET.urlencode()}
    return HttpResponse(TEMPLATE.render(context, request))


def find(request: HttpRequest) -> QuerySet[Article]:
    """Return the articles that match: a join for each tag asked for."""
    articles = Article.objects.filter(status=Article.Status.PUBLIC)
    for kind in TagKind.values:
        for key in request.GET.getlist(kind):
            articles = articles.filter(taggings__tag__kind=kind, taggings__tag__key=key)
    if outlet := request.GET.get("outlet"):
        articles = articles.filter(outlet__slug=outlet)
    if day := request.GET.get("published_after"):
        articles = articles.filter(published_on__gte=f"{day}-01-01"[:10])
    if day := request.GET.get("published_before"):
        articles = articles.filter(published_on__lte=f"{day}-12-31"[:10])
    if words := request.GET.get("q", "").strip('"'):
        articles = articles.filter(Q(title__icontains=words) | Q(body__icontains=words))
    return articles.distinct().order_by("-sort_on", "-id")


urlpatterns = [path("articles/", article_list), path("", include("articles.urls"))]
application = get_wsgi_application()
