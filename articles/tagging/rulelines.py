"""A tag's rule as lines that people read and write: one name, phrase or office on each.

    Kremlin
    Georgia | ambiguous | for: Tbilisi, Batumi | against: Atlanta
    expel* ... diplomats | 4
    2012-05-07.. ru head_of_state, President

Behind the words stands only what is not as usual: the weight, how letters count, what else speaks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from articles.tagging.datafiles import DataError, read_office
from articles.tagging.folding import fold_name
from articles.tagging.records import GAP, Alias, AliasKind, Entry, Kind, Office

USUAL_WEIGHT = 5
LONGEST_TEXT = 200  # characters, as the column has it
MOST_LINES = 2_000  # of one field
MOST_STARS = 2  # inside a phrase: each multiplies the forms that are looked for
# The kinds of names that each kind of tag has.
KINDS: Mapping[Kind, tuple[AliasKind, ...]] = {
    Kind.ACTOR: (AliasKind.NAME, AliasKind.SURNAME, AliasKind.NEGATIVE),
    Kind.COUNTRY: (
        AliasKind.NAME, AliasKind.DEMONYM, AliasKind.CAPITAL, AliasKind.PLACE, AliasKind.METONYM,
        AliasKind.FORMER, AliasKind.NEGATIVE,
    ),
    Kind.ORGANISATION: (AliasKind.NAME, AliasKind.METONYM, AliasKind.NEGATIVE),
    Kind.TOPIC: (AliasKind.TRIGGER, AliasKind.NEGATIVE),
}  # fmt: skip
MARKS = "a weight from 1 to 5, 'any case', 'as written', 'ambiguous', 'for: …' or 'against: …'"


@dataclass(frozen=True, slots=True)
class LineError(ValueError):
    """A line that is no part of a rule: its number in its field, and what is wrong."""

    number: int
    problem: str

    def __str__(self) -> str:
        return f"Line {self.number}: {self.problem}."


def write_alias(kind: Kind, alias: Alias) -> str:
    """Return an alias as a line: its words, and behind them what is not as usual."""
    marks = [alias.text]
    if alias.weight != USUAL_WEIGHT:
        marks.append(str(alias.weight))
    if alias.is_case_sensitive != _is_written(kind, alias.text):
        marks.append("as written" if alias.is_case_sensitive else "any case")
    if alias.is_ambiguous:
        marks.append("ambiguous")
    for name, words in (("for", alias.context), ("against", alias.counter_context)):
        if words:
            marks.append(f"{name}: {', '.join(words)}")
    return " | ".join(marks)


def write_office(office: Office) -> str:
    """Return an office as a line, as the gazetteer's files have it."""
    start, end = (day.isoformat() if day else "" for day in (office.start_on, office.end_on))
    unsure = "" if office.is_end_known else "?"
    return f"{start}..{end}{unsure} {office.of} {office.role}, {office.title}"


def write_rule(entry: Entry) -> dict[str, str]:
    """Return the lines of an entry's rule by field: kinds of names, offices, context words."""
    kinds = dict.fromkeys((*KINDS[entry.kind], *(alias.kind for alias in entry.aliases)))
    lines = {
        kind.value: [write_alias(entry.kind, alias) for alias in entry.aliases if alias.kind is kind]
        for kind in kinds
    }
    if entry.kind is Kind.ACTOR:
        lines["offices"] = [write_office(office) for office in entry.offices]
    lines |= {"context": list(entry.context), "counter_context": list(entry.counter_context)}
    return {name: "\n".join(texts) for name, texts in lines.items()}


def read_rule(
    entry: Entry, lines: Mapping[str, str], *, is_ambiguous: bool, places: Collection[str]
) -> tuple[Entry, dict[str, list[LineError]]]:
    """Return the entry with the rule that the lines tell, and the lines that cannot be read, by field.

    A line that is as it was means what it meant.  ``places`` are the keys that an office may be of.
    """
    errors: dict[str, list[LineError]] = {}
    aliases: list[Alias] = []
    for name, text in lines.items():
        if name in set(AliasKind):
            found, errors[name] = _read_aliases(entry, AliasKind(name), text)
            aliases += found
    offices: Sequence[Office] = entry.offices
    if "offices" in lines:
        offices, errors["offices"] = _read_offices(entry, lines["offices"], places)
    changed = replace(
        entry,
        aliases=_in_order(entry.aliases, aliases, lambda alias: (alias.text, alias.kind)),
        offices=_in_order(entry.offices, offices, lambda office: office),
        context=_words(lines.get("context", "")),
        counter_context=_words(lines.get("counter_context", "")),
        is_ambiguous=is_ambiguous,
    )
    return changed, {name: problems for name, problems in errors.items() if problems}


def _is_written(kind: Kind, text: str) -> bool:
    """Return whether words usually count only as they are written: a topic's in small letters do not."""
    return kind is not Kind.TOPIC or text != text.lower()


def _read_aliases(entry: Entry, kind: AliasKind, text: str) -> tuple[list[Alias], list[LineError]]:
    known = {write_alias(entry.kind, alias): alias for alias in entry.aliases if alias.kind is kind}
    found: dict[str, Alias] = {}
    errors: list[LineError] = []
    for number, line in _lines(text, errors):
        try:
            alias = known.get(line) or _read_alias(entry.kind, kind, number, line)
            if alias.text in found:
                raise LineError(number, f"{alias.text!r} stands here twice")
            found[alias.text] = alias
        except LineError as error:
            errors.append(error)
    return list(found.values()), errors


def _lines(text: str, errors: list[LineError]) -> Iterable[tuple[int, str]]:
    lines = text.replace("\0", "").splitlines()
    if len(lines) > MOST_LINES:
        errors.append(LineError(MOST_LINES + 1, f"there is room for {MOST_LINES:,} lines"))
        return []
    return [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]


def _read_alias(tag: Kind, kind: AliasKind, number: int, line: str) -> Alias:
    words, *marks = (part.strip() for part in line.split("|"))
    _check_words(kind if kind is AliasKind.TRIGGER or tag is Kind.TOPIC else None, number, words)
    if kind not in KINDS[tag]:
        raise LineError(number, f"a {tag.value} has no {kind.value}; the tagger could not use {words!r}")
    values: dict[str, object] = {}
    for mark in marks:
        name, colon, rest = mark.partition(":")
        if mark in {"1", "2", "3", "4", "5"}:
            values["weight"] = int(mark)
        elif mark in {"any case", "as written"}:
            values["is_case_sensitive"] = mark == "as written"
        elif mark == "ambiguous":
            values["is_ambiguous"] = True
        elif colon and name.strip() in {"for", "against"}:
            column = "context" if name.strip() == "for" else "counter_context"
            values[column] = tuple(dict.fromkeys(filter(None, map(str.strip, rest.split(",")))))
        else:
            raise LineError(number, f"{mark!r} is not known; behind the words stands {MARKS}")
    usual = {"is_case_sensitive": _is_written(tag, words)}
    return Alias(words, kind, **(usual | values))  # type: ignore[arg-type]  # columns of several types


def _check_words(phrase: AliasKind | None, number: int, words: str) -> None:
    """Refuse words that the matcher could not look for."""
    if len(words) > LONGEST_TEXT:
        raise LineError(number, f"{words[:40]!r}… is longer than {LONGEST_TEXT} characters")
    halves = words.split(GAP) if phrase else [words]
    if len(halves) > 2 or "..." in words.replace(GAP, " ", 1):
        raise LineError(number, f"{words!r}: put one ' ... ' between two halves")
    for half in halves:
        if not fold_name(half.replace("*", "")):
            raise LineError(number, f"{words!r} holds no letter to look for")
        if phrase and any(not word.strip("*") for word in half.split()):
            raise LineError(number, f"{words!r}: let * be a part of a word only")
        if phrase and half.rstrip("*").count("*") > MOST_STARS:
            raise LineError(number, f"{words!r}: at most {MOST_STARS} * inside a phrase")
    if not phrase and "*" in words:
        raise LineError(number, f"{words!r}: only the phrases of a topic may have a *")


def _read_offices(entry: Entry, text: str, places: Collection[str]) -> tuple[list[Office], list[LineError]]:
    known = {write_office(office): office for office in entry.offices}
    found: dict[Office, None] = {}
    errors: list[LineError] = []
    for number, line in _lines(text, errors):
        office = known.get(line)
        try:
            office = office or read_office("offices", entry.slug, line)
        except DataError as error:
            errors.append(LineError(number, str(error).partition(": ")[2]))
            continue
        if office.of not in places:
            errors.append(LineError(number, f"no country or organisation in use has the key {office.of!r}"))
        elif len(office.title) > LONGEST_TEXT:
            errors.append(LineError(number, f"the title is longer than {LONGEST_TEXT} characters"))
        else:
            found[office] = None
    return list(found), errors


def _words(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.replace("\0", "").splitlines())
    return tuple(dict.fromkeys(line[:LONGEST_TEXT] for line in lines if line))[:MOST_LINES]


def _in_order[Part](
    before: Sequence[Part], after: Iterable[Part], name: Callable[[Part], object]
) -> tuple[Part, ...]:
    """Return the parts in the order of their rows: those that were there in theirs, then the new ones."""
    by_name = {name(part): part for part in after}
    kept = [by_name.pop(name(part)) for part in before if name(part) in by_name]
    return (*kept, *by_name.values())
