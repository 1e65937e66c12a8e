"""The language of a page: part of its address, so that one address is one page for everybody.

``/articles/`` speaks the archive's own language, ``/fr/articles/`` French, and so on for each language that
is offered (READER_LANGUAGES).  No cookie and no header of the request decides (docs/decisions/0007).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import LocalePrefixPattern
from django.utils import translation

DESK = "en-gb"  # what the admin speaks


class Edition(NamedTuple):
    """One language that the archive can be read in: its code and name, and what its addresses begin with."""

    code: str  # as `lang` says it
    name: str  # in the language itself
    prefix: str  # "" or "fr/"


@functools.cache
def editions() -> dict[str, Edition]:
    """Return the languages offered, by Django's codes of them; the archive's own comes first."""
    return {
        code: Edition(code.partition("-")[0], name, "" if code == settings.LANGUAGE_CODE else f"{short}/")
        for short, (code, name) in settings.READER_LANGUAGES.items()
    }


def edition() -> Edition:
    """Return the language of the moment, or the archive's own where that is none to read it in."""
    offered = editions()
    return offered.get(translation.get_language() or "") or offered[settings.LANGUAGE_CODE]


def elsewhere(path: str) -> Iterator[tuple[Edition, str]]:
    """Yield each language with the address of the same page in it; ``path`` is one in the present one."""
    rest = path.removeprefix(f"/{edition().prefix}") if edition().prefix else path.removeprefix("/")
    for one in editions().values():
        yield one, f"/{one.prefix}{rest}"


def language_of(path: str) -> str:
    """Return Django's code of the language in which this path is answered."""
    first = path.partition("/")[2].partition("/")[0]
    if first == "admin":
        return DESK
    return next(
        (code for code, one in editions().items() if one.prefix == f"{first}/"), settings.LANGUAGE_CODE
    )


class ReaderPrefix(LocalePrefixPattern):
    """The beginning of the addresses of a language; none of the archive's own."""

    @property
    def language_prefix(self) -> str:
        """Return ``fr/``, or nothing."""
        return edition().prefix


class ReaderLanguage:
    """Middleware that answers in the language of the address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer."""
        with translation.override(language_of(request.path_info)):
            return self.get_response(request)


def in_this_language(pieces: Iterator[str]) -> Iterator[str]:
    """Return pieces of a text, made in the language of this moment however late they are asked for."""
    return _in_language(translation.get_language(), pieces)


def _in_language(language: str | None, pieces: Iterator[str]) -> Iterator[str]:
    with translation.override(language):
        yield from pieces


class DjangoVoice:
    """Translates for the core (articles/phrases.py), remembering what was said: lists say little a lot.

    Django takes 4 us to look a message up, this takes one.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[str | None, str, str], str] = {}
        self._many = functools.lru_cache(maxsize=10_000)(_say_many)

    def say(self, message: str, context: str = "") -> str:
        """Return a message translated."""
        asked = translation.get_language(), context, message
        if asked not in self._said:
            said = translation.pgettext(context, message) if context else translation.gettext(message)
            self._said[asked] = said
        return self._said[asked]

    def say_many(self, one: str, many: str, number: int) -> str:
        """Return the form that suits a number, translated."""
        return self._many(translation.get_language(), one, many, number)


def _say_many(language: str | None, one: str, many: str, number: int) -> str:
    return translation.ngettext(one, many, number)
