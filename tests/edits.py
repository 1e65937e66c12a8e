"""Random edits of a gazetteer's entries: what an editor may try in the rule lab, and what nobody would."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Sequence
from dataclasses import replace

from articles.tagging import Alias, AliasKind, Entry, Kind, Office

KINDS = {
    Kind.ACTOR: (AliasKind.NAME, AliasKind.SURNAME, AliasKind.NEGATIVE),
    Kind.COUNTRY: (
        AliasKind.NAME, AliasKind.DEMONYM, AliasKind.CAPITAL, AliasKind.PLACE, AliasKind.METONYM,
        AliasKind.FORMER, AliasKind.NEGATIVE,
    ),
    Kind.ORGANISATION: (AliasKind.NAME, AliasKind.METONYM, AliasKind.PLACE, AliasKind.NEGATIVE),
    Kind.TOPIC: (AliasKind.TRIGGER, AliasKind.TRIGGER, AliasKind.NEGATIVE),
}  # fmt: skip
ROLES = ("head_of_state", "head_of_government", "foreign_minister", "official")
NAME = re.compile(r"[A-Z][\w'’-]+(?: (?:[A-Z][\w'’.-]+|of|bin|el-\w+)){0,3}")
PHRASE = re.compile(r"[a-z]{3,}(?: [a-z]{2,}){0,2}")


def edited(entry: Entry, texts: Sequence[str], dice: random.Random) -> Entry:
    """Return the entry with one to three things changed, with words that the texts hold."""
    for _ in range(dice.choice((1, 1, 2, 3))):
        choices = [_add_alias, _add_alias, _drop_alias, _change_alias, _change_context]
        if entry.kind is Kind.ACTOR:
            choices += [_change_offices, _change_offices]
        entry = dice.choice(choices)(entry, texts, dice)
    return entry


def _words(texts: Sequence[str], dice: random.Random, pattern: re.Pattern[str]) -> str:
    found = pattern.findall(dice.choice(texts)) or ["Nowhere at all"]
    words: str = dice.choice(found)
    return words[:60].strip()


def _add_alias(entry: Entry, texts: Sequence[str], dice: random.Random) -> Entry:
    kind = dice.choice(KINDS[entry.kind])
    words = _words(texts, dice, PHRASE if kind is AliasKind.TRIGGER else dice.choice((NAME, NAME, PHRASE)))
    if kind is AliasKind.TRIGGER:
        ending = dice.choice(("", "", "*", f" ... {_words(texts, dice, PHRASE)}"))
        words = (words[: max(4, len(words) // 2)] if ending == "*" else words) + ending
    if kind is AliasKind.NEGATIVE and entry.aliases:
        words = dice.choice((words, f"{words} {dice.choice(entry.aliases).text}"))
    known = {(alias.text, alias.kind) for alias in entry.aliases}
    if (words, kind) in known:
        return entry
    alias = Alias(
        words, kind, weight=dice.randint(1, 5), is_case_sensitive=dice.random() < 0.8,
        is_ambiguous=dice.random() < 0.3, context=_some(texts, dice), counter_context=_some(texts, dice),
    )  # fmt: skip
    return replace(entry, aliases=(*entry.aliases, alias))


def _some(texts: Sequence[str], dice: random.Random) -> tuple[str, ...]:
    return tuple(_words(texts, dice, PHRASE) for _ in range(dice.choice((0, 0, 1, 3))))


def _drop_alias(entry: Entry, texts: Sequence[str], dice: random.Random) -> Entry:
    gone = dice.choice(entry.aliases) if entry.aliases else None
    return replace(entry, aliases=tuple(alias for alias in entry.aliases if alias is not gone))


def _change_alias(entry: Entry, texts: Sequence[str], dice: random.Random) -> Entry:
    if not entry.aliases:
        return entry
    place = dice.randrange(len(entry.aliases))
    changes: dict[str, object] = dice.choice(
        (
            {"weight": dice.randint(1, 5)},
            {"is_ambiguous": dice.random() < 0.5, "weight": dice.randint(1, 5)},
            {"is_case_sensitive": dice.random() < 0.5},
            {"context": _some(texts, dice), "is_ambiguous": True},
            {"counter_context": _some(texts, dice)},
        )
    )
    aliases = list(entry.aliases)
    aliases[place] = replace(aliases[place], **changes)  # type: ignore[arg-type]  # of several types
    return replace(entry, aliases=tuple(aliases))


def _change_context(entry: Entry, texts: Sequence[str], dice: random.Random) -> Entry:
    if dice.random() < 0.3:
        return replace(entry, is_ambiguous=not entry.is_ambiguous)
    name = dice.choice(("context", "counter_context"))
    return replace(entry, **{name: (*getattr(entry, name)[1:], *_some(texts, dice))})


def _change_offices(entry: Entry, texts: Sequence[str], dice: random.Random) -> Entry:
    offices = list(entry.offices)
    if offices and dice.random() < 0.7:
        place = dice.randrange(len(offices))
        office = offices.pop(place)
        if dice.random() < 0.7:
            start = dice.choice((office.start_on, _day(dice), None))
            end = dice.choice((office.end_on, _day(dice), None))
            if start and end and start > end:
                start, end = end, start
            offices.insert(
                place, replace(office, start_on=start, end_on=end, role=dice.choice((office.role, *ROLES)))
            )
    else:
        of = offices[0].of if offices else dice.choice(("ru", "us", "fr", "un"))
        offices.append(Office("President", dice.choice(ROLES), of, _day(dice), None))
    return replace(entry, offices=tuple(offices))


def _day(dice: random.Random) -> dt.date:
    return dt.date(1985, 1, 1) + dt.timedelta(days=dice.randrange(15_000))
