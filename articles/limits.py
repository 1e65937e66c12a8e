"""Limits of an address, held before anything is read from it.

Every view checks the values it takes.  This is for what none of them should have to look at: more parameters
than any reader has use for, and queries longer than any form sends.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from articles.phrases import gettext, grouped

MAX_PARAMETERS = 200  # the search form has 60, and a search 50 values at most
MAX_QUERY = 8_000  # characters behind the question mark; most servers and browsers take no more


class AddressLimits:
    """Middleware that answers 400, with a sentence, to addresses beyond all use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, or the refusal."""
        complaint = complaint_about(request.META.get("QUERY_STRING", ""))
        if not complaint:
            return self.get_response(request)
        if request.path.startswith(("/api/", reverse("suggestions"))):
            return JsonResponse({"errors": {"address": [complaint]}}, status=400)
        return render(request, "400.html", {"complaint": complaint}, status=400)


def complaint_about(query: str) -> str:
    """Return what is wrong with a query string, nothing if it is within the limits."""
    count = query.count("&") + 1
    if count > MAX_PARAMETERS:
        message = gettext("an address can have %(most)s parameters, these are %(count)s; leave some out")
        return message % {"most": grouped(MAX_PARAMETERS), "count": grouped(count)}
    if len(query) > MAX_QUERY:
        message = gettext("a question can have %(most)s characters, these are %(count)s; shorten it")
        return message % {"most": grouped(MAX_QUERY), "count": grouped(len(query))}
    return ""
