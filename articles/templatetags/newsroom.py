"""What templates need beyond Django's filters: dates as people write them, numbers, and our own safe HTML."""

from __future__ import annotations

import datetime as dt
import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from articles.importing.clipping import Precision
from articles.rows import Row, TagLabel

register = template.Library()

# en, en-GB, zh-Hans, pt_BR but not English or "12"
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@register.simple_tag
def dated(day: dt.date, precision: str = Precision.DAY) -> SafeString:
    """Return the date as a ``<time>`` element, no finer than it is known."""
    return format_html('<time datetime="{}">{}</time>', machine(day, precision), written(day, precision))


def written(day: dt.date, precision: str) -> str:
    """Return the date as people write it: 17 Oct 2025, October 2025, 2025."""
    if precision == Precision.YEAR:
        return f"{day.year}"
    if precision == Precision.MONTH:
        return f"{day:%B} {day.year}"
    return f"{day.day} {day:%b} {day.year}"


def machine(day: dt.date, precision: str) -> str:
    """Return the date as programs write it: 2025-10-17, 2025-10, 2025."""
    length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(precision), 10)
    return day.isoformat()[:length]


@register.filter
def labels(row: Row) -> list[TagLabel]:
    """Return the tags that fit under an article's summary: some of each kind, those sought first."""
    return [label for kind, room in ROOM.items() for label in _ordered(row, kind)[:room]]


@register.filter
def more_count(row: Row) -> int:
    """Return how many tags did not fit."""
    return sum(max(len(_ordered(row, kind)) - room, 0) for kind, room in ROOM.items())


# How many tags of each kind stand under a summary.
ROOM = {"actors": 3, "countries": 4, "organisations": 2, "topics": 3}


def _ordered(row: Row, kind: str) -> list[TagLabel]:
    """Return the tags of one kind, what was sought first.

    A topic says more than the wider one above it, which is left out unless it was sought or alone is a main
    one.
    """
    found: list[TagLabel] = getattr(row, kind)
    wider = {(label.parent, is_main) for label in found for is_main in (False, label.is_main)}
    kept = [label for label in found if label.is_sought or (label.key, label.is_main) not in wider]
    return sorted(kept, key=lambda label: not label.is_sought)


@register.filter
def grouped(number: int) -> str:
    """Return the number with its thousands apart: 12,345."""
    return f"{number:,}"


@register.filter
def language_tag(language: str) -> str:
    """Return what may stand in a ``lang`` attribute, empty for a language we only know by a word."""
    return language.replace("_", "-") if LANGUAGE_TAG.fullmatch(language) else ""


@register.filter
def rendered(html: str) -> SafeString:
    """Return HTML made by ``articles.rendering``, the only module whose output is trusted, as it is."""
    return mark_safe(html)  # noqa: S308 - escaped or sanitised there


# How the words of a mention named the tag, for readers.
RULES = {
    "name": "by name",
    "surname": "by surname",
    "demonym": "as people or adjective",
    "capital": "by its capital",
    "metonym": "by a word that stands for it",
    "office": "by office",
    "trigger": "by words that point to it",
    "implied": "implied by another name",
}


@register.filter
def explained(rule: str) -> str:
    """Return the rule that found a mention in words for readers."""
    return RULES.get(rule, rule.replace("_", " "))
