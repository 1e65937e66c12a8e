"""The addresses under which articles leave the archive as files: `articles.exports` over HTTP."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from articles.caching import LEVEL, reads_gzip
from articles.exporting import find_to_export, notice_of, part_of, read_records
from articles.exports import FORMATS, Format, Selection
from articles.languages import in_this_language
from articles.lists.answers import Answer
from articles.lists.searchbox import redirect_of
from articles.search.engine import IndexUnusable

RETRY_SECONDS = 60  # while the search index is being rebuilt
GZIP = 16 + zlib.MAX_WBITS  # the format of the file, as zlib is told
CHUNK = 16_000  # characters sent together


@require_safe
@cache_control(no_cache=True)
def search_export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the articles of a search as a file, written as it is sent."""
    format_ = _format(name)
    if clean := redirect_of(request.GET, request.path):
        return HttpResponseRedirect(clean)
    try:
        found = find_to_export(request.GET, reverse("article_list"))
    except IndexUnusable:
        return try_again(request)
    if found.problems:
        return refusal(request, found)
    if found.has_moved:
        return moved(request, found)
    site = request.build_absolute_uri("/").removesuffix("/")
    selection = Selection(
        title=found.title,
        url=f"{site}{found.address.first_page()}",
        records=read_records(found.result.ids, site),
        notice=notice_of(found),
    )
    # Where only the head of the answer is asked for, nothing is read.
    text = iter(()) if request.method == "HEAD" else in_this_language(format_.write(selection))
    answer = _as_file(request, format_, text, format_.file_name(found.title, part=part_of(found)))
    if found.result.next_cursor:
        query = urlencode(found.address.page(found.result.next_cursor).parameters)
        answer["Link"] = f'<{site}{request.path}?{query}>; rel="next"'
    return answer


@require_safe
@cache_control(no_cache=True)
def article_export(request: HttpRequest, pk: str, name: str) -> HttpResponseBase:
    """Return one article as a file: above all, as a citation."""
    format_ = _format(name)
    site = request.build_absolute_uri("/").removesuffix("/")
    records = list(read_records([int(pk)], site))
    if not records:
        raise Http404
    selection = Selection(records[0].title, records[0].url, records)
    return _as_file(
        request, format_, in_this_language(format_.write(selection)), f"newsroom-{int(pk)}.{format_.suffix}"
    )


def refusal(request: HttpRequest, found: Answer) -> HttpResponse:
    """Return the answer to a search that is not understood: a file must not hold another one's articles."""
    return render(request, "400.html", {"problems": found.problems}, status=400)


def moved(request: HttpRequest, found: Answer) -> HttpResponsePermanentRedirect:
    """Return the way to the same file or feed by the keys of today, which programs then keep."""
    query = urlencode(found.address.parameters)
    return HttpResponsePermanentRedirect(f"{request.path}?{query}" if query else request.path)


def try_again(request: HttpRequest) -> HttpResponse:
    """Return the answer to words while the search index is being rebuilt."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise Http404
    return FORMATS[name]


def _as_file(
    request: HttpRequest, format_: Format, text: Iterator[str], file_name: str
) -> StreamingHttpResponse:
    is_compressed = reads_gzip(request)
    pieces = _compressed(_bytes(text)) if is_compressed else _bytes(text)
    response = StreamingHttpResponse(pieces, content_type=format_.media_type)
    patch_vary_headers(response, ["Accept-Encoding"])
    if is_compressed:
        response["Content-Encoding"] = "gzip"
    response["Content-Disposition"] = content_disposition_header(True, file_name) or ""
    return response


def _bytes(text: Iterator[str]) -> Iterator[bytes]:
    """Yield the text in pieces worth sending."""
    waiting: list[str] = []
    size = 0
    for piece in text:
        waiting.append(piece)
        size += len(piece)
        if size > CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _compressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces as one gzip file; nothing in them is secret (docs/decisions/0004)."""
    compressor = zlib.compressobj(LEVEL, wbits=GZIP)
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()
