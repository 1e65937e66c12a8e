"""Which front-matter key means which field of a `Clipping`.  To read one more key, add it to `KEYS`.

The names come from a survey of 127,316 files in 52 public archives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from articles.importing.dates import DateError, read_date
from articles.importing.handlers import Value

# Field: its keys, the best first.  Keys are compared without case, hyphens, underscores and spaces; the
# spelling here is for readers.  `permalink` is missing on purpose: it is the archive's own address, not the
# article's.
KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "post_title", "name", "full_title"),
    "date": (
        "date", "published", "published_on", "published_at", "published_time", "published_date",
        "publish_date", "pubdate", "post_date", "date_published", "publication_date", "posted", "posted_on",
        "posted_at", "date_posted", "article_date", "dateline",
    ),
    "updated": (
        "modified_time", "lastmod", "updated", "modified", "updated_on", "updated_at", "updated_date",
        "date_modified", "date_updated", "modified_date", "modified_at", "last_updated", "last_update",
        "last_modified", "last_modified_at", "last_modification", "modification_date", "last_edited",
    ),
    "clipped": (
        "scraped_at", "clipped", "clipped_on", "clipped_at", "slurped", "captured_at", "collected_date",
        "date_collected", "collected_at", "retrieved", "retrieved_on", "retrieved_at", "fetched",
        "fetched_at", "archived", "archived_on", "archived_at", "archived_date", "accessed", "accessed_at",
        "date_saved", "saved_at", "date_added", "added_at", "ingested", "ingested_at", "date_ingested",
        "fetch_date", "date_fetched", "crawled_at", "last_crawled_at", "downloaded_at", "date_accessed",
        "access_date", "date_retrieved", "clip_date", "date_clipped", "created", "created_at", "date_created",
    ),
    "authors": (
        "authors", "author", "byline", "by", "creator", "author_name", "author_names", "written_by", "writer",
        "writers", "reporter", "reporters",
    ),
    "outlet": ("source", "publication", "publisher", "site", "site_name", "outlet", "source_name"),
    "url": (
        "url", "link", "source_url", "original_url", "original_link", "article_url", "url_source",
        "canonical_url", "canonical", "from", "bookmark_of", "source", "external_url", "wordpress_url",
    ),
    "keywords": (
        "tags", "tag", "keywords", "topics", "labels", "document_tags", "countries", "country", "people",
        "actors", "organisations", "organizations",
    ),
    "section": ("categories", "category", "section", "original_cats"),
    "summary": ("standfirst", "deck", "dek", "summary", "description", "excerpt", "post_excerpt", "desc"),
    "language": ("language", "lang", "locale"),
    "status": ("draft", "published", "posted", "status", "private"),
}  # fmt: skip
# The same in French, Spanish, Portuguese, Italian, German, Dutch, Russian, Arabic, Chinese: the last choice.
IN_OTHER_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "title": ("titre", "título", "titulo", "titolo", "titel", "заголовок", "العنوان", "标题"),
    "date": (
        "date_de_publication", "fecha", "fecha_de_publicación", "fecha_publicacion", "data", "datum", "дата",
        "التاريخ", "日期",
    ),
    "authors": (
        "auteur", "auteurs", "autor", "autores", "autore", "autori", "verfasser", "автор", "الكاتب",
        "المؤلف", "مؤلف", "作者",
    ),
    "outlet": ("fuente", "fonte", "quelle", "bron", "источник", "المصدر", "来源"),
    "url": ("fuente", "fonte", "quelle", "bron", "источник", "المصدر", "来源"),
    "keywords": (
        "mots_clés", "mots_clefs", "étiquettes", "etiquetas", "palabras_clave", "palavras_chave",
        "parole_chiave", "schlagwörter", "stichwörter", "trefwoorden", "теги", "标签",
    ),
    "section": (
        "rubrique", "catégorie", "catégories", "categoría", "categoria", "kategorie", "рубрика", "分类",
    ),
    "summary": ("chapô", "chapo", "résumé", "resumen", "resumo", "sommario", "zusammenfassung", "摘要"),
    "language": ("langue", "idioma", "sprache", "язык", "语言"),
}  # fmt: skip
MERGED = frozenset({"keywords", "status"})  # every key counts, not only the best
# Keys that hold other things as often: `dateline: KYIV`, `data: {...}`.  Only a value that is a date counts.
DATES_OR_NOT = frozenset({"dateline", "data"})
GROUPS = frozenset({"taxonomies", "taxonomy"})  # Zola and Grav put tags and categories into such a mapping

TRUE, FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
NOTHING = frozenset({"", "~", "null", "none", "nil", "undefined"})
HIDDEN = frozenset({"draft", "private", "pending", "hidden", "unpublished", "embargoed", "trash", "future"})
SHOWN = frozenset({"public", "publish", "published", "final", "live"})
URL = re.compile(r"<?https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """One value of the front matter and the key it stood under."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Fields:
    """Front matter by field; ``extra`` holds the keys that no field took."""

    taken: Mapping[str, tuple[Taken, ...]]
    extra: dict[str, Value] = field(default_factory=dict)

    def first(self, name: str) -> Taken | None:
        """Return the field's best value, or None."""
        found = self.taken.get(name, ())
        return found[0] if found else None


def same_key(key: str) -> str:
    """Return the key as it is compared: ``publishDate``, ``Publish-Date`` and ``publish_date`` are one."""
    return SEPARATORS.sub("", key).lower()


SEPARATORS = re.compile(r"[-_\s]")
# A key as it is compared: the fields it may fill, and how good it is for each, 0 the best.
PLACES: dict[str, list[tuple[str, int]]] = {}
for _name in KEYS:
    for _rank, _key in enumerate(map(same_key, KEYS[_name] + IN_OTHER_LANGUAGES.get(_name, ()))):
        PLACES.setdefault(_key, []).append((_name, _rank))
KNOWN = frozenset(PLACES)


def sort_fields(front: Mapping[str, Value]) -> Fields:
    """Return the front matter by field.

    A value that does not fit a field (``published: false`` is no date, ``source: https://...`` no name) is
    left to the next one that has its key.
    """
    front = _unfolded(front)
    places: dict[str, list[tuple[int, str]]] = {}
    for key in front:
        for name, rank in PLACES.get(same_key(key), ()):
            places.setdefault(name, []).append((rank, key))
    taken: dict[str, tuple[Taken, ...]] = dict.fromkeys(KEYS, ())
    used: set[str] = set()
    for name in KEYS:
        if name not in places:
            continue
        fits = FITS.get(name, _is_given)
        ranked = sorted(places[name], key=lambda place: place[0])
        found = (key for _, key in ranked if key not in used and fits(key, front[key]))
        keys = list(found) if name in MERGED else list(islice(found, 1))
        taken[name] = tuple(Taken(key, front[key]) for key in keys)
        used.update(keys)
    return Fields(
        taken, {key: value for key, value in front.items() if key not in used and _is_given(key, value)}
    )


def _unfolded(front: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the front matter with the mappings that only group keys laid open.

    ``taxonomies: {tags: [a]}`` is ``tags: [a]``; ``source: {name: AP, url: https://...}`` is ``source: AP``
    and ``source_url: https://...``.
    """
    if not any(isinstance(value, dict) for value in front.values()):
        return front
    flat: dict[str, Value] = {}
    for key, value in front.items():
        if isinstance(value, dict) and same_key(key) in GROUPS:
            flat |= {child: held for child, held in value.items() if child not in front}
        elif isinstance(value, dict) and same_key(key) == "source":
            flat |= {name: held for name, held in _source(key, value) if name == key or name not in front}
        else:
            flat[key] = value
    return flat


def _source(key: str, value: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    """Yield what a source given as a mapping says, under the keys that say it on their own."""
    for child, held in value.items():
        if isinstance(held, dict):
            yield from _source(key, held)
        else:
            yield SAID_OF_SOURCE.get(child.lower(), "{}_{}").format(key, child), held


SAID_OF_SOURCE = {
    "name": "{}", "title": "{}", "url": "{}_url", "link": "{}_url", "href": "{}_url", "author": "author",
}  # fmt: skip


def texts(value: Value) -> list[str]:
    """Return every text in a value, one after the other; of a mapping its name, else its values."""
    if isinstance(value, str):
        return [] if value.strip().lower() in NOTHING else [value]
    if isinstance(value, dict):
        named = value.get("name") or value.get("title") or value.get("display_name")
        if named:
            return texts(named)
        return [f"{key}: {text}" for key, child in value.items() for text in texts(child)]
    return [text for child in value for text in texts(child)]


def _is_given(_: str, value: Value) -> bool:
    return bool(texts(value))


def _is_flag(value: Value) -> bool:
    return isinstance(value, str) and value.strip().lower() in TRUE | FALSE


def _is_state(_: str, value: Value) -> bool:
    return _is_flag(value) or (isinstance(value, str) and value.strip().lower() in HIDDEN | SHOWN)


def _is_url(_: str, value: Value) -> bool:
    found = texts(value)
    return bool(found) and bool(URL.match(found[0].strip()))


def _is_name(key: str, value: Value) -> bool:
    return _is_given(key, value) and not _is_url(key, value)


def _may_be_date(key: str, value: Value) -> bool:
    """Return whether a value may be a date: it has a digit and is no flag; ``unknown`` is none."""
    found = texts(value)
    if not found or _is_flag(value) or not any(map(str.isdigit, found[0])):
        return False
    return same_key(key) not in DATES_OR_NOT or _is_date(value)


def _is_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and read_date(value) is not None
    except DateError:
        return False


def _is_moment(key: str, value: Value) -> bool:
    return _is_given(key, value) and not _is_flag(value)


FITS: Mapping[str, Callable[[str, Value], bool]] = {
    "date": _may_be_date,
    "updated": _is_moment,
    "clipped": _is_moment,
    "outlet": _is_name,
    "url": _is_url,
    "status": _is_state,
}
