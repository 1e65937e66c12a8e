"""Finds the front matter of a text, whatever its kind, and has python-frontmatter's handlers parse it.

The library's own search returns an empty mapping, without a word, for a fence that is never closed, for
``---json``, for headers without fences; and it drops the text between two rules.  So the fence is found here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile

from frontmatter.default_handlers import BaseHandler

from articles.importing.decoding import CONTROLS, left_out
from articles.importing.handlers import (
    JSON,
    TOML,
    YAML,
    BlockError,
    RefusedError,
    Value,
    as_text,
    json_problem,
)
from articles.importing.keys import free_name, same_key
from articles.importing.problems import ClippingError, Notice
from articles.importing.troubles import Trouble
from articles.importing.unfenced import RULE, Block, notes_block, unfenced_block

__all__ = ["Block", "FrontMatter", "find_block", "read_front_matter"]


@dataclass(frozen=True, slots=True)
class Fence:
    """One way to mark front matter: the lines that open and close it, and who parses what is between."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    handler: BaseHandler


def _fence(opening: str, closing: str, handler: BaseHandler) -> Fence:
    return Fence(re.compile(opening + r"[ \t]*"), re.compile(closing + r"[ \t]*"), handler)


FENCES = (
    _fence(r"-{3,}[ \t]*(?:ya?ml)?(?:[ \t]+#.*)?", r"(?:-{3,}|\.{3})", YAML),
    _fence(r"-{3,}[ \t]*json", r"-{3,}", JSON),
    _fence(r"-{3,}[ \t]*toml", r"-{3,}", TOML),
    _fence(r"\+{3,}", r"\+{3,}", TOML),
    _fence(r";{3,}", r";{3,}", JSON),
    _fence(r"`{3,}[ \t]*ya?ml", r"`{3,}", YAML),
    _fence(r"`{3,}[ \t]*json", r"`{3,}", JSON),
    _fence(r"`{3,}[ \t]*toml", r"`{3,}", TOML),
)
# Matches `<!-- made by a program -->` above a fence.
COMMENT_ABOVE = re.compile(r"<!--(?:(?!-->)[^\n]){0,2000}-->[ \t]*\n\s*(?=(?:---|\+\+\+)[ \t]*\n)")
# What the first line inside a YAML fence looks like: `key:`, `"key":`, `- item`, `{`, `# comment`; not prose.
YAML_LINE = re.compile(
    r"""(?:["']?[\w][\w .\-/@]{0,60}["']?[ \t]*:(?:\s|$)|[-?][ \t]|[\[{&!#%<~]|["'].*["'][ \t]*:)"""
)
# `key: value`, `key = value`, `- item`, an indented line, `# comment`; not "The text: it goes on for long."
HEAD_LINE = re.compile(r"""["']?\w[\w.\-/@]*(?: \w+)?["']?[ \t]*[:=](?:\s|$)|[ \t]+\S|-[ \t]|#""")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Front matter as parsed, every scalar a text, and the body that follows it."""

    values: dict[str, Value]
    body: str
    body_line: int = 1
    notices: tuple[Notice, ...] = ()
    block: str = field(default="", repr=False)
    block_line: int = 1
    is_given: bool = True

    def line_of(self, key: str) -> int | None:
        """Return the line of the file on which a top-level key stands; None if it cannot be found again."""
        pattern = rf"""^[ \t]*(?:[-*+{{:][ \t]*|#\+)?[*"']*{re.escape(key)}[*"']*[ \t]*[:=]"""
        match = re.search(pattern, self.block, re.MULTILINE)
        return self.block_line + self.block.count("\n", 0, match.start()) if match else None


def read_front_matter(text: str) -> FrontMatter:
    """Return a text's front matter and body; a text without any has no values.

    Raise ClippingError for a fence that is not closed, a block that cannot be parsed, is no mapping or would
    harm its parser.
    """
    block = find_block(text)
    if block is None:
        return FrontMatter({}, text, is_given=False)
    front = _read(block)
    notes = notes_block(front.body) if block.handler in {YAML, TOML, JSON} else None
    return _with_notes(text, front, notes) if notes else front


def _with_notes(text: str, front: FrontMatter, block: Block) -> FrontMatter:
    """Return front matter with what a list of metadata at the head of the body adds to it."""
    given = {same_key(key): value for key, value in front.values.items() if value}
    notes = _read(replace(block, line=front.body_line + block.line - 1))
    values = dict(front.values)
    for key, value in notes.values.items():
        if same_key(key) not in given:
            values[key] = value
        elif value != given[same_key(key)]:
            values[free_name((f"metadata_{key}",), values)] = value
    end = front.body_line + block.body_line + block.above.count("\n") - 1
    lines = text.split("\n")[front.block_line - 1 : end - 1]
    body_line = front.body_line + block.body_line - 1
    return FrontMatter(values, block.body, body_line, front.notices, "\n".join(lines), front.block_line)


def _read(block: Block) -> FrontMatter:
    """Return what a block says and the body below it; raise ClippingError as `read_front_matter` does."""
    try:
        parsed, notices = _parse(block)
        values = as_text(parsed)
    except BlockError as error:
        raise ClippingError(str(error), block.file_line(error.line) or block.line, error.kind) from error
    except (ValueError, TypeError, RecursionError) as error:
        reason = f"the front matter cannot be read ({type(error).__name__}); write plain `key: value` lines"
        raise ClippingError(reason, block.line, Trouble.BROKEN_FRONT_MATTER) from error
    if not isinstance(values, dict):
        if values:
            kind = "a list" if isinstance(values, list) else "plain text"
            message = f"the front matter is {kind}; write `key: value` lines"
            raise ClippingError(message, block.line, Trouble.NO_MAPPING)
        values = {}
    return FrontMatter(values, block.body, block.body_line, tuple(notices), block.text, block.line)


def _parse(block: Block) -> tuple[object, list[Notice]]:
    """Return what the handler makes of a block; YAML that lacks quotes is read a second time with them."""
    try:
        parsed, notices = block.handler.load(block.text), []
    except RefusedError:
        raise
    except BlockError as error:
        repaired, quoted = _quoted(block.text) if block.handler is YAML else (block.text, [])
        if not quoted:
            raise
        try:
            parsed = block.handler.load(repaired)
        except BlockError:
            raise error from None
        message = f"{error.reason}; read as plain text: put such a value in quotes"
        if others := len(quoted) - 1:
            message += f", here and on {others} more line{'s' if others > 1 else ''}"
        notices = [Notice(message, block.file_line(quoted[0]), Trouble.MISSING_QUOTES)]
    if "\\" in block.text and (found := "".join(_controls(parsed))):
        # `"a\0b"`: an escape smuggles in what the text itself may not hold.
        notices.append(Notice(left_out(len(found), found[0]), block.line, Trouble.CONTROL_CHARACTERS))
    return parsed, notices


def _controls(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from CONTROLS.findall(value)
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _controls(child)


def find_block(text: str) -> Block | None:
    """Return a text's front matter, None if it has none; raise ClippingError if it is not closed."""
    start = len(text) - len(text.lstrip())
    start = text.rfind("\n", 0, start) + 1
    if note := COMMENT_ABOVE.match(text, start):
        # A program's note above the fence: it belongs to the body.
        return _below(note[0], text[note.end() :], text.count("\n", 0, note.end()))
    end = text.find("\n", start)
    first = text[start:] if end < 0 else text[start:end]
    for fence in FENCES:
        if fence.opening.fullmatch(first):
            return _fenced(text, start, fence)
    if first.startswith("{"):
        return _bare_json(text, start)
    return unfenced_block(text, start)


def _below(above: str, text: str, lines: int) -> Block | None:
    """Return the front matter of a text that stands below ``above``, after so many lines of the file."""
    try:
        block = find_block(text)
    except ClippingError as error:
        raise ClippingError(error.message, (error.line or 1) + lines, error.kind) from error
    if block is None:
        return None
    body_line = block.body_line + lines - above.count("\n")
    return replace(block, line=block.line + lines, body=above + block.body, body_line=body_line, above=above)


def _fenced(text: str, start: int, fence: Fence) -> Block | None:
    lines = text[start:].split("\n")
    line = text.count("\n", 0, start) + 2
    is_rule = RULE.fullmatch(lines[0]) and not _looks_like_yaml(lines)
    if is_rule:
        return None
    for number, content in enumerate(lines[1:], start=1):
        if content and fence.closing.fullmatch(content):
            block, body = "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
            return Block(fence.handler, block, line, body, line + number)
    marks = re.match(r"\W+", lines[0])
    closing = marks[0].strip() if marks else "---"
    message = (
        f"the front matter is not closed; add a line {closing!r} after the last line of the front matter"
    )
    last = 0 if fence.handler is JSON else _last_of_head(lines)
    raise ClippingError(message, line - 1 + last, Trouble.UNCLOSED_FENCE)


def _last_of_head(lines: list[str]) -> int:
    """Return the line, from 0, with which front matter seems to end; 0, its fence, if it has none."""
    return sum(1 for _ in takewhile(HEAD_LINE.match, lines[1:]))


def _looks_like_yaml(lines: list[str]) -> bool:
    """Return whether a line of hyphens opens front matter: the next line with text is no prose."""
    following = next((line for line in lines[1:] if line.strip()), "")
    return bool(YAML_LINE.match(following)) or bool(RULE.fullmatch(following) or following.strip() == "...")


def _bare_json(text: str, start: int) -> Block | None:
    """Return an object of JSON at the head of a text; ``{% include %}`` and ``{: .class}`` are none."""
    if not re.match(r'\{\s*["}]', text[start : start + 1000]):
        return None
    line = text.count("\n", 0, start) + 1
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise ClippingError(
            f"broken JSON: {json_problem(error)}; correct the front matter",
            error.lineno,
            Trouble.BROKEN_FRONT_MATTER,
        ) from error
    except (ValueError, RecursionError) as error:
        message = "the front matter cannot be read as JSON; simplify it"
        raise ClippingError(message, line, Trouble.BROKEN_FRONT_MATTER) from error
    block = text[start:end]
    return Block(JSON, block, line, text[end:].removeprefix("\n"), line + block.count("\n") + 1)


# Matches `title: Analysis: what next` and `- 'Zone' of fire`; must not match `- a: b`, `title: "all quoted:
# yes"`.
LINE_TO_QUOTE = re.compile(
    r"(?P<head>[^\s#\"'\[\]{}&*!|>%@`?:-][^:\n]*:[ \t]+|[ \t]*-[ \t]+(?=[\"'*&@`%]))"
    r"(?P<value>(?:[^\s\[{|>!#]|\{\{).*)"
)
WELL_QUOTED = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')[ \t]*(?:#.*)?""")


def _quoted(block: str) -> tuple[str, list[int]]:
    """Return a block of YAML with those values in quotes that YAML would not read as the text they are.

    And the lines, from 0, on which they stand.
    """
    lines, quoted = [], []
    for number, line in enumerate(block.split("\n")):
        match = LINE_TO_QUOTE.fullmatch(line)
        if match and not WELL_QUOTED.fullmatch(match["value"]):
            value = match["value"].rstrip()
            if ": " in value or value.endswith(":") or value[0] in "\"'*&@`%{":
                lines.append(match["head"] + json.dumps(value, ensure_ascii=False))
                quoted.append(number)
                continue
        lines.append(line)
    return "\n".join(lines), quoted
