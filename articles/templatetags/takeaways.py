"""What one can take away from a list: its feed, its files, its JSON; and the search that its links carry."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.exporting import cut_notice, export_links, feed_url
from articles.lists.listing import Listing
from articles.lists.neighbours import with_search, within_of
from articles.search.address import Address

register = template.Library()


@register.simple_tag
def feed_link(listing: Listing) -> SafeString:
    """Return the ``<link>`` by which a browser or feed reader finds the feed of a list."""
    return format_html(
        '<link rel="alternate" type="application/atom+xml" title="{}" href="{}">',
        listing.title,
        feed_url(listing.address.parameters),
    )


@register.inclusion_tag("articles/_takeaways.html")
def takeaways(listing: Listing) -> dict[str, object]:
    """Show the ways to take a search along."""
    exports = export_links(listing.address)
    return {
        "feed_url": feed_url(listing.address.parameters),
        "api_url": str(listing.address.first_page()).replace(
            listing.address.path, reverse("api_article_list"), 1
        ),
        "lists": [link for link in exports if not link.is_citation],
        "citations": [link for link in exports if link.is_citation],
        "notice": cut_notice(listing.count),
    }


@register.filter
def carrying(url: str, within: str) -> str:
    """Return the address of an article that carries a search."""
    return with_search(url, within)


@register.filter
def within(address: Address) -> str:
    """Return the search that the links of its list carry."""
    return within_of(address)
