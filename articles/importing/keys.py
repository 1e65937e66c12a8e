"""Which front-matter key means which field of a `Clipping`.  To read one more key, add it to `KEYS`.

The names come from a survey of 127,316 files in 52 public archives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice

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
SINGLE = frozenset({"outlet", "url", "date", "updated", "clipped", "language"})  # of a list the first counts
IN_MAIL: Mapping[str, str] = {"subject": "headline", "from": "source_name"}
GROUPS = frozenset({"taxonomies", "taxonomy"})  # Zola and Grav put tags and categories into such a mapping

TRUE, FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
NOTHING = frozenset({"", "~", "null", "none", "nil", "undefined"})
HIDDEN = frozenset({"draft", "private", "pending", "hidden", "unpublished", "embargoed", "trash", "future"})
SHOWN = frozenset({"public", "publish", "published", "final", "live"})
URL = re.compile(r"[<\"“„«]?https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """One value of the front matter and the key it stood under."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Fields:
    """Front matter by field.

    ``extra`` holds the keys that no field took, ``partly`` those of which a field took a part.
    """

    taken: Mapping[str, tuple[Taken, ...]]
    extra: dict[str, Value] = field(default_factory=dict)
    partly: dict[str, Value] = field(default_factory=dict)

    def first(self, name: str) -> Taken | None:
        """Return the field's best value, or None."""
        found = self.taken.get(name, ())
        return found[0] if found else None


def same_key(key: str) -> str:
    """Return the key as it is compared: ``publishDate``, ``Publish-Date`` and ``publish_date`` are one."""
    return SEPARATORS.sub("", key).lower()


SEPARATORS = re.compile(r"[-_()\s]")
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
    front, meanings = _unfolded(front)
    places: dict[str, list[tuple[int, str]]] = {}
    for key in front:
        for name, rank in PLACES.get(same_key(meanings.get(key, key)), ()):
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
        taken,
        {key: value for key, value in front.items() if key not in used and any(_leaves(value))},
        {one.key: one.value for name in KEYS for one in taken[name] if not _is_used_up(name, one.value)},
    )


def _is_used_up(name: str, value: Value) -> bool:
    """Return whether a field takes all of a value: of ``{name: Eva, email: eva@...}`` it takes the name."""
    used = texts(value)[:1] if name in SINGLE else texts(value)
    return isinstance(value, str) or len(list(_leaves(value))) <= len(used)


def _leaves(value: Value) -> Iterator[str]:
    """Yield every text in a value, however deep, that says something."""
    if isinstance(value, str):
        yield from texts(value)
    else:
        for child in value.values() if isinstance(value, dict) else value:
            yield from _leaves(child)


def _unfolded(front: Mapping[str, Value]) -> tuple[Mapping[str, Value], Mapping[str, str]]:
    """Return the front matter with the mappings that only group keys laid open, and what its keys stand for.

    ``taxonomies: {tags: [a]}`` is ``tags: [a]``; ``source: {name: AP, url: https://...}`` is ``source: AP``
    and ``source_url: https://...``.  What meets a key that is there already gets a name of its own,
    ``taxonomies_tags``, that stands for ``tags`` and comes after it.
    """
    groups = {key: value for key, value in front.items() if isinstance(value, dict) and _is_group(key)}
    meanings = _meanings_in_mail(front)
    if not groups:
        return front, meanings
    flat = {key: value for key, value in front.items() if key not in groups}
    for key, value in groups.items():
        children = _source(key, value) if same_key(key) == "source" else _children(key, value)
        for meaning, own, held in children:
            name = free_name((meaning, own), flat)
            flat[name] = held
            meanings[name] = meaning
    return flat, meanings


def is_mail_head(keys: Iterable[str]) -> bool:
    """Return whether these keys head an e-mail; they are compared as `same_key` writes them."""
    return {"from", "subject"} <= set(keys)


def _meanings_in_mail(front: Mapping[str, Value]) -> dict[str, str]:
    """Return what the keys at the head of an e-mail stand for: elsewhere ``subject`` is a topic."""
    is_mail = is_mail_head(map(same_key, front))
    return {
        key: IN_MAIL[same_key(key)]
        for key, value in front.items()
        if same_key(key) in IN_MAIL and (is_mail or (same_key(key) == "from" and "@" in str(value)))
    }


def _is_group(key: str) -> bool:
    return same_key(key) in GROUPS or same_key(key) == "source"


def free_name(names: Sequence[str], taken: Container[str]) -> str:
    """Return the first of some names that is not taken, the last one numbered if need be."""
    numbered = (f"{names[-1]}_{number}" for number in count(2))
    return next(name for name in chain(names, numbered) if name not in taken)


def _children(key: str, value: dict[str, Value]) -> Iterator[tuple[str, str, Value]]:
    """Yield what a mapping groups: under which key it is read, its name if that is there, the value."""
    return ((child, f"{key}_{child}", held) for child, held in value.items())


def _source(key: str, value: dict[str, Value], path: str = "") -> Iterator[tuple[str, str, Value]]:
    """Yield the same of a source given as a mapping, under the keys that say it on their own."""
    for child, held in value.items():
        own = f"{path or key}_{child}"
        if isinstance(held, dict):
            yield from _source(key, held, own)
        else:
            yield SAID_OF_SOURCE.get(child.lower(), "{}_{}").format(key, child), own, held


NAMES_OF_PERSONS = (
    ("firstname", "givenname", "given", "first"),
    ("lastname", "familyname", "surname", "family", "last"),
)
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
        parts = {same_key(key): part for key, part in value.items() if isinstance(part, str)}
        given, family = (
            next((parts[key] for key in keys if parts.get(key)), "") for keys in NAMES_OF_PERSONS
        )
        if given and family:
            return [f"{given} {family}"]
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
