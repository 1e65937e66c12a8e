"""What stands in a page for machines."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils.safestring import SafeString

from articles.reader.reading import Reading
from articles.reader.structured import news_article

register = template.Library()


@register.simple_tag(takes_context=True)
def json_ld(context: Context, reading: Reading) -> SafeString:
    """Return the article for search engines: a block of data, which no browser runs."""
    request: HttpRequest = context["request"]
    data = news_article(reading, request.build_absolute_uri)
    return SafeString(f'<script type="application/ld+json">{data}</script>')
