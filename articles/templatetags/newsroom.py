"""What templates need beyond Django's filters: dates as people write them, numbers, and our own safe HTML."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from articles.citations import date_in_words
from articles.facets import FacetValue
from articles.importing.clipping import Precision
from articles.search.snippets import Parts

register = template.Library()

# en, en-GB, zh-Hans, pt_BR but not English or "12"
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@register.simple_tag
def dated(day: dt.date, precision: str = Precision.DAY) -> SafeString:
    """Return the date as a ``<time>`` element, no finer than it is known."""
    return format_html('<time datetime="{}">{}</time>', machine(day, precision), written(day, precision))


@register.simple_tag
def dated_in_full(day: dt.date, precision: str = Precision.DAY) -> SafeString:
    """Return the date as a ``<time>`` element with its month written out."""
    return format_html(
        '<time datetime="{}">{}</time>', machine(day, precision), date_in_words(day, precision)
    )


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


CURRENT = ' aria-current="true"'


@register.simple_tag
def facet_items(facet: str, values: Sequence[FacetValue]) -> SafeString:
    """Return the values of a facet as ``<li>`` elements: a link that adds each, and one that leaves it out.

    A page has up to a hundred of these: one function makes them in a tenth of the time an include takes.
    Whatever stands in them comes from `escape`.
    """
    return SafeString("".join(_facet_item(escape(facet), value) for value in values))


def _facet_item(facet: str, value: FacetValue) -> str:
    key, name = escape(value.key), escape(value.name)
    state = " is-excluded" if value.is_excluded else " is-active" if value.is_active else ""
    added, excluded = (CURRENT if one else "" for one in (value.is_active, value.is_excluded))
    verb, sign = ("No longer leave out", "+") if value.is_excluded else ("Leave out", "−")
    count = ""
    if not value.is_excluded:
        count = f' <data class="facet-count" value="{value.count}">{value.count:,}</data>'
    return (
        f'<li class="facet-value{state}">'
        f'<a class="facet-add" id="add-{facet}-{key}" href="{escape(value.add_url)}"{added} rel="nofollow">'
        f'<span class="facet-name marked">{name}</span>{count}</a>'
        f'<a class="facet-not" id="not-{facet}-{key}" href="{escape(value.exclude_url)}"{excluded}'
        f' rel="nofollow" title="{verb} {name}"><span aria-hidden="true">{sign}</span></a></li>'
    )


@register.filter
def found(parts: Parts) -> SafeString:
    """Return a text whose found words are marked."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if is_found else text,) for text, is_found in parts)
    )


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
    """Return HTML made by ``articles.rendering`` or ``articles.charts``, which alone are trusted."""
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
