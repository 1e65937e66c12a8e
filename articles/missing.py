"""The answer for an address that is not there: it looks for what the address says."""

from __future__ import annotations

import re
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MOST_WORDS = 6
# `999999-ceasefire-holds` and `summit_in_oslo.html` hold words; numbers and endings of files are none.
WORD = re.compile(r"[^\W\d_]{2,40}")
ENDING = re.compile(r"\.\w{1,5}$")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a page that offers a search for the words of the address."""
    return render(request, "404.html", {"words": words_of(request.path)}, status=404)


def words_of(path: str) -> str:
    """Return the words of the last part of a path, the first few of them; empty if it has none."""
    last = unquote(path).rstrip("/").rpartition("/")[2]
    return " ".join(WORD.findall(ENDING.sub("", last))[:MOST_WORDS])
