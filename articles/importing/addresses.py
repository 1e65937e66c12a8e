"""Web addresses: which are safe to keep, and when two are the same article."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 2000  # what the database holds
SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "net", "or", "org"}
)  # `co` of `co.uk`
MIN_LABEL = 2  # characters; a longer label may be a name
HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+\.?", re.IGNORECASE)
# Parameters that say where a reader came from, not what is read.  Matches `utm_source`, `at_medium`; not
# `at`, nor `cid` and `id`, which name the article on some sites: two articles made one is worse than one kept
# twice.
TRACKING = re.compile(
    r"(?:utm|at|mtm|hsa|vero|oly)_\w+|pk_(?:campaign|kwd|source|medium|content)|mc_[ce]id|wt_mc\w*"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|[gd]clid|fbclid|[gw]braid|msclkid|twclid|yclid"
    r"|igshid|_g[al]"
    r"|ref_?src|ref_?url|cmpid?|icid|ito|ocid|xtor|sr_share|smid|smtyp|guccounter|spm|s_kwcid|mkt_tok",
    re.IGNORECASE,
)


def web_address(printed: str) -> str:
    """Return the address if it is an http or https one with a host and fits the database, else nothing."""
    address = printed.strip().strip('<>"“”„«»')
    if len(address) > MAX_LENGTH or re.search(r"[\s<>\"\\]", address):
        return ""
    return address if _split(address) else ""


def host_of(address: str) -> str:
    """Return the host of an address, lower case, without ``www.``; empty if it has none."""
    parts = _split(address)
    return _host(parts) if parts else ""


def site_label(host: str) -> str:
    """Return what is usually a site's name in its host: ``laravel-news`` of ``www.laravel-news.com``.

    Empty if that has fewer than three characters, which say little.
    """
    labels = host.removeprefix("www.").split(".")[:-1]
    while len(labels) > 1 and labels[-1] in SECOND_LEVEL:
        labels.pop()
    return labels[-1] if labels and len(labels[-1]) > MIN_LABEL else ""


def canonical_url(address: str) -> str:
    """Return what is the same for every address of one article: no scheme, ``www.``, tracking or fragment.

    Empty for a home page: a whole folder may name its outlet's, and would become one article.
    """
    parts = _split(address)
    if parts is None:
        return ""
    query = "&".join(
        pair for pair in parts.query.split("&") if pair and not TRACKING.fullmatch(pair.partition("=")[0])
    )
    path = parts.path.rstrip("/")
    if not path and not query:
        return ""
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    return _host(parts) + port + path + (f"?{query}" if query else "")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(parts.hostname or ""):
        return None
    return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").removeprefix("www.")
