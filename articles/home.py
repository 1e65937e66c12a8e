"""The page at the root of the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.caching import kept, unkept
from articles.filters import ArticleFilter
from articles.frontpage import read_front_page


@require_safe
@kept()
def home(request: HttpRequest) -> HttpResponse:
    """Return the front page; a search, which it cannot answer, is sent to the list."""
    if any(name in ArticleFilter.base_filters for name in request.GET):
        return HttpResponseRedirect(f"{reverse('article_list')}?{request.GET.urlencode()}")
    front = read_front_page(today=timezone.localdate())
    page = render(
        request,
        "home.html",
        {
            "section": "home",
            "front": front,
            "listing": front.listing,
            "canonical_url": request.build_absolute_uri(request.path),
        },
    )
    return page if front.news else unkept(page)
