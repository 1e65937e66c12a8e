"""The answer while the database cannot be read: 503 and a sentence, where Django would say 500."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from articles.lists.damage import is_damage

RETRY_SECONDS = 60
MESSAGE = "the database cannot be read at the moment; try again in a minute"

logger = logging.getLogger(__name__)


class OutageMiddleware:
    """Answers 503 when the database is down, busy or damaged where this page needs it.

    Other pages go on: one damaged article is one page that fails.  What is a mistake of the program - a
    column that does not exist, a broken constraint - stays an error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer for a failing database, and nothing for any other failure."""
        if not is_outage(exception):
            return None
        logger.exception("%s needs what the database cannot give; see: manage.py verify", request.path)
        response: HttpResponse
        if request.path.startswith("/api/"):
            response = JsonResponse({"errors": {"archive": [MESSAGE]}}, status=503)
        else:
            response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
        response["Cache-Control"] = "no-store"
        return response


def is_outage(exception: Exception) -> bool:
    """Return whether the database failed, not the program that asked it."""
    if isinstance(exception, DatabaseError):
        return not isinstance(exception, ProgrammingError | IntegrityError | DataError)
    return isinstance(exception, InterfaceError) or is_damage(exception)
