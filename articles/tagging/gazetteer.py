"""The gazetteer's records, and how they are read from this package's data files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The four kinds of thing an article is tagged with."""

    ACTOR = "actor"  # a person: leader, official, envoy
    COUNTRY = "country"  # a state or territory
    ORGANISATION = "organisation"
    TOPIC = "topic"


class AliasKind(StrEnum):
    """What sort of name an alias is; it decides how the matcher may use it."""

    NAME = "name"  # a full name, stands alone
    SURNAME = "surname"  # counts only once the full name or office has been seen
    DEMONYM = "demonym"  # Russian, Russians
    CAPITAL = "capital"
    METONYM = "metonym"  # the Kremlin
    TRIGGER = "trigger"  # topics: a phrase with a weight; * stands for any ending
    NEGATIVE = "negative"  # never this entry, though it contains one of its names


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an entry.  ``weight`` (1 to 5) is used by triggers alone: 5 is enough on its own."""

    text: str
    kind: AliasKind = AliasKind.NAME
    weight: int = 5
    is_case_sensitive: bool = True


@dataclass(frozen=True, slots=True)
class Office:
    """One office held by a person, from ``start_on`` up to and including ``end_on`` (None: unknown or open).

    ``of`` is the key of the country or the slug of the organisation.
    """

    title: str
    role: str
    of: str
    start_on: dt.date | None = None
    end_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the tagger knows.

    ``key`` is what filters and the search index use: the lower-case code of a country (``ru``), else the
    slug.  ``implies`` are keys of countries tagged along with this one.  ``context`` words near an
    ambiguous name (``is_ambiguous``: Georgia, Jordan) speak for it, ``counter_context`` against it.
    """

    kind: Kind
    slug: str
    name: str
    key: str
    description: str = ""
    source: str = ""
    parent: str = ""
    aliases: tuple[Alias, ...] = ()
    offices: tuple[Office, ...] = ()
    context: tuple[str, ...] = ()
    counter_context: tuple[str, ...] = ()
    is_ambiguous: bool = False
    is_visible: bool = True
    wikidata: str = ""
