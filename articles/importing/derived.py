"""What follows from a clipping, worked out where it was read: whoever stores it only hands the values on."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field, fields

from articles.importing.clipping import Clipping
from articles.importing.crossing import Crossing
from articles.importing.sketches import pack, sketch_of
from articles.importing.summary import SUMMARY_VERSION, summarise
from articles.importing.texthash import HASHED_FIELDS, text_hash_of

# The day by which undated articles sort: behind every dated one, the newest first.
UNDATED = dt.date.min
MAX_SLUG = 80  # characters, as the column has it
PLAIN_SLUG = "article"  # for titles in other scripts
# Columns of an article that `Derived.columns` holds, in their order.
COLUMNS = ("identity", "content_hash", "text_hash", *HASHED_FIELDS)
SAID = tuple(field.name for field in fields(Clipping) if field.name != "notices")
AS_SAID = tuple(name for name in HASHED_FIELDS if name in SAID)


@dataclass(frozen=True, slots=True)
class Derived(Crossing):
    """What makes a clipping the article it is, all columns of that article, and the sketch of its body.

    ``columns`` are in the order of `COLUMNS`, each as any database takes it: days as ``2025-10-16``, JSON as
    its text.
    """

    identity: str
    content_hash: str
    columns: tuple[str | None, ...] = field(repr=False)
    sketch: bytes = field(repr=False)


def derive(clipping: Clipping, path: str) -> Derived:
    """Return what follows from a clipping that fits the columns, read from the file at ``path``."""
    values: dict[str, object] = {name: getattr(clipping, name) for name in AS_SAID}
    values["slug"] = slug_of(clipping.title)
    values["summary"] = summarise(clipping.standfirst or clipping.body)
    values["sort_on"] = sort_day_of(clipping.published_on, clipping.clipped_on)
    values["keywords"], values["cuts"] = list(clipping.keywords), cuts_of(clipping)
    identity, content_hash = identity_of(clipping, path), content_hash_of(clipping)
    text_hash = text_hash_of(values[name] for name in HASHED_FIELDS)
    columns = (identity, content_hash, text_hash, *(_column(values[name]) for name in HASHED_FIELDS))
    return Derived(identity, content_hash, columns, pack(sketch_of(clipping.body)))


def identity_of(clipping: Clipping, path: str) -> str:
    """Return what makes an article this one: its canonical URL, else its text, else the path of its file.

    The same words of another day ("The ministers met.") or from another outlet (a wire story) are another
    article: two kept apart can be linked later, one written over the other is lost.
    """
    if clipping.canonical_url:
        return "url:" + _hash(clipping.canonical_url)
    if not clipping.body and not clipping.standfirst:
        return "path:" + _hash(path)
    texts = [clipping.title, clipping.standfirst, clipping.body]
    return "text:" + _hash([*texts, clipping.outlet, clipping.published_on])


def content_hash_of(clipping: Clipping) -> str:
    """Return a hash of all that the clipping says, and of how it is summed up; the same: nothing to write."""
    said = {name: getattr(clipping, name) for name in SAID}
    return _hash([SUMMARY_VERSION, {**said, "cuts": cuts_of(clipping)}])


def slug_of(title: str) -> str:
    """Return the readable end of an article's address: ``élan vital!`` becomes ``elan-vital``."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", letters))
    return words.strip("-_")[:MAX_SLUG].strip("-") or PLAIN_SLUG


def sort_day_of(published_on: dt.date | None, clipped_on: dt.date | None) -> dt.date:
    """Return the day that an article sorts by."""
    return published_on or clipped_on or UNDATED


def cuts_of(clipping: Clipping) -> list[dict[str, str]]:
    """Return what cleaning took out of a clipping's body, as JSON values."""
    return [{"step": cut.step, "text": cut.text} for cut in clipping.cuts]


def _column(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value)


_json_of = json.JSONEncoder(sort_keys=True, default=str).encode


def _hash(value: object) -> str:
    return hashlib.sha256(_json_of(value).encode()).hexdigest()
