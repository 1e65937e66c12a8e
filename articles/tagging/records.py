"""The gazetteer's records: one `Entry` is one thing that articles are tagged with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

# "expel* ... diplomats": a few other words may stand between the two halves of a trigger.
GAP = " ... "


class Kind(StrEnum):
    """The four kinds of thing an article is tagged with."""

    ACTOR = "actor"  # a person: leader, official, envoy
    COUNTRY = "country"  # a state or territory, a disputed area, a state that is no more
    ORGANISATION = "organisation"
    TOPIC = "topic"


class AliasKind(StrEnum):
    """What sort of name an alias is; it decides how the matcher may use it."""

    NAME = "name"  # a full name, stands alone
    SURNAME = "surname"  # counts once the full name or office has been seen; alone only with weight 5
    DEMONYM = "demonym"  # Russian, Russians
    CAPITAL = "capital"
    PLACE = "place"  # a city or a part of the country: something happens there
    METONYM = "metonym"  # the Kremlin
    FORMER = "former"  # an old name, to be matched with care: Ceylon
    TRIGGER = "trigger"  # topics: a phrase with a weight; * stands for any ending
    NEGATIVE = "negative"  # never this entry, though it contains one of its names


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an entry.

    ``weight`` (1 to 5) says how much the words say on their own: for a trigger 5 is enough alone and less
    adds up; for a surname 5 stands alone, 3 does where the person's country is named too, 1 never; for an
    ambiguous name 5 counts unless something speaks against it, 1 only if something speaks for it.
    ``is_ambiguous`` names mean other things too: ``context`` words nearby speak for this entry,
    ``counter_context`` words against it.
    """

    text: str
    kind: AliasKind = AliasKind.NAME
    weight: int = 5
    is_case_sensitive: bool = True
    is_ambiguous: bool = False
    context: tuple[str, ...] = ()
    counter_context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """One office held by a person, from ``start_on`` up to and including ``end_on`` (None: unknown or open).

    ``of`` is the key of the country or the slug of the organisation.  Where ``is_end_known`` is false the
    person is only known to have been in office until ``end_on``: who came later nobody looked up.
    """

    title: str
    role: str
    of: str
    start_on: dt.date | None = None
    end_on: dt.date | None = None
    is_end_known: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the tagger knows.

    ``key`` is what filters and the search index use: the lower-case code of a country (``ru``), else the
    slug.  ``implies`` are keys of countries tagged along with this one.  ``context`` words near an
    ambiguous name (``is_ambiguous``: Georgia, Jordan) speak for it, ``counter_context`` against it; they
    hold for all ambiguous aliases, beside the aliases' own.  ``category`` groups entries of one kind:
    state, territory, area; un_system, non_state, government.
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
    wikidata: str = ""
    implies: tuple[str, ...] = ()
    category: str = ""
