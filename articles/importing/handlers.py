"""python-frontmatter's handlers, made safe: one block of front matter into text, lists and mappings.

Every scalar stays the text that was written: ``NO`` is no boolean, ``12:30`` no number, ``2025-02-30`` is for
`dates` to judge.  Every handler refuses a key that stands twice.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler, JSONHandler, YAMLHandler

from articles.importing.decoding import clean
from articles.importing.troubles import Trouble

type Value = str | list[Value] | dict[str, Value]

MAX_BLOCK = 65_536  # characters; the longest front matter of 79,142 surveyed had a tenth of this
MAX_NESTING = 16  # indicators in a row
MAX_BRACKETS = 500
MAX_DIGITS = 1_000
NEVER = re.compile(r"(?!)")  # our own code finds the fences

# `- - - -`, `? ? ? ?`: 53 kB of them crash libyaml, and no except clause catches that.
NESTED_INDICATORS = re.compile(rf"(?:[-?:][ \t]+){{{MAX_NESTING}}}")
DOTTED_KEY = re.compile(rf"^[ \t\[]*(?:[^\s.=#]+[ \t]*\.[ \t]*){{{MAX_NESTING}}}", re.MULTILINE)
MERGE_KEY = re.compile(r"""(?:^|[\s{\[,?-])["']?<<["']?[ \t]*:""", re.MULTILINE)
ANCHOR = re.compile(r"(?<![^\s\[{,])&([^\s\[\]{},]+)")
ALIAS = re.compile(r"(?<![^\s\[{,])\*([^\s\[\]{},]+)")
DIGITS = re.compile(r"\d+")


class BlockError(ValueError):
    """Front matter that cannot be parsed; ``line`` counts from the block's first, 0, and may be unknown."""

    kind = Trouble.BROKEN_FRONT_MATTER

    def __init__(self, reason: str, line: int | None = None, *, remedy: str = "correct that line") -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason = reason
        self.remedy = remedy
        self.line = line


class RefusedError(BlockError):
    """Front matter that must not reach its parser."""

    kind = Trouble.REFUSED_FRONT_MATTER


class DoubleKeyError(BlockError):
    """Front matter in which a key stands twice."""

    kind = Trouble.DOUBLE_KEY


# libyaml where there is one: 917 surveyed files load with it and not with the Python loader.
class TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # a computed base
    """Loads mappings, sequences and text; any tag (``!!python/...``, ``!!int``, ``!foo``) is an error."""

    yaml_implicit_resolvers: dict[str, object] = {}
    yaml_constructors: dict[str | None, object] = {}
    yaml_multi_constructors: dict[str | None, object] = {}

    def construct_text_mapping(self, node: yaml.MappingNode) -> dict[str, object]:
        """Return the mapping; raise BlockError for a key that is no text or stands twice."""
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                remedy = "put a value that starts with { or [ in quotes"
                raise BlockError("a key is not text", key_node.start_mark.line, remedy=remedy)
            if key_node.value in values:
                raise _twice(key_node.value, key_node.start_mark.line)
            values[key_node.value] = self.construct_object(value_node, deep=True)
        return values

    def construct_text_sequence(self, node: yaml.SequenceNode) -> list[object]:
        """Return the sequence as a list."""
        return [self.construct_object(child, deep=True) for child in node.value]


TextLoader.add_constructor("tag:yaml.org,2002:str", yaml.SafeLoader.construct_scalar)
TextLoader.add_constructor("tag:yaml.org,2002:seq", TextLoader.construct_text_sequence)
TextLoader.add_constructor("tag:yaml.org,2002:map", TextLoader.construct_text_mapping)
TextLoader.add_constructor(None, yaml.SafeLoader.construct_undefined)


UNCLOSED_QUOTE = "found unexpected end of stream"
UNCLOSED_LIST, UNCLOSED_MAPPING = "did not find expected ',' or ']'", "did not find expected ',' or '}'"
UNCLOSED = frozenset({UNCLOSED_QUOTE, UNCLOSED_LIST, UNCLOSED_MAPPING})
# What libyaml says, in the words of somebody who did not write a parser.
YAML_PROBLEMS = {
    UNCLOSED_QUOTE: "a quotation mark is opened here and not closed",
    "mapping values are not allowed in this context": "a second colon stands in the value",
    "could not find expected ':'": "there is no colon after the key",
    "did not find expected key": "a key is not where one belongs, or a value needs quotation marks",
    "found character that cannot start any token": "a tab, or a sign that needs quotation marks",
    "found a tab character that violates indentation": "there is a tab at the start; indent with spaces",
    UNCLOSED_LIST: "a list is opened with [ and not closed",
    UNCLOSED_MAPPING: "a mapping is opened with { and not closed",
}


# The same of the standard library's parsers.
TOML_PROBLEMS = {
    "Invalid value": "a value without its quotation marks",
    "Illegal character '\\n'": "a quotation mark is opened here and not closed",
    "Unterminated string": "a quotation mark is opened here and not closed",
    "Expected '=' after a key in a key/value pair": "there is no = after the key",
    "Invalid statement": "it does not begin with a key",
    "Expected newline or end of document after a statement": "there is more behind the value",
    "Invalid date or datetime": "a date that does not exist",
    "Unclosed array": "a list is opened with [ and not closed",
    "Unescaped '\\' in a string": "a \\ in double quotation marks; use single ones",
}
JSON_PROBLEMS = {
    "Expecting ',' delimiter": "a comma, or a bracket at the end, is missing",
    "Expecting ':' delimiter": "there is no colon after the key",
    "Expecting property name enclosed in double quotes": "a key without its double quotation marks",
    "Expecting value": "a value is missing, or lacks its quotation marks",
    "Unterminated string starting at": "a quotation mark is opened here and not closed",
    "Invalid control character at": "a text goes on over the end of its line",
    "Extra data": "there is more behind the last bracket",
}
NO_CONSTRUCTOR = re.compile(
    r"could not determine a constructor for the tag '(?:tag:yaml\.org,2002:(.*)|(.*))'"
)


def json_problem(error: json.JSONDecodeError) -> str:
    """Return what is wrong with JSON, in plain words."""
    return JSON_PROBLEMS.get(error.msg, error.msg.lower())


class TextYAMLHandler(YAMLHandler):
    """YAML, every scalar as written; bombs are refused before libyaml sees them."""

    def load(self, fm: str, **kwargs: object) -> Any:  # noqa: ANN401  # as the library has it
        """Return the block's mapping (or whatever it is); raise BlockError."""
        refuse_bombs(fm)
        try:
            return super().load(fm, **{"Loader": TextLoader, **kwargs})
        except yaml.MarkedYAMLError as error:
            # The line after or the end is where libyaml noticed; the mend is where mark or bracket opened.
            opening = error.context_mark if error.problem in UNCLOSED else None
            mark = opening or error.problem_mark or error.context_mark
            if tag := NO_CONSTRUCTOR.fullmatch(error.problem or ""):
                name = f"!!{tag[1]}" if tag[1] else tag[2]
                reason = f"the tag `{name}` is not read"
                raise BlockError(reason, mark.line if mark else None, remedy="remove it") from error
            problem = YAML_PROBLEMS.get(error.problem or "", error.problem or "it is not YAML")
            if mark and _begins_with_tab(fm, mark.line):
                problem = "there is a tab at the start; indent with spaces"
            raise BlockError(f"broken YAML: {problem}", mark.line if mark else None) from error
        except yaml.YAMLError as error:
            raise BlockError(f"broken YAML: {' '.join(str(error).split())}") from error


class TextJSONHandler(JSONHandler):
    """JSON, every number as written; the braces may be missing, as between `;;;` fences."""

    def load(self, fm: str, **kwargs: object) -> Any:  # noqa: ANN401  # as the library has it
        """Return the block's mapping; raise BlockError."""
        refuse_size(fm)
        fm = fm if fm.lstrip().startswith(("{", "[")) else "{" + fm + "}"
        try:
            return super().load(
                fm, object_pairs_hook=unique, parse_int=str, parse_float=str, parse_constant=str, **kwargs
            )
        except json.JSONDecodeError as error:
            raise BlockError(f"broken JSON: {json_problem(error)}", error.lineno - 1) from error


class TextTOMLHandler(BaseHandler):
    """TOML by the standard library: python-frontmatter's own handler needs a package nobody keeps."""

    FM_BOUNDARY = NEVER

    def load(self, fm: str, **kwargs: object) -> dict[str, object]:
        """Return the block's mapping; raise BlockError."""
        refuse_size(fm)
        if DOTTED_KEY.search(fm):
            raise RefusedError(f"a key of more than {MAX_NESTING} parts", remedy="write plain keys")
        try:
            return tomllib.loads(fm + "\n", parse_float=str)
        except tomllib.TOMLDecodeError as error:
            where = re.search(r" \(at line (\d+), column \d+\)", str(error))
            reason = str(error).replace(where[0], "") if where else str(error)
            line = int(where[1]) - 1 if where else None
            if reason == "Cannot overwrite a value":
                raise DoubleKeyError("a key stands there twice", line, remedy="keep one") from error
            problem = TOML_PROBLEMS.get(reason, f"{reason[:1].lower()}{reason[1:]}")
            raise BlockError(f"broken TOML: {problem}", line) from error


class HeaderHandler(BaseHandler):
    """``Title: ...`` lines of Pelican, ``title:: ...`` of Logseq; an indented line goes on with the value."""

    FM_BOUNDARY = NEVER
    LINE = re.compile(r"(?P<key>[^\W\d][\w .()-]{0,40}?)[ \t]*::?(?:[ \t]+(?P<value>.*))?")

    def load(self, fm: str, **kwargs: object) -> dict[str, object]:
        """Return the header's mapping; raise BlockError."""
        refuse_size(fm)
        pairs: list[tuple[str, object]] = []
        for number, line in enumerate(fm.split("\n")):
            if not line.strip():
                continue
            match = self.LINE.fullmatch(line)
            if match:
                pairs.append((match["key"], _unquoted((match["value"] or "").strip())))
            elif pairs and line[0] in " \t":
                key, value = pairs[-1]
                pairs[-1] = (key, f"{value} {line.strip()}".strip())
            else:
                remedy = "leave an empty line before the text"
                raise BlockError("a line of the header is not `Key: value`", number, remedy=remedy)
        return unique(pairs)


class BulletHandler(HeaderHandler):
    """``- **Key**: value`` lines at the head of a text, with or without bullets."""

    # Matches `- **Source:** BBC` and `**Source**: BBC`; not `- **Russia** said`.
    LINE = re.compile(
        r"(?:[-*+][ \t]+)?\*\*(?P<key>[^\W\d][\w .-]{0,40}?)(?::\*\*|\*\*[ \t]*:)(?:[ \t]+(?P<value>.*))?"
    )


class NoteHandler(HeaderHandler):
    """``- Key: value`` lines below a heading that says what they are."""

    LINE = re.compile(r"[-*+][ \t]+(?P<key>[^\W\d][\w .-]{0,40}?):(?:[ \t]+(?P<value>.*))?")


class FieldHandler(HeaderHandler):
    """``:key: value`` lines of reStructuredText, ``#+KEY: value`` of Org."""

    LINE = re.compile(r"(?:#\+|:)(?P<key>[^\W\d][\w .()-]{0,40}?):(?:[ \t]+(?P<value>.*))?")


class DottedHandler(HeaderHandler):
    """``.. key: value`` lines of Nikola."""

    LINE = re.compile(r"[ \t]*\.\.[ \t]+(?P<key>[^\W\d][\w.-]{0,40}?):(?:[ \t]+(?P<value>.*))?")


YAML, JSON, TOML, HEADER, BULLETS, NOTES, FIELDS, DOTTED = (
    TextYAMLHandler(),
    TextJSONHandler(),
    TextTOMLHandler(),
    HeaderHandler(),
    BulletHandler(),
    NoteHandler(),
    FieldHandler(),
    DottedHandler(),
)


def _begins_with_tab(block: str, line: int) -> bool:
    """Return whether a line of a block, from 0, is indented with a tab."""
    return any(text.startswith("\t") for text in block.split("\n")[line : line + 1])


def _unquoted(value: str) -> str:
    """Return a header's value without the quotation marks that stand around all of it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]:
        return value[1:-1]
    return value


def refuse_size(block: str) -> None:
    """Raise RefusedError for front matter that no person wrote: too long, or nested out of all measure."""
    if len(block) > MAX_BLOCK:
        reason = f"{len(block):,} characters of front matter, more than {MAX_BLOCK:,}"
        raise RefusedError(reason, remedy="move text to the body")
    if (openings := block.count("[") + block.count("{")) > MAX_BRACKETS:
        reason = f"{openings} brackets in the front matter, more than {MAX_BRACKETS}"
        raise RefusedError(reason, remedy="write plain lists")
    for number in DIGITS.finditer(block) if len(block) > MAX_DIGITS else ():
        if len(number[0]) > MAX_DIGITS:
            reason = f"a number of more than {MAX_DIGITS} digits"
            raise RefusedError(reason, block.count("\n", 0, number.start()), remedy="remove it")


def refuse_bombs(block: str) -> None:
    """Raise RefusedError for YAML that would crash or hang its parser; plain search, nothing is parsed.

    Nesting by indentation needs no limit of its own: 64 kB hold 360 levels at most.
    """
    refuse_size(block)
    if found := NESTED_INDICATORS.search(block):
        line = block.count("\n", 0, found.start())
        raise RefusedError("lists nested too deep", line, remedy="write one `- ` a line")
    if "<<" in block and (found := MERGE_KEY.search(block)):
        line = block.count("\n", 0, found.end())
        raise RefusedError("merge keys (`<<:`) are not read", line, remedy="write the values out")
    if "&" in block and "*" in block:
        anchors = {found[1] for found in ANCHOR.finditer(block)}
        for found in ALIAS.finditer(block):
            if found[1] in anchors:
                line = block.count("\n", 0, found.start())
                raise RefusedError(f"the alias `*{found[1]}` is not read", line, remedy="write the value out")


def unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs as a mapping; raise BlockError for a key that stands twice."""
    values: dict[str, object] = {}
    for key, value in pairs:
        if key in values:
            raise _twice(key)
        values[key] = value
    return values


def _twice(key: str, line: int | None = None) -> BlockError:
    return DoubleKeyError(f"the key {key!r} stands there twice", line, remedy="keep one")


def as_text(value: object) -> Value:
    """Return a parsed value with every scalar as text, cleaned of control characters."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): as_text(child) for key, child in value.items()}
    if isinstance(value, list):
        return [as_text(child) for child in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return "" if value is None else str(value)
