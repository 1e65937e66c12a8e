"""The pages about pairs: of one pair, and of the strongest and fastest-rising."""

from __future__ import annotations

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.caching import kept, unkept
from articles.profiles.dyad_index import SPANS, rank_pairs
from articles.profiles.dyads import Pair, address_of, find_pairs, find_united, read_dyad
from articles.search.engine import IndexUnusable


@require_safe
@kept()
def dyad_list(request: HttpRequest) -> HttpResponse:
    """Return the strongest pairs, and those that rise: in the last 90 days, or in the last ``?days=30``."""
    asked = request.GET.get("days", str(SPANS[0]))
    if asked not in map(str, SPANS[1:]) and "days" in request.GET:
        return HttpResponseRedirect(request.path)
    try:
        index = rank_pairs(int(asked))
    except IndexUnusable:
        index = None
    page = render(
        request,
        "dyads/list.html",
        {
            "section": "pairs",
            "index": index,
            "spans": SPANS,
            "canonical_url": request.build_absolute_uri(request.path),
        },
    )
    return page if index else unkept(page)


@require_safe
@kept()
def dyad_detail(request: HttpRequest, written: str) -> HttpResponse:
    """Return the page about one pair; where the address may mean several, the way to each.

    Where it means none, the page says what it might be.
    """
    pairs = find_pairs(written)
    if not pairs and (tag := find_united(written)):
        return HttpResponsePermanentRedirect(tag.get_absolute_url())
    if len(pairs) != 1:
        context = {
            "section": "pairs",
            "written": written[:80],
            "choices": [(pair, _url(pair)) for pair in pairs],
        }
        return render(request, "dyads/unclear.html", context, status=300 if pairs else 404)
    if request.path != (url := _url(pairs[0])):
        return HttpResponsePermanentRedirect(url)
    try:
        dyad = read_dyad(pairs[0])
    except IndexUnusable:
        dyad = None
    page = render(
        request,
        "dyads/detail.html",
        {
            "section": "pairs",
            "pair": pairs[0],
            "dyad": dyad,
            "canonical_url": request.build_absolute_uri(url),
        },
    )
    return page if dyad else unkept(page)


def _url(pair: Pair) -> str:
    """Return the one address of a pair: with one hyphen between its slugs, if that can mean no other."""
    url = address_of(pair.kind, pair.first.slug, pair.second.slug)
    if len(find_pairs(f"{pair.first.slug}-{pair.second.slug}")) == 1:
        return url
    return address_of(pair.kind, pair.first.slug, pair.second.slug, divider="--")
