"""The search box: one line as the parameters of a search, and a search as one line.

``country:ukraine -topic:oil "long-range missiles" from:bbc after:2025-08 putin`` means what the form's
parameters mean.  Any line can be read: what is not understood stays among the words, with a note on why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from articles.phrases import gettext, marked, pgettext, quoted
from articles.search.bounds import BoundError, read_bound
from articles.search.namebook import Known
from articles.search.query import MIN_PREFIX, OR, SUFFIXES, Match, plain, unbracketed

MAX_LINE = 500  # characters; a longer line is all words, and too long for that
MAX_OPERATORS = 20  # in one line; each is a look-up of names
MAX_CHOICES = 4  # of the things a value may mean, named in a note

# `-country:"new zealand`, `-"peace talks"` and `O'Brien` are one token each, `kyiv"talks"` is two.
_TOKEN = re.compile(r'-?(?P<name>[A-Za-z][A-Za-z-]*):(?P<value>"[^"]*"?|[^\s"]+)|-?"[^"]*"?|[^\s"]+')
# Matches (country: and -((country:ru; not f(country:ru).
_BRACKETED = re.compile(r"-?\(+(?P<name>[A-Za-z][A-Za-z-]*):")
BRACKETS = marked("brackets may only stand around what OR joins")


@dataclass(frozen=True, slots=True)
class Operator:
    """What may stand before a colon: which facets its values are of, or which bound of a date it is.

    ``values`` are all there are, where they are few.
    """

    name: str
    facets: tuple[str, ...] = ()
    match: Match = Match.ALL
    values: tuple[str, ...] = ()
    bound: str = ""  # the parameter of a date
    is_upper: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things a value may mean: its name, its parameter, and the words left once it is chosen.

    ``note`` is the number of the note that names it.
    """

    note: int
    name: str
    parameter: str
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """One line of the search box: the parameters it means, the words that are left, and what to tell.

    ``choices`` are what the notes name; they follow from the words.
    """

    parameters: tuple[tuple[str, str], ...]
    words: str
    notes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = field(default=(), compare=False)


type Resolve = Callable[[Operator, str], Sequence[Known]]


class _PuzzleError(Exception):
    """Part of a line that is not understood; the message is the note, ``meant`` what it may mean.

    Each is a name, a parameter and its value.
    """

    def __init__(self, message: str, meant: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__(message)
        self.meant = meant


def parse(
    line: str,
    operators: Mapping[str, Operator],
    resolve: Resolve,
    *,
    guess: Resolve = lambda operator, value: (),
    chosen: Collection[str] = (),
) -> Parsed:
    """Return what a line means; ``parse`` of the words that are left changes nothing any more.

    ``resolve`` returns what a value may mean, ``guess`` what one that means nothing may be short for.
    ``chosen`` are the facets of which one of several values is wanted already: a second such choice could
    not be told from the first.
    """
    tokens = _read_tokens(line, operators) if len(line) <= MAX_LINE else []
    count = sum(token.operator is not None for token in tokens)
    if count > MAX_OPERATORS:
        note = gettext(
            "at most %(most)s filters can be written in one line, these are %(count)s; leave some out"
        )
        return Parsed((), line, (note % {"most": MAX_OPERATORS, "count": count},))
    reading = _Reading(resolve, guess, set(chosen))
    for group in _groups(tokens):
        reading.take(group)
    parameters = tuple(dict.fromkeys(reading.parameters))
    words = " ".join(reading.words) if parameters else line
    return Parsed(parameters, words, tuple(reading.notes), tuple(reading.choices()))


def write(parameters: Iterable[tuple[str, str]], operators: Mapping[str, Operator]) -> str:
    """Return the line that means these parameters, words last; what no operator says is left out."""
    written = {}  # how each parameter is written before a colon
    for name, operator in reversed(list(operators.items())):
        if operator.bound:
            written[operator.bound] = name
        elif len(operator.facets) == 1:
            written[operator.facets[0] + SUFFIXES[operator.match]] = name
            if operator.match is Match.ALL:
                written[operator.facets[0] + SUFFIXES[Match.NOT]] = f"-{name}"
                written[operator.facets[0] + SUFFIXES[Match.ANY]] = name
    parts: dict[str, str] = {}
    words = ""
    for name, value in parameters:
        if name == "q":
            # Behind a filter this word would be read as what it is elsewhere.
            words = re.sub(rf"\A\s*{OR}(?!\S)", f'"{OR}"', value)
        elif name in written:
            said = (
                f"{written[name]}:{value}"
                if re.fullmatch(r'[^\s"]+', value)
                else f'{written[name]}:"{value}"'
            )
            joint = f" {OR} " if name.endswith(SUFFIXES[Match.ANY]) else " "
            parts[name] = f"{parts[name]}{joint}{said}" if name in parts else said
    return " ".join(filter(None, (*parts.values(), words)))


# --- Reading a line ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    """One word, phrase or operator with its value; ``is_bracketed``: a bracket keeps it from being one."""

    text: str
    is_excluded: bool
    name: str = ""
    value: str = ""
    operator: Operator | None = None
    is_bracketed: bool = False


def _read_tokens(line: str, operators: Mapping[str, Operator]) -> list[_Token]:
    """Return the tokens of a line, without punctuation."""
    tokens = []
    for match in _TOKEN.finditer(unbracketed(plain(line))):
        text = match[0]
        if any(map(str.isalnum, text)):
            name, value = (match["name"] or "").lower(), (match["value"] or "").strip('"').strip()
            if not value:
                bare = text.removeprefix("-").rstrip(':"').lower()
                name = bare if ":" in text and bare in operators else ""
            operator = operators.get(name) if value else None
            tokens.append(_Token(text, text.startswith("-"), name, value, operator))
            opened = _BRACKETED.match(text)
            is_closed = operator is not None and value.endswith(")") and "(" not in value
            if is_closed or (opened and opened["name"].lower() in operators):
                tokens[-1] = _Token(text, text.startswith("-"), is_bracketed=True)
    return tokens


def _groups(tokens: Sequence[_Token]) -> Iterable[list[_Token]]:
    """Return the tokens, those together that an OR joins; an OR that joins nothing is a word."""
    groups: list[list[_Token]] = []
    is_open = False
    for number, token in enumerate(tokens):
        following = tokens[number + 1] if number + 1 < len(tokens) else None
        if token.text == OR and groups and following and following.text != OR and not following.is_excluded:
            is_open = True
            continue
        if is_open:
            groups[-1].append(token)
        else:
            groups.append([token])
        is_open = False
    return groups


@dataclass(slots=True)
class _Reading:
    """What was read of a line so far."""

    resolve: Resolve
    guess: Resolve
    chosen: set[str]
    parameters: list[tuple[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # For a note and the words it is about, by their numbers: what they may mean.
    meant: dict[tuple[int, int], Sequence[tuple[str, str, str]]] = field(default_factory=dict)

    def choices(self) -> Iterator[Choice]:
        """Yield what the notes name, each with the words of the line that are no part of it."""
        for (note, place), meant in self.meant.items():
            others = " ".join((*self.words[:place], *self.words[place + 1 :]))
            for name, parameter, key in meant:
                yield Choice(note, name, parameter, key, others)

    def take(self, group: Sequence[_Token]) -> None:
        """Take what an OR joins, or a single token: as parameters if it can be, else as words."""
        operators = [token.operator for token in group if token.operator]
        # Quoted: it might come to stand between two words that it never joined.
        words = f" {OR} ".join(f'"{OR}"' if token.text == OR else token.text for token in group)
        try:
            if not operators:
                self.notes += filter(None, map(_hint, group))
                self.words.append(words)
            elif len(group) == 1:
                self.parameters += self._one(group[0], operators[0])
            else:
                self.parameters += self._choice(group)
        except _PuzzleError as puzzle:
            if len(group) == 1:  # of several, an OR joins the others
                self.meant[len(self.notes), len(self.words)] = puzzle.meant
            note = gettext("%(reason)s, so %(words)s is looked for as it stands")
            self.notes.append(note % {"reason": puzzle, "words": words})
            self.words.append(words)

    def _one(self, token: _Token, operator: Operator) -> list[tuple[str, str]]:
        if token.is_excluded and (operator.bound or operator.match is not Match.ALL):
            raise _PuzzleError(gettext("%(operator)s: cannot be excluded") % {"operator": operator.name})
        if operator.bound:
            try:
                read_bound(token.value, is_upper=operator.is_upper)
            except BoundError as error:
                raise _PuzzleError(error.reason) from error
            return [(operator.bound, token.value)]
        match = Match.NOT if token.is_excluded else operator.match
        facet, key = self._find(operator, token.value, match)
        return [(facet + SUFFIXES[match], key)]

    def _choice(self, group: Sequence[_Token]) -> list[tuple[str, str]]:
        if any(token.is_bracketed for token in group):
            raise _PuzzleError(gettext(BRACKETS))
        operator = group[0].operator
        if (
            operator is None
            or operator.match is not Match.ALL
            or operator.bound
            or any(token.operator is None or token.operator.facets != operator.facets for token in group)
        ):
            raise _PuzzleError(gettext("OR stands between words, or between values of one filter"))
        facet = operator.facets[0]
        if not group[0].is_excluded and facet in self.chosen:
            note = gettext("one choice of several values is made for %(facet)s: already")
            raise _PuzzleError(note % {"facet": facet})
        keys = [self._find(operator, token.value, Match.ANY)[1] for token in group]
        if group[0].is_excluded:
            return [(facet + SUFFIXES[Match.NOT], key) for key in keys]
        self.chosen.add(facet)
        return [(facet + SUFFIXES[Match.ANY], key) for key in keys]

    def _find(self, operator: Operator, value: str, match: Match) -> tuple[str, str]:
        found = self.resolve(operator, value)
        if len(found) == 1:
            return found[0].kind, found[0].key
        if found:
            raise _puzzle(operator, value, match, found)
        if operator.values:
            note = gettext("%(operator)s: takes %(values)s")
            raise _PuzzleError(note % {"operator": operator.name, "values": ", ".join(operator.values)})
        kind = operator.name if operator.facets == (operator.name,) else ""
        message = gettext(NOTHING_CALLED.get(kind, NOTHING_CALLED[""]))
        near = self.guess(operator, value)[:MAX_CHOICES]
        meant = [(one.name, one.kind + SUFFIXES[match], one.key) for one in near]
        raise _PuzzleError(message % {"value": quoted(value)}, meant)


# By the name of an operator; "" is for one that takes things of several kinds.
NOTHING_CALLED = {
    "actor": marked("no actor is called %(value)s"),
    "country": marked("no country is called %(value)s"),
    "organisation": marked("no organisation is called %(value)s"),
    "topic": marked("no topic is called %(value)s"),
    "outlet": marked("no outlet is called %(value)s"),
    "author": marked("no author is called %(value)s"),
    "language": marked("no language is called %(value)s"),
    "": marked("no thing is called %(value)s"),
}


def _puzzle(operator: Operator, value: str, match: Match, found: Sequence[Known]) -> _PuzzleError:
    """Return what to say of a value that may mean several things."""
    prefix = "main-" if operator.match is Match.MAIN else ""
    shown = found[:MAX_CHOICES]
    named = pgettext("between choices", " or ").join(
        f"{one.name} ({prefix}{one.kind}:{one.key})" for one in shown
    )
    if len(found) > MAX_CHOICES:
        note = gettext("%(value)s may be %(names)s and others")
    else:
        note = gettext("%(value)s may be %(names)s")
    meant = [(one.name, one.kind + SUFFIXES[match], one.key) for one in shown]
    return _PuzzleError(note % {"value": quoted(value), "names": named}, meant)


def _hint(token: _Token) -> str:
    """Return what to say of a word that looks as if more had been meant; nothing of most."""
    if token.is_bracketed:
        note = gettext("%(reason)s, so %(words)s is looked for as it stands")
        return note % {"reason": gettext(BRACKETS), "words": token.text}
    text = token.text.removeprefix("-")
    said = {"name": token.name, "text": token.text}
    if token.name and not token.value:
        note = gettext("nothing stands right behind %(name)s:, so %(text)s is looked for as it stands")
        return note % said
    if token.name and token.value[0] not in ":/":
        return gettext("there is no filter %(name)s:, so %(text)s is looked for as it stands") % said
    if '"' not in text and text.endswith("*"):
        begun = text.rstrip("*")
        if len(begun) < MIN_PREFIX or not begun.isalnum():
            note = gettext(
                "%(text)s is looked for without its star: before a star stand %(least)s letters or more, "
                "and nothing else"
            )
            return note % {"text": text, "least": MIN_PREFIX}
    return ""
