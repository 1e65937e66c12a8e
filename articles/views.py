"""The pages readers see.  Each asks one function for what it shows and hands it to a template.

They are compressed, for they hold no secret (docs/decisions/0004), kept until something changes
(articles/caching.py), and the same for everybody but those who may edit: these also get the way to the desk.
"""

from __future__ import annotations

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.caching import kept, unkept
from articles.citations import citation
from articles.exporting import citation_links, record_of
from articles.filters import ArticleFilter
from articles.limits import complaint_about
from articles.lists.facets import ENOUGH
from articles.lists.listing import Listing, list_articles
from articles.lists.neighbours import PARAMETER, Trail, find_trail
from articles.lists.panorama import Panorama, look_over
from articles.lists.searchbox import redirect_of
from articles.lists.values import list_values
from articles.models import Article, Tag, TagKind
from articles.phrases import gettext, marked
from articles.profiles.directory import list_tags
from articles.profiles.portrait import portray
from articles.quality.audits import checked
from articles.reader.elsewhere import find_elsewhere
from articles.reader.reading import find_article, read_article
from articles.reader.related import find_related, pairs_of
from articles.records.forwarding import forward_address
from articles.search.engine import IndexUnusable
from articles.search.query import Sort

# What comes before a page, and what after it.
PAGER_LABELS = {
    Sort.NEWEST: (marked("Newer articles"), marked("Older articles")),
    Sort.OLDEST: (marked("Older articles"), marked("Newer articles")),
    Sort.RELEVANCE: (marked("Better matches"), marked("More articles")),
}


@require_safe
@kept(varies_on=["HX-Request"])
def article_list(request: HttpRequest) -> HttpResponse:
    """Return the page of articles that the query string asks for; to htmx, only what changes in it."""
    if clean := redirect_of(request.GET, request.path):
        return HttpResponseRedirect(clean)
    listing = list_articles(request.GET, reverse("article_list"), facet_limit=ENOUGH)
    if listing.has_moved:
        return HttpResponsePermanentRedirect(str(listing.address))
    try:
        panorama, is_whole = look_over(listing), listing.is_searchable
    except IndexUnusable:
        panorama, is_whole = Panorama(), False
    previous_label, next_label = _pager_labels(listing)
    is_fragment = request.headers.get("HX-Request") == "true"
    page = render(
        request,
        "articles/list.html#browse" if is_fragment else "articles/list.html",
        {
            "section": "map" if panorama.world else "article",
            "listing": listing,
            "panorama": panorama,
            "previous_label": previous_label,
            "next_label": next_label,
            "canonical_url": request.build_absolute_uri(listing.canonical_url),
        },
    )
    return page if is_whole else unkept(page)


def _without_blanks(request: HttpRequest) -> str:
    """Return the address without the fields a form left empty; nothing if it has none."""
    asked = request.GET.copy()
    for name, values in request.GET.lists():
        asked.setlist(name, [value for value in values if value.strip()])
        if not asked.getlist(name):
            del asked[name]
    if asked == request.GET:
        return ""
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _pager_labels(listing: Listing) -> tuple[str, str]:
    active = next((sort.name for sort in listing.look.sorts if sort.is_active), Sort.NEWEST)
    before, after = PAGER_LABELS[Sort(active)]
    return gettext(before), gettext(after)


@require_safe
@kept()
def facet_list(request: HttpRequest, facet: str) -> HttpResponse:
    """Return one page of all values of a facet that the articles of a search have."""
    if facet not in ArticleFilter.facets():
        raise Http404
    if clean := _without_blanks(request):
        return HttpResponseRedirect(clean)
    values = list_values(facet, request.GET)
    if values.moved_url:
        return HttpResponsePermanentRedirect(values.moved_url)
    page = render(request, "articles/facet.html", {"section": "article", "listed": values})
    return unkept(page) if values.notice else page


@require_safe
@kept(varies_on=["Cookie"])
def article_detail(request: HttpRequest, pk: str, slug: str = "") -> HttpResponse:
    """Return the article's page, with the words lit that earned it the tags asked for."""
    article = find_article(int(pk))
    if article is None:
        raise Http404
    if request.path != (url := article.get_absolute_url()):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)
    trail, has_trail = _find_trail(request, article)
    reading = read_article(article, lit=request.GET.getlist("tag"), within=trail.within if trail else "")
    try:
        related = find_related(article, reading.receipts)
    except IndexUnusable:
        related = None
    page = render(
        request,
        "articles/detail.html",
        {
            "section": "article",
            "reading": reading,
            "trail": trail,
            "citation": citation(record_of(article, request.build_absolute_uri("/").removesuffix("/"))),
            "citation_links": citation_links(article.pk),
            "elsewhere": find_elsewhere(article),
            "related": related,
            "pairs": pairs_of(reading.receipts),
            "desk_url": _desk_url(request, article),
            "canonical_url": request.build_absolute_uri(url),
        },
    )
    # A text left unformatted is tried again later, when the machine is less busy.
    return unkept(page) if reading.is_plain or related is None or not has_trail else page


def _find_trail(request: HttpRequest, article: Article) -> tuple[Trail | None, bool]:
    """Return where the article stands in the search in its address, and whether that could be asked."""
    within = request.GET.get(PARAMETER, "")
    if complaint_about(within):  # no list of ours has such an address
        return None, True
    try:
        return find_trail(article, within), True
    except IndexUnusable:
        return None, False


@require_safe
@kept()
def tag_list(request: HttpRequest, kind: TagKind) -> HttpResponse:
    """Return one page of the tags of one kind."""
    if clean := _without_blanks(request):
        return HttpResponseRedirect(clean)
    directory = list_tags(kind, request.GET, request.path)
    page = render(
        request,
        "tags/list.html",
        {
            "section": kind,
            "directory": directory,
            "canonical_url": request.build_absolute_uri(request.path),
        },
    )
    return page if directory.has_counts else unkept(page)


@require_safe
@kept(varies_on=["Cookie"])
def tag_detail(request: HttpRequest, kind: TagKind, slug: str) -> HttpResponse:
    """Return the page about one tag."""
    tags = Tag.objects.select_related("parent").filter(kind=kind)
    tag = tags.filter(slug=slug, merged_into=None).first()
    if tag is None:
        # Filters know a country by its code, and people type what they see there.
        tag = forward_address(kind, slug.lower()) or get_object_or_404(tags, key=slug.lower())
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{tag.get_absolute_url()}{'?' if query else ''}{query}")
    if any(name in ArticleFilter.base_filters for name in request.GET):
        # A search within the tag: the page does not filter, and must not look as if it had.
        query = f"{kind}={tag.key}&{request.GET.urlencode()}"
        return HttpResponseRedirect(f"{reverse('article_list')}?{query}")
    today = timezone.localdate()
    portrait = portray(tag, year=today.year)
    page = render(
        request,
        "tags/detail.html",
        {
            "section": kind,
            "portrait": portrait,
            "checked": checked(tag, today),
            "desk_url": _desk_url(request, tag),
            "canonical_url": request.build_absolute_uri(request.path),
        },
    )
    return page if portrait.main.count is not None else unkept(page)


def _desk_url(request: HttpRequest, record: Article | Tag) -> str:
    """Return where the record can be edited, for who is let in there; empty for everybody else.

    The session is read only where its cookie came with the request.  What all others get is the same for
    everybody, and may be kept by any cache; what is made here varies with the cookie.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    name = record._meta.model_name
    may_open = any(request.user.has_perm(f"articles.{verb}_{name}") for verb in ("view", "change"))
    return (
        reverse(f"admin:articles_{name}_change", args=[record.pk])
        if request.user.is_staff and may_open
        else ""
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Return the way to the icon, for what asks for it without reading a page: JSON views, feed readers."""
    return HttpResponseRedirect(static("favicon.svg"))
