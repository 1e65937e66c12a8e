"""Answers that stay right: 304 for a visit that finds nothing new, and whole pages kept in memory.

What a public page shows follows from the database, the search index made of it, this release of the program,
the request and the day; from no other clock.  Every writer raises the archive's revision in its own
transaction (`search.sync.enqueue`, `search.sync.announce`).  So a page may be shown again for as long as the
database stands where it stood before the page was made, and one small query tells.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from articles.memory import Memory
from articles.search import sync
from articles.search.address import is_tracking
from articles.search.entry import Standing

OVERHEAD_BYTES = 1_500  # of a kept page: key, headers, objects; 16 MB hold 10,000 pages at most
# The program is what makes pages out of rows: another release makes others.
PROGRAM = ("articles", "newsroom", "templates", "static", "requirements")  # folders
LEAST_COMPRESSED = 200  # bytes; shorter answers hardly get shorter
LEVEL = 4  # a list page is 16 kB in 0.6 ms; at 6, usual elsewhere, 15 kB in 1.2 ms
# May be kept by anybody, but shown only after asking whether it still holds.
ASK_FIRST = "no-cache"

# Matches "gzip" and "br, gzip;q=0.5"; not "gzip;q=0", which refuses it.
_GZIP = re.compile(
    r"(?:^|,)\s*gzip(?=\s*(?:[;,]|$))(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE | re.ASCII
)

type View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """One whole answer."""

    headers: Mapping[str, str]
    content: bytes

    @property
    def size(self) -> int:
        """Return the bytes it takes in memory."""
        return len(self.content) + OVERHEAD_BYTES


# Of this process.  A page larger than all its room is forgotten at once.
pages: Memory[str, Page] = Memory(most=0, weigh=lambda page: page.size)


def kept(*, varies_on: Sequence[str] = (), in_memory: bool = True) -> Callable[[View], View]:
    """Return a decorator for a public view, which compresses, answers 304, and keeps pages in memory.

    ``varies_on`` are the request headers that the page depends on, besides its address.  With "Cookie" among
    them, who sends a session gets a page made for them, which nobody keeps and which has no entity tag.
    Answers that are many, small and quickly made stay out of memory: they would push out what is not.

    What sets its own ``Cache-Control`` (`unkept`) is not kept either.
    """

    def decorate(view: View) -> View:
        compressed = functools.partial(_compressed, view)

        @functools.wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            is_personal = "Cookie" in varies_on and settings.SESSION_COOKIE_NAME in request.COOKIES
            if is_personal or settings.DEBUG or request.method not in {"GET", "HEAD"}:
                response = compressed(request, *args, **kwargs)
                response.setdefault("Cache-Control", f"private, {ASK_FIRST}" if is_personal else ASK_FIRST)
            else:
                make = functools.partial(compressed, request, *args, **kwargs)
                response = _answer(request, varies_on, make, in_memory=in_memory)
            patch_vary_headers(response, varies_on)
            return response

        return answer

    return decorate


def _compressed(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Return the view's answer, compressed for who can read that."""
    response = view(request, *args, **kwargs)
    if response.streaming or len(response.content) < LEAST_COMPRESSED:
        return response
    patch_vary_headers(response, ["Accept-Encoding"])
    if reads_gzip(request):
        response.content = gzip.compress(response.content, compresslevel=LEVEL, mtime=0)
        response["Content-Length"] = str(len(response.content))
        response["Content-Encoding"] = "gzip"
    return response


def reads_gzip(request: HttpRequest) -> bool:
    """Return whether whoever asks can read a compressed answer."""
    return bool(_GZIP.search(request.headers.get("Accept-Encoding", "")))


def unkept[Answer: HttpResponse](page: Answer) -> Answer:
    """Return a page that shows less than it should for a reason that may pass, so that nobody keeps it."""
    page["Cache-Control"] = "no-store"
    return page


def _answer(
    request: HttpRequest, varies_on: Sequence[str], make: Callable[[], HttpResponse], *, in_memory: bool
) -> HttpResponse:
    """Return 304, a page kept earlier, or a new one."""
    # Before anything else is read: what is read later is at least as new.
    standing = sync.database_standing()
    key = _key(request, varies_on)
    tag = _tag(key, standing)
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return _not_modified(tag)
    place = f"{reads_gzip(request):d} {key}"
    if page := pages.find([place], standing).get(place):
        return HttpResponse(page.content, headers=page.headers)
    is_fresh = sync.stands_at(standing)
    response = make()
    if is_fresh and _may_be_kept(response):
        response["ETag"] = tag
        response["Cache-Control"] = ASK_FIRST
        if in_memory:
            pages.most = settings.PAGE_CACHE_MB * 1_000_000
            pages.keep({place: Page(dict(response.headers), response.content)}, standing)
    response.setdefault("Cache-Control", ASK_FIRST)
    return response


def _may_be_kept(response: HttpResponse) -> bool:
    is_whole = response.status_code == 200 and not response.streaming and not response.cookies
    return is_whole and not response.has_header("Cache-Control")


def _not_modified(tag: str) -> HttpResponse:
    response = HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": ASK_FIRST})
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _key(request: HttpRequest, varies_on: Sequence[str]) -> str:
    """Return all that a page depends on besides the archive, whoever asks."""
    query = [(name, values) for name, values in request.GET.lists() if not is_tracking(name)]
    headers = [request.headers.get(name, "") for name in varies_on if name != "Cookie"]
    address = request.build_absolute_uri(request.path)
    return "\n".join([address, urlencode(query, doseq=True), f"{timezone.localdate()}", *headers])


def _tag(key: str, standing: Standing) -> str:
    """Return the entity tag, which tells nothing about the archive and cannot be made up by others.

    Weak, for the page is the same compressed or not.
    """
    said = "\n".join([release(), standing.archive, str(standing.revision), standing.stamp, key])
    secret = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return f'W/"{hashlib.blake2b(said.encode(), key=secret, digest_size=12).hexdigest()}"'


@functools.cache
def release() -> str:
    """Return a hash of the program as this process found it."""
    digest = hashlib.sha256()
    for folder in PROGRAM:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(settings.BASE_DIR)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
