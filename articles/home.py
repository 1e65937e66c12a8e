"""The page at the root of the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.caching import kept, unkept
from articles.frontpage import read_front_page
from articles.search.address import is_tracking


@require_safe
@kept()
def home(request: HttpRequest) -> HttpResponse:
    """Return the front page; whatever is asked of it is asked of the list, which answers or says why not."""
    if any(not is_tracking(name) for name in request.GET):
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
