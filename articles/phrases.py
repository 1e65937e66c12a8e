"""What the core says to readers, in their language: gettext without Django.

The core writes whole English sentences with named places, and asks here for them in the language spoken now.
Who translates is handed in once, by whoever sets the program up (`speak_through`); until then it is English.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

__all__ = [
    "Voice",
    "all_of",
    "count_of",
    "gettext",
    "grouped",
    "marked",
    "ngettext",
    "one_of",
    "pgettext",
    "quoted",
    "speak_through",
]


class Voice(Protocol):
    """Who translates, into the language of the moment."""

    def say(self, message: str, context: str = "") -> str:
        """Return a message translated; the context tells apart what English calls alike."""

    def say_many(self, one: str, many: str, number: int) -> str:
        """Return the one of several forms that suits a number, translated."""


class _English:
    """Says everything as it is written here."""

    def say(self, message: str, context: str = "") -> str:
        return message

    def say_many(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many


_voices: list[Voice] = [_English()]


def speak_through(voice: Voice) -> None:
    """Have this process say everything through a voice from now on."""
    _voices[0] = voice


def marked(message: str, context: str = "") -> str:
    """Return a message as it is: one of a table, which the catalogue takes up and is said later."""
    return message


def gettext(message: str) -> str:
    """Return a message in the language of the moment."""
    return _voices[0].say(message)


def pgettext(context: str, message: str) -> str:
    """Return a message likewise; the context tells apart what English calls alike: May, the month."""
    return _voices[0].say(message, context)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form that suits a number: ``%(count)s article``, ``%(count)s articles``."""
    return _voices[0].say_many(one, many, number)


def count_of(count: int, one: str, many: str) -> str:
    """Return a count with its noun, for the desk and the command line, which speak English: `1,204 files`."""
    return f"{count:,} {one if count == 1 else many}"


def grouped(number: int) -> str:
    """Return a number with its thousands apart: ``12,345``; in French ``12 345``."""
    if -1_000 < number < 1_000:
        return f"{number}"
    return f"{number:,}".replace(",", pgettext("between thousands", ","))


def quoted(text: str) -> str:
    """Return what somebody wrote in quotation marks, ``“oil”``, with a sign for what cannot be printed."""
    printable = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return gettext("“%(text)s”") % {"text": printable}


def all_of(names: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    *head, last = names
    if not head:
        return last
    return gettext("%(names)s and %(last)s") % {"names": _row(head), "last": last}


def one_of(names: Sequence[str]) -> str:
    """Return ``a, b or c``."""
    *head, last = names
    if not head:
        return last
    return gettext("%(names)s or %(last)s") % {"names": _row(head), "last": last}


def _row(names: Sequence[str]) -> str:
    return pgettext("between names", ", ").join(names)
