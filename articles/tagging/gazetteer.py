"""The gazetteer as the package ships it: `read_data` links the drafts of all data files to entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from articles.search.definite import takes_article
from articles.tagging.datafiles import (
    DataError,
    Draft,
    Table,
    check_texts,
    load_tables,
    read_countries,
    read_organisations,
    read_people,
    read_topics,
    refuse,
)
from articles.tagging.records import Alias, AliasKind, Entry, Kind, Office

__all__ = ["Alias", "AliasKind", "DataError", "Entry", "Kind", "Office", "read_data"]

DATA = Path(__file__).parent / "data"
READERS = {
    "countries": read_countries,
    "areas": read_countries,
    "organisations": read_organisations,
    "topics": read_topics,
    "leaders": read_people,  # leaders-europe, leaders-asia ...
}
SHARED = ("sources", "places", "metonyms", "never", "ambiguous")  # files that say something about entries
# What a category of organisations is to a reader, where its name alone does not say.
BODIES = {
    "alliance": "Alliance",
    "arms_control": "Arms control body",
    "climate": "Climate body",
    "economic": "Economic organisation",
    "energy": "Energy organisation",
    "eu": "European Union",
    "eu_institution": "Institution of the European Union",
    "finance": "Financial organisation",
    "forum": "Forum or group of states",
    "government": "Part of a government",
    "health": "Health organisation",
    "humanitarian": "Humanitarian organisation",
    "intelligence": "Intelligence",
    "law": "Law enforcement",
    "military": "Armed force",
    "ngo": "Non-governmental organisation",
    "non_state": "Non-state group",
    "party": "Political party",
    "regional": "Regional organisation",
    "security": "Security organisation or mission",
    "sport": "Sports organisation",
    "trade": "Trade organisation or agreement",
    "un_mission": "Mission of the United Nations",
    "un_system": "United Nations system",
}
_LONG_AGO = dt.date.min
RULE_FIELDS = frozenset({"default", "other", "all", "also", "note"})  # other fields name the candidates


def read_data(folder: Path = DATA, *, cache: Path | None = None) -> tuple[Entry, ...]:
    """Return the entries of all data files, in the order of kind and slug; raise DataError.

    ``cache`` is a file that keeps what was read of the data files: see `load_tables`.
    """
    files = load_tables(folder, cache)
    drafts: list[Draft] = []
    for file, content in files.items():
        reader = READERS.get(file.split("-")[0])
        if reader is not None:
            drafts += reader(file, content)
        elif file not in SHARED:
            refuse(file, "the file", "is not a known data file", "name it leaders-….toml or delete it")
    book = Book(drafts)
    for file, kind in (("places", AliasKind.PLACE), ("never", AliasKind.NEGATIVE)):
        for key, texts in files.get(file, {}).items():
            book.find(key, file, key).add(kind, check_texts(file, key, key, texts))
    for text, keys in files.get("metonyms", {}).items():
        for key in check_texts("metonyms", text, "the list", keys):
            book.find(key, "metonyms", text).add(AliasKind.METONYM, [text])
    for term, rule in files.get("ambiguous", {}).items():
        if not isinstance(rule, dict):
            refuse("ambiguous", term, "is not a table", f'begin the rule with a line ["{term}"]')
        book.apply_rule(term, rule)
    sources = {code: str(text) for code, text in files.get("sources", {}).items()}
    ordered = sorted(drafts, key=lambda draft: (draft.kind.value, draft.slug))
    return tuple(book.finish(draft, sources) for draft in ordered)


def shared_names(folder: Path = DATA) -> frozenset[str]:
    """Return the names that the rules give to several entries at once: the Korean Peninsula."""
    rules = load_tables(folder)["ambiguous"]
    return frozenset(
        name
        for term, rule in rules.items()
        if isinstance(rule, dict) and "all" in rule
        for name in (term, *rule.get("also", ()))
    )


class Book:
    """All drafts, to be found by key, slug or kind; refuses two of the same name."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self.by_kind: dict[Kind, dict[str, Draft]] = {kind: {} for kind in Kind}
        self.by_key: dict[str, Draft] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        slugs: dict[tuple[Kind, str], Draft] = {}
        for draft in drafts:
            other = self.by_kind[draft.kind].get(draft.key) or slugs.get((draft.kind, draft.slug))
            if other is None and draft.kind is not Kind.TOPIC:
                other = self.by_key.get(draft.key)
            if other is not None:
                remedy = f"choose another than {other.name!r} of {other.file}.toml has"
                refuse(draft.file, draft.key, "this key or slug is taken", remedy)
            self.by_kind[draft.kind][draft.key] = slugs[draft.kind, draft.slug] = draft
            # A topic may be called as an organisation is; rules, places and offices never mean topics.
            if draft.kind is not Kind.TOPIC:
                self.by_key[draft.key] = draft

    def find(self, key: str, file: str, slug: str) -> Draft:
        """Return the country, organisation or person of this key; refuse an unknown one."""
        draft = self.by_key.get(key)
        if draft is None:
            refuse(file, slug, f"no entry has the key {key!r}", "correct it or add the entry")
        return draft

    def apply_rule(self, term: str, rule: Table) -> None:
        """Mark a name that means several things, and give each candidate the words that speak for it."""
        words = {
            key: check_texts("ambiguous", term, key, value)
            for key, value in rule.items()
            if key not in RULE_FIELDS
        }
        default, other = (
            rule.get("default", ""),
            check_texts("ambiguous", term, "other", rule.get("other", [])),
        )
        if default and default not in words:
            remedy = "make it one of the candidates"
            refuse("ambiguous", term, f"the default {default!r} is not among them", remedy)
        terms = (term, *check_texts("ambiguous", term, "also", rule.get("also", [])))
        for key in check_texts("ambiguous", term, "all", rule.get("all", [])):
            for text in terms:
                _find_alias(self.find(key, "ambiguous", term), text, term)
        for key, context in words.items():
            draft = self.find(key, "ambiguous", term)
            against = tuple(word for rival in words if rival != key for word in words[rival])
            for text in terms:
                self._mark(draft, text, term, 5 if key == default else 1, context, other + against)

    @staticmethod
    def _mark(
        draft: Draft, text: str, term: str, weight: int, context: tuple[str, ...], against: tuple[str, ...]
    ) -> None:
        place = _find_alias(draft, text, term)
        alias = draft.aliases[place]
        if text == draft.name:
            # The words of an entry's own name hold for its other ambiguous names too: Georgian, Georgians.
            draft.context, draft.counter_context, draft.is_ambiguous = context, against, True
            context = against = ()
        draft.aliases[place] = replace(
            alias, weight=weight, is_ambiguous=True, context=context, counter_context=against
        )

    def finish(self, draft: Draft, sources: Mapping[str, str]) -> Entry:
        """Return the entry a draft has become, its links checked."""
        seen: set[tuple[str, AliasKind]] = set()
        for alias in draft.aliases:
            if (alias.text, alias.kind) in seen:
                refuse(
                    draft.file, draft.key, f"{alias.text!r} stands twice as {alias.kind.value}", "delete one"
                )
            seen.add((alias.text, alias.kind))
        for key in (*draft.implies, *([draft.seat] if draft.seat else [])):
            if key not in self.by_kind[Kind.COUNTRY]:
                refuse(
                    draft.file, draft.key, f"no country has the key {key!r}", "use a key of countries.toml"
                )
        for office in draft.offices:
            if self.find(office.of, draft.file, draft.key).kind is Kind.ACTOR:
                refuse(draft.file, draft.key, f"office of {office.of!r}", "name a country or an organisation")
        return Entry(
            kind=draft.kind, slug=draft.slug, name=draft.name, key=draft.key,
            description=draft.description or self._describe(draft),
            source=self._source(draft, sources), parent=self._parent(draft),
            aliases=tuple(draft.aliases), offices=draft.offices, context=draft.context,
            counter_context=draft.counter_context, is_ambiguous=draft.is_ambiguous,
            wikidata=draft.wikidata, implies=draft.implies, category=draft.category,
        )  # fmt: skip

    def _parent(self, draft: Draft) -> str:
        """Return the parent's slug; a topic's parent has none itself."""
        if not draft.parent:
            return ""
        parent = self.by_kind[draft.kind].get(draft.parent)
        if parent is None or parent is draft:
            refuse(
                draft.file, draft.key, f"unknown parent {draft.parent!r}", f"name another {draft.kind.value}"
            )
        if parent.parent and draft.kind is Kind.TOPIC:
            refuse(
                draft.file, draft.key, f"its parent {parent.key!r} has a parent", "keep topics to two levels"
            )
        return parent.slug

    @staticmethod
    def _source(draft: Draft, sources: Mapping[str, str]) -> str:
        # Codes of other vocabularies ("IPTC medtop:20000640") stand for themselves.
        unknown = [code for code in draft.source if code not in sources and " " not in code]
        if unknown:
            refuse(draft.file, draft.key, f"unknown source {unknown[0]!r}", "add it to sources.toml")
        return "; ".join(sources.get(code, code) for code in draft.source)

    def _describe(self, draft: Draft) -> str:
        """Return a line about a person or organisation, made from the last office or the category."""
        if draft.kind is Kind.ORGANISATION:
            return BODIES.get(draft.category) or draft.category.replace("_", " ").capitalize()
        if not draft.offices:
            return ""
        last = max(draft.offices, key=lambda office: (office.end_on is None, office.start_on or _LONG_AGO))
        if last.of not in self._names:
            place = self.by_key[last.of]
            names = [alias.text for alias in place.aliases if alias.kind is AliasKind.NAME]
            self._names[last.of] = (place.name, *(f" {name} " for name in names))
        return _office_line(last, self._names[last.of])


def _office_line(office: Office, names: tuple[str, ...]) -> str:
    """Return "President of Russia since 2012", "Ambassador to the US (Ukraine), 2015-2019".

    ``names`` are those of the country or organisation, the first one bare, all again between blanks.
    """
    if any(name in f" {office.title} " for name in names[1:]):
        line = office.title
    elif office.role in {"official", "org_head", "nonstate_leader"}:
        line = f"{office.title} ({names[0]})"
    else:
        line = f"{office.title} of {'the ' if takes_article(names[0]) else ''}{names[0]}"
    first, last = (day.year if day else None for day in (office.start_on, office.end_on))
    if not office.is_end_known:
        years = last if first in {None, last} else f"{first}–{last}"
        return f"{line}, {years} or later" if last else line
    if last is None:
        return f"{line} since {first}" if first else line
    return f"{line}, {first or ''}–{last}" if first != last else f"{line}, {last}"


def _find_alias(draft: Draft, text: str, term: str) -> int:
    for place, alias in enumerate(draft.aliases):
        if alias.text == text and alias.kind is not AliasKind.NEGATIVE:
            return place
    remedy = f"add it in {draft.file}.toml or places.toml"
    return refuse("ambiguous", term, f"{draft.key!r} has no name {text!r}", remedy)
