"""What templates need beyond Django's filters: dates as people write them, numbers, and our own safe HTML."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django import template
from django.template.base import Parser, Token
from django.templatetags.i18n import do_translate
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from articles import phrases
from articles.charts import number
from articles.days import date_in_words, short_date
from articles.importing.clipping import Precision
from articles.lists.facets import FacetValue
from articles.search.snippets import Parts

register = template.Library()


class Said(template.Node):
    """A plain sentence of a template, in the language of the page."""

    def __init__(self, message: str) -> None:
        self.message = message

    def render(self, context: template.Context) -> SafeString:
        """Return it as it is: the catalogues are ours, and hold markup where their messages do."""
        return SafeString(phrases.gettext(self.message))


# Matches "Close" in quotation marks; not "95 %", nor what has options behind it.
PLAIN = re.compile(r'translate "([^"%]+)"')


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """Return Django's own tag, but for a plain sentence: a list has fifty, each in a tenth of the time."""
    if plain := PLAIN.fullmatch(token.contents):
        return Said(plain[1])
    node: template.Node = do_translate(parser, token)
    return node


# en, en-GB, zh-Hans, pt_BR but not English or "12"
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@register.simple_tag
def dated(day: dt.date, precision: str = Precision.DAY) -> SafeString:
    """Return the date as a ``<time>`` element, no finer than it is known."""
    return format_html('<time datetime="{}">{}</time>', machine(day, precision), short_date(day, precision))


@register.simple_tag
def dated_in_full(day: dt.date, precision: str = Precision.DAY) -> SafeString:
    """Return the date as a ``<time>`` element with its month written out."""
    words = date_in_words(day, precision)
    return format_html('<time datetime="{}">{}</time>', machine(day, precision), words)


def machine(day: dt.date, precision: str) -> str:
    """Return the date as programs write it: 2025-10-17, 2025-10, 2025."""
    length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(precision), 10)
    return day.isoformat()[:length]


@register.filter
def in_articles(count: int) -> str:
    """Return a count of articles as people say it: ``1 article``, ``1,204 articles``."""
    return number(count)


@register.simple_tag
def articles(count: int) -> SafeString:
    """Return a count of articles with the number as a ``<data>`` element."""
    words = phrases.ngettext("%(count)s article", "%(count)s articles", count)
    data = f'<data value="{count}">{phrases.grouped(count)}</data>'
    return SafeString(escape(words) % {"count": data})


CURRENT = ' aria-current="true"'


@register.simple_tag
def facet_items(facet: str, values: Sequence[FacetValue]) -> SafeString:
    """Return the values of a facet as ``<li>`` elements: a link that adds each, and one that leaves it out.

    A page has up to a hundred of these: one function makes them in a tenth of the time an include takes.
    Whatever stands in them comes from `escape`.
    """
    facet = escape(facet)
    add, remove = phrases.gettext("Leave out %(name)s"), phrases.gettext("No longer leave out %(name)s")
    return SafeString("".join(_facet_item(facet, value, (add, remove)) for value in values))


def _facet_item(facet: str, value: FacetValue, titles: tuple[str, str]) -> str:
    """Return one value; the titles are of the link that leaves it out, and of the one that no longer does."""
    key, name = escape(value.key), escape(value.name)
    state = " is-excluded" if value.is_excluded else " is-active" if value.is_active else ""
    added, excluded = (CURRENT if one else "" for one in (value.is_active, value.is_excluded))
    title, sign = (titles[1], "+") if value.is_excluded else (titles[0], "−")
    title = escape(title) % {"name": name}
    count = ""
    if not value.is_excluded:
        count = f' <data class="facet-count" value="{value.count}">{phrases.grouped(value.count)}</data>'
    return (
        f'<li class="facet-value{state}">'
        f'<a class="facet-add" id="add-{facet}-{key}" href="{escape(value.add_url)}"{added} rel="nofollow">'
        f'<span class="facet-name marked">{name}</span>{count}</a>'
        f'<a class="facet-not" id="not-{facet}-{key}" href="{escape(value.exclude_url)}"{excluded}'
        f' rel="nofollow" title="{title}"><span aria-hidden="true">{sign}</span></a></li>'
    )


@register.filter
def found(parts: Parts) -> SafeString:
    """Return a text whose found words are marked."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if is_found else text,) for text, is_found in parts)
    )


@register.filter
def grouped(number: int) -> str:
    """Return the number with its thousands apart: 12,345; in French 12 345."""
    return phrases.grouped(number)


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
    "name": phrases.marked("by name"),
    "surname": phrases.marked("by surname"),
    "demonym": phrases.marked("as people or adjective"),
    "capital": phrases.marked("by its capital"),
    "place": phrases.marked("by a place in it"),
    "former": phrases.marked("by a former name"),
    "metonym": phrases.marked("by a word that stands for it"),
    "office": phrases.marked("by office"),
    "trigger": phrases.marked("by words that point to it"),
    "implied": phrases.marked("implied by another name"),
    "dateline": phrases.marked("by the place it was filed from"),
    "company": phrases.marked("by the home of a company"),
}


@register.filter
def explained(rule: str) -> str:
    """Return the rule that found a mention in words for readers."""
    return phrases.gettext(RULES[rule]) if rule in RULES else rule.replace("_", " ")
