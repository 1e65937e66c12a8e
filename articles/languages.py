"""The language of a page: part of its address, so that one address is one page for everybody.

``/articles/`` speaks the archive's own language, ``/fr/articles/`` French, and so on for each language that
is offered (READER_LANGUAGES).  No cookie and no header of the request decides (docs/decisions/0007).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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


class Book(dict[tuple[str, str], str]):
    """What is said in one language, by context and message; what was not said yet is asked of Django."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code
        # One that is not offered, as the desk's may be, has a code of its own too: what is kept for a
        # language has it in its key.
        self.edition = editions().get(code) or Edition(code.partition("-")[0], code, "")

    def __missing__(self, asked: tuple[str, str]) -> str:
        context, message = asked
        with translation.override(self.code):
            self[asked] = translation.pgettext(context, message) if context else translation.gettext(message)
        return self[asked]


_book_of = functools.cache(Book)
# Django's own variable takes longer to read than a message to find: lists look up hundreds.
_open: ContextVar[Book | None] = ContextVar("language", default=None)


def _book() -> Book:
    book = _open.get()
    return _book_of(settings.LANGUAGE_CODE) if book is None else book  # an empty one is one too


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Have the core, and Django, speak a language, by Django's code of it."""
    before = _open.get()
    _open.set(_book_of(code))
    try:
        with translation.override(code):
            yield
    finally:
        _open.set(before)


def edition() -> Edition:
    """Return the language of the moment; one that readers are not offered has the archive's own addresses."""
    return _book().edition


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
        with speaking(language_of(request.path_info)):
            return self.get_response(request)


def in_this_language(pieces: Iterator[str]) -> Iterator[str]:
    """Return pieces of a text, made in the language of this moment however late they are asked for."""
    return _in_language(_book().code, pieces)


def _in_language(code: str, pieces: Iterator[str]) -> Iterator[str]:
    with speaking(code):
        yield from pieces


class DjangoVoice:
    """Translates for the core (articles/phrases.py) with Django's catalogues."""

    def say(self, message: str, context: str = "") -> str:
        """Return a message translated."""
        return _book()[context, message]

    def say_many(self, one: str, many: str, number: int) -> str:
        """Return the form that suits a number, translated."""
        return _say_many(_book().code, one, many, number)


@functools.lru_cache(maxsize=10_000)
def _say_many(code: str, one: str, many: str, number: int) -> str:
    with translation.override(code):
        return translation.ngettext(one, many, number)
