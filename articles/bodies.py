"""How long the body of a request may be, held before anything of it is read.

Only the form for uploads takes long ones.  Elsewhere a form with files would be written to the disk in full
before anybody asked who sent it.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format

from articles.phrases import gettext


def body_length(request: HttpRequest) -> int:
    """Return how many bytes the request says it has; what is no number counts as none, for none are read."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _megabytes(length: int) -> str:
    return number_format(round(length / 1e6, 1), 1, force_grouping=True)


class BodyLimit:
    """Middleware that answers 413, with a sentence, to bodies longer than any form sends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, or the refusal."""
        length, limit = body_length(request), settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # The view looks to its own limit, once it knows who asks.
        if length <= limit or request.path == reverse("admin:articles_upload_add"):
            return self.get_response(request)
        message = gettext("a form here can have %(most)s MB, this one has %(count)s; send less at once")
        complaint = message % {"most": _megabytes(limit), "count": _megabytes(length)}
        return render(
            request, "400.html", {"complaint": complaint}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        )
