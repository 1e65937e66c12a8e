"""The JSON API: the same searches as the list pages, and one article with all that explains its tags.

Read-only, without cookies; docs/api.md describes it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from articles.caching import kept, unkept
from articles.filters import ONCE, ArticleFilter
from articles.importing.bylines import without_mail
from articles.lists.listing import Listing, Row, TagLabel, list_articles
from articles.lists.rows import read_rows
from articles.lists.searchbox import understood
from articles.models import Article, ArticleSource, TagKind
from articles.phrases import gettext, quoted
from articles.reader.elsewhere import Elsewhere, find_elsewhere
from articles.reader.reading import find_article
from articles.reader.receipts import Receipt, read_receipts
from articles.reader.references import references_of

DEFAULT_LIMIT, MAX_LIMIT = 25, 100  # articles a page
METHODS = ("GET", "HEAD")
RETRY_SECONDS = 60  # while the search index is being rebuilt


@csrf_exempt  # refused as JSON below, like every other method that could change something
@kept()
def article_list(request: HttpRequest) -> JsonResponse:
    """Return one page of a search: count, articles, facets and the addresses of the pages beside it."""
    if request.method not in METHODS:
        return _not_allowed()
    parameters = understood(request.GET)
    limits = [value for value in parameters.pop("limit", []) if value]
    limit, complaint = _read_limit(limits)
    listing = list_articles(parameters, reverse("api_article_list"), limit=limit)
    errors = defaultdict(list)
    for problem in listing.problems:
        errors[problem.parameter].append(problem.message)
    if complaint:
        errors["limit"].append(complaint)
    if errors:
        return _refusal(400, errors)
    if listing.words and not listing.is_searchable:
        response = _refusal(503, {"q": [listing.notice]})
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    answer = _json(
        {
            "count": listing.count,
            "title": listing.title,
            "notes": listing.notes,
            "next": _page_url(request, listing.next_url, limits),
            "previous": _page_url(request, listing.previous_url, limits),
            "results": [_summary(request, row) for row in listing.rows],
            "facets": _facets(listing),
        }
    )
    return answer if listing.is_searchable else unkept(answer)


@csrf_exempt
@kept()
def article_detail(request: HttpRequest, pk: str) -> JsonResponse:
    """Return one article with its text, the evidence for each tag, and where it came from."""
    if request.method not in METHODS:
        return _not_allowed()
    article = find_article(int(pk)) if pk.isascii() and pk.isdecimal() and len(pk) <= 18 else None
    rows = read_rows([article.pk]) if article else []
    if not article or not rows:
        return _refusal(404, {"id": ["no article has this number"]})
    return _json(
        {
            **_summary(request, rows[0]),
            "published_precision": article.published_precision,
            "updated_on": article.updated_on,
            "language": article.language,
            "original_url": article.url,
            "byline": without_mail(article.byline),
            "body": article.body,
            "references": [
                {"text": reference.text, "url": reference.url or None}
                for reference in references_of(article.extra)
            ],
            "taggings": [_tagging(receipt) for receipt in read_receipts(article)],
            "same_story": [_elsewhere(request, other) for other in find_elsewhere(article)],
            "provenance": _provenance(article),
        }
    )


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    """Return the answer to an address of the API that is none."""
    message = gettext("nothing is here; begin with %(address)s") % {"address": reverse("api_article_list")}
    return _refusal(404, {"address": [message]})


# --- Parameters and answers -------------------------------------------------------------------------------


def _read_limit(values: Sequence[str]) -> tuple[int, str]:
    """Return the page size asked for, and what is wrong with it."""
    if not values:
        return DEFAULT_LIMIT, ""
    if len(values) > 1:
        return DEFAULT_LIMIT, str(ONCE)
    value = values[0]
    if value.isascii() and value.isdecimal() and len(value) <= 3 and 1 <= int(value) <= MAX_LIMIT:
        return int(value), ""
    if re.fullmatch(r"-?[0-9]{1,9}", value):
        message = gettext("%(number)s is out of range; write a number from 1 to %(most)s")
        return DEFAULT_LIMIT, message % {"number": value, "most": MAX_LIMIT}
    message = gettext("%(text)s is not a number; write one from 1 to %(most)s")
    return DEFAULT_LIMIT, message % {"text": quoted(value[:40]), "most": MAX_LIMIT}


def _page_url(request: HttpRequest, url: str, limits: Sequence[str]) -> str | None:
    """Return the whole address of another page of the same size; None if there is none."""
    if not url:
        return None
    return request.build_absolute_uri(f"{url}&{urlencode({'limit': limits[-1]})}" if limits else url)


def _json(answer: Mapping[str, object], *, status: int = 200) -> JsonResponse:
    # allow_nan: NaN is not JSON, and a reader that meets it refuses the whole answer.
    return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False, "allow_nan": False})


def _refusal(status: int, errors: Mapping[str, Sequence[str]]) -> JsonResponse:
    return _json({"errors": errors}, status=status)


def _not_allowed() -> JsonResponse:
    response = _refusal(405, {"method": [f"only {' and '.join(METHODS)} are answered here"]})
    response["Allow"] = ", ".join(METHODS)
    return response


# --- Articles as JSON -------------------------------------------------------------------------------------


def _summary(request: HttpRequest, row: Row) -> dict[str, object]:
    return {
        "id": row.id,
        "url": request.build_absolute_uri(row.url),
        "title": row.title,
        "standfirst": row.standfirst,
        "published_on": row.published_on,
        "clipped_on": row.clipped_on,
        "outlet": row.outlet[1] if row.outlet else None,
        "authors": row.authors,
        "countries": [_label(label) for label in row.countries],
        "actors": [_label(label) for label in row.actors],
        "organisations": [_label(label) for label in row.organisations],
        "topics": [_label(label) for label in row.topics],
    }


def _label(label: TagLabel) -> dict[str, object]:
    # Territories that ISO 3166 does not know have a key of our own: x-crimea.
    iso_code = label.key.upper() if len(label.key) == 2 else None
    code = {"code": iso_code} if label.kind == TagKind.COUNTRY else {}
    return {
        "slug": label.slug,
        **code,
        "name": label.name,
        "role": label.role,
        "salience": label.salience,
        "status": label.status,
    }


def _facets(listing: Listing) -> dict[str, list[dict[str, object]]]:
    found = {group.name: group.values for group in listing.facets}
    return {
        facet: [
            {"value": value.key, "name": value.name, "count": value.count} for value in found.get(facet, ())
        ]
        for facet in ArticleFilter.facets()
    }


def _tagging(receipt: Receipt) -> dict[str, object]:
    return {
        "kind": receipt.kind,
        "value": receipt.key,
        "name": receipt.name,
        "role": receipt.role,
        "salience": receipt.salience,
        "origin": receipt.origin,
        "status": receipt.status,
        "gazetteer_release": receipt.release,
        "evidence": [
            {
                "part": found.part,
                "start": found.start,
                "end": found.end,
                "words": found.words,
                "rule": found.rule,
            }
            for found in receipt.evidence
        ],
    }


def _elsewhere(request: HttpRequest, other: Elsewhere) -> dict[str, object]:
    return {
        "id": other.id,
        "url": request.build_absolute_uri(other.url),
        "title": other.title,
        "outlet": other.outlet[1] if other.outlet else None,
        "published_on": other.published_on,
        "share": other.share,
    }


def _provenance(article: Article) -> dict[str, object]:
    """Return which files and runs the article came from; absolute paths stay on the server."""
    sources = ArticleSource.objects.filter(article=article).order_by("name", "pk")
    return {
        "sources": [
            {"name": name, "run": run, "sha256": sha256}
            for name, run, sha256 in sources.values_list("name", "run_id", "sha256")
        ],
        "gazetteer_release": article.gazetteer_release,
        "imported_at": article.created_at,
        "changed_at": article.changed_at,
    }
