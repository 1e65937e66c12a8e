"""Times in office as HTML: a name, a bar over years, the dates in words.

Some countries have two hundred of these: one function makes them in a tenth of the time a template takes.
"""

from __future__ import annotations

import datetime as dt
import functools

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from articles import phrases
from articles.languages import edition
from articles.models import Office
from articles.profiles.tenures import Tenure, Tenures, end_precision, start_precision
from articles.templatetags.newsroom import dated

register = template.Library()

SINCE = phrases.marked("since %(start)s", "time in office")
UNTIL = phrases.marked("until %(end)s", "time in office")
AT_LEAST_UNTIL = phrases.marked("at least until %(end)s", "time in office")
SINCE_AT_LEAST_UNTIL = phrases.marked("since %(start)s, at least until %(end)s", "time in office")


@functools.lru_cache(maxsize=10_000)
def _dated(language: str, day: dt.date, precision: str) -> SafeString:
    """Return the date as markup, in the language of the moment, whose code is given."""
    dated_day: SafeString = dated(day, precision)
    return dated_day


@register.simple_tag
def career(tenures: Tenures) -> SafeString:
    """Return the offices that a person held: ``President, Russia``.

    Whatever stands in it comes from `escape`, or from a function that returns HTML.
    """
    return _chart(tenures, is_career=True)


@register.simple_tag
def leaders(tenures: Tenures) -> SafeString:
    """Return who held the offices of a country or organisation: ``Vladimir Putin, President``."""
    return _chart(tenures, is_career=False)


def _chart(tenures: Tenures, *, is_career: bool) -> SafeString:
    groups = "".join(
        (f'<h3 class="facet-heading">{escape(phrases.gettext(sort))}</h3>' if sort else "")
        + f"<ul>{''.join(_row(tenure, is_career=is_career) for tenure in held)}</ul>"
        for sort, held in tenures.groups.items()
    )
    axis = f'<div class="tenures-axis">{tenures.axis}</div>' if tenures.axis else ""
    return SafeString(f'<div class="tenures is-actor">{groups}{axis}</div>')


def _row(tenure: Tenure, *, is_career: bool) -> str:
    link = f'<a href="{escape(tenure.named.get_absolute_url())}">{escape(tenure.named.name)}</a>'
    title = escape(tenure.office.title)
    name = f"{title}, {link}" if is_career else f"{link}, {title}"
    dates = _dates(tenure.office)
    return f'<li class="tenure"><span>{name}</span><span class="tenure-bar">{tenure.bar}</span>' + (
        f'<span class="soft">{dates}</span></li>' if dates else "</li>"
    )


def _dates(office: Office) -> str:
    """Return from when to when, as far as it is known: ``since 20 Jan 2025``; nothing if it is not."""
    language = edition().code
    end = _dated(language, office.end_on, end_precision(office.end_on)) if office.end_on else ""
    if office.start_on and office.start_on == office.end_on:
        return end if office.is_end_known else _said(AT_LEAST_UNTIL, end=end)
    start = _dated(language, office.start_on, start_precision(office.start_on)) if office.start_on else ""
    if not end:
        return _said(SINCE, start=start) if start else ""
    if office.is_end_known:
        return f"{start} – {end}" if start else _said(UNTIL, end=end)
    return _said(SINCE_AT_LEAST_UNTIL, start=start, end=end) if start else _said(AT_LEAST_UNTIL, end=end)


def _said(message: str, **dates: str) -> str:
    """Return a message around dates, which are markup."""
    return escape(phrases.pgettext("time in office", message)) % dates
