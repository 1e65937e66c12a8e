"""The language of a page, the same page in the others, and what all pages of one language have in common."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import languages as offered
from articles.filters import ArticleFilter
from articles.languages import Edition
from articles.lists.neighbours import PARAMETER
from articles.phrases import gettext
from articles.search.address import PAGE_PARAMETERS

register = template.Library()

# What pages can be asked: filters, how to show their result, the search an article was opened from, the tag
# whose evidence is marked in it, and the days that pairs are ranked by.
ASKED = frozenset({*ArticleFilter.base_filters, *PAGE_PARAMETERS, PARAMETER, "tag", "days"})


@register.simple_tag
def edition() -> Edition:
    """Return the language of the page."""
    return offered.edition()


@register.simple_tag(takes_context=True)
def alternates(context: Context) -> SafeString:
    """Return the ``<link>`` elements by which search engines find a page in each language.

    Only of a page that has a canonical address; ``x-default`` is the one in the archive's own language.
    """
    address, editions = urlsplit(str(context.get("canonical_url", ""))), offered.editions()
    if not address.path or len(editions) < 2:
        return SafeString("")
    pages = [
        (one.code, address._replace(path=path).geturl()) for one, path in offered.elsewhere(address.path)
    ]
    own = next(iter(editions.values())).code
    pages.append(("x-default", dict(pages)[own]))
    return format_html_join("\n    ", '<link rel="alternate" hreflang="{}" href="{}">', pages)


@register.simple_tag(takes_context=True)
def languages(context: Context) -> SafeString:
    """Return the way to the same page in each language; nothing where there is one language.

    From a page that only says what went wrong, which has no section, it is the way to the front page.
    """
    request: HttpRequest | None = context.get("request")
    if request is None or len(offered.editions()) < 2:
        return SafeString("")
    path, query = f"/{offered.edition().prefix}", ""
    if "section" in context:
        path, query = request.path, _query(request)
    entries = format_html_join("", "<li>{}</li>", ((link,) for link in _links(path, query)))
    return format_html(
        '<ul class="languages" aria-label="{}" data-prefix="/{}">{}</ul>',
        gettext("Language"), offered.edition().prefix, entries,
    )  # fmt: skip


def _query(request: HttpRequest) -> str:
    """Return what is asked for, without what no page knows, such as marks that others know readers by."""
    asked = [(name, values) for name, values in request.GET.lists() if name in ASKED]
    return f"?{urlencode(asked, doseq=True)}" if asked else ""


def _links(path: str, query: str) -> Iterator[SafeString]:
    here = offered.edition()
    for one, there in offered.elsewhere(path):
        if one == here:
            yield format_html('<span lang="{}" aria-current="true">{}</span>', one.code, one.name)
        else:
            yield format_html(
                '<a href="{}" hreflang="{}" lang="{}" rel="alternate" data-language="/{}">{}</a>',
                f"{there}{query}", one.code, one.code, one.prefix, one.name,
            )  # fmt: skip


@register.simple_tag(takes_context=True)
def lasting(context: Context, name: str) -> SafeString:
    """Return a part of the page that follows from its section and language alone, made once.

    Twenty addresses and as many sentences: a millisecond of each page otherwise.
    """
    section = str(context.get("section", ""))
    make = _part.__wrapped__ if settings.DEBUG else _part
    part: SafeString = make(name, section, offered.edition().code)
    return part


@functools.lru_cache(maxsize=200)
def _part(name: str, section: str, language: str) -> SafeString:
    return render_to_string(name, {"section": section})
