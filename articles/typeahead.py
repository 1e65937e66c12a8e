"""Suggestions below a search box, as JSON: names of what the archive has, and what stands for them.

One small answer for each key that is pressed; docs/search.md describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from articles.caching import kept, unkept
from articles.filters import ONCE, ArticleFilter
from articles.lists.suggesting import suggest
from articles.phrases import gettext
from articles.search.address import is_tracking
from articles.search.box import MAX_LINE
from articles.search.engine import IndexUnusable


@require_safe
@kept(in_memory=False)
def suggestions(request: HttpRequest) -> JsonResponse:
    """Return what the end of ``q`` may mean; no suggestions while nobody can say what the archive has."""
    if errors := _errors(request):
        return _json({"errors": errors}, status=400)
    try:
        found = suggest(request.GET["q"])
    except IndexUnusable:
        return unkept(_json({"suggestions": []}))
    labels = {kind: str(ArticleFilter.base_filters[kind].label) for kind in {one.kind for one in found}}
    return _json({"suggestions": [{**asdict(one), "label": labels[one.kind]} for one in found]})


def _errors(request: HttpRequest) -> dict[str, list[str]]:
    """Return what cannot be answered, by parameter."""
    errors = {
        name[:80]: [gettext("is no parameter of this address; leave it out")]
        for name in request.GET
        if name != "q" and not is_tracking(name)
    }
    texts = request.GET.getlist("q")
    if len(texts) != 1:
        errors["q"] = [str(ONCE) if texts else gettext("is missing; write what was typed")]
    elif len(texts[0]) > MAX_LINE:
        message = gettext("at most %(most)s characters are read, these are %(count)s; shorten it")
        errors["q"] = [message % {"most": MAX_LINE, "count": len(texts[0])}]
    return errors


def _json(answer: Mapping[str, object], *, status: int = 200) -> JsonResponse:
    return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})
