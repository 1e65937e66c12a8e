"""What else is wrong with a file that cannot be imported: it is read again without the line at fault.

So whoever mends a file learns of every fault at once, not of one with each import.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from articles.importing.clipping import read_clipping
from articles.importing.decoding import decode
from articles.importing.frontmatter import find_block
from articles.importing.handlers import TOML, YAML
from articles.importing.problems import ClippingError, Notice, as_notice
from articles.importing.sources import SourceFile
from articles.importing.troubles import Trouble

MAX_FAULTS = 10  # of one file, each told by itself; those beyond are counted, and their lines named
MAX_LINES = 10  # that are named then
MAX_REMARKS = 10  # beside the faults; all are made again when the file is imported
MIN_READINGS, MAX_READINGS = 10, 100  # each fault is one more reading
MAX_READ = 600_000  # characters in all of them, half a second
MAX_TEXT = 100_000  # characters read again, a tenth of a second: front matter has 65,536 at most
IN_FIELD = frozenset(
    {Trouble.BAD_DATE, Trouble.UNDECIDED_DATE, Trouble.BAD_TITLE, Trouble.BAD_BYLINE, Trouble.TOO_MANY_TAGS}
)
IN_BLOCK = frozenset({Trouble.BROKEN_FRONT_MATTER, Trouble.DOUBLE_KEY})
BY_LINE = (YAML, TOML)  # where the parser names the line at fault, and does without it
# How a key of its own begins: `date: 2025-10-17`, `"date" = `; not `- gas`, `  more text`, `]`.
KEY_LINE = re.compile(r"""["']?\w[\w .-]{0,60}["']?[ \t]*[:=](?:[ \t]|$)""")
LAST_COMMA = re.compile(r",(?=\s*(?:[}\]]|$))")  # matches that of `"a": 1, }`, not that of `"a": 1, "b"`
INDENT = re.compile(r"[ \t]*")


def faults_beside(source: SourceFile, first: ClippingError, *, day_first: bool | None) -> tuple[Notice, ...]:
    """Return what is wrong with a file besides the fault that reading it met first.

    What can only be told once that is mended is left out: whether what stood on its line is missing.
    """
    try:
        text, remarks = decode(source.content)
    except ClippingError:
        return ()
    faults, remarked, is_all = _read_on(source, _Copy(text[:MAX_TEXT]), first, day_first)
    told, others = faults[: MAX_FAULTS - 1], faults[MAX_FAULTS - 1 :]
    summed = [_sum_of(others, is_all=is_all)] if others else []
    return (*told, *summed, *remarked[:MAX_REMARKS], *remarks)


def _sum_of(faults: Sequence[Notice], *, is_all: bool) -> Notice:
    """Return one notice in the place of many: how many they are, and where."""
    lines = sorted({fault.line for fault in faults if fault.line})
    count = f"{'' if is_all else 'at least '}{len(faults)} more fault{'s' if len(faults) > 1 else ''}"
    where = ", ".join(map(str, lines[:MAX_LINES])) + (" ..." if len(lines) > MAX_LINES else "")
    on = f", on line{'s' if len(lines) > 1 else ''} {where}" if lines else ""
    return Notice(f"and {count}{on}; correct them as well", lines[0] if lines else None, faults[0].kind)


def _read_on(
    source: SourceFile, copy: _Copy, error: ClippingError, day_first: bool | None
) -> tuple[list[Notice], list[Notice], bool]:
    """Return each fault that reading meets once those before it are mended, and what reading then remarks.

    And whether that is all: a file of nothing but faults is not read to its end.
    """
    found: list[Notice] = []
    for _ in range(max(MIN_READINGS, min(MAX_READINGS, MAX_READ // (len(copy.text) or 1)))):
        if not copy.mend(error):
            return found, [], True
        try:
            clipping = read_clipping(replace(source, content=copy.text.encode()), day_first=day_first)
        except ClippingError as next_error:
            if copy.is_consequence(next_error, of=error):
                return found, [], True
            error = next_error
            if error.kind is not Trouble.NO_TITLE or not copy.is_incomplete:
                found.append(as_notice(error, copy.line_in_file(error.line)))
            continue
        placed = [replace(notice, line=copy.line_in_file(notice.line)) for notice in clipping.notices]
        return found, [notice for notice in placed if copy.is_sure_of(notice)], True
    return found, [], False


class _Copy:
    """The text of a file, out of which faults are taken one by one, and where its lines stand in the file."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._numbers = list(range(1, len(self._lines) + 1))
        self._gap: int | None = None  # where the last lines were taken out
        self._guessed_end: int | None = None  # the line of the file after which the front matter was closed
        self.is_incomplete = False

    @property
    def text(self) -> str:
        """Return the text as it stands now."""
        return "\n".join(self._lines)

    def line_in_file(self, line: int | None) -> int | None:
        """Return the line of the file that a line of the copy is, both from 1."""
        return self._numbers[line - 1] if line is not None and 0 < line <= len(self._numbers) else None

    def mend(self, error: ClippingError) -> bool:
        """Take a fault out; return whether the rest can be read then."""
        if error.kind is Trouble.NO_TITLE:
            return self._give_title()
        if error.line is None:
            return False
        if error.kind is Trouble.UNCLOSED_FENCE:
            return self._close(error.line)
        if error.kind in IN_BLOCK and "trailing comma" in error.message:
            return self._drop_comma(error.line - 1)
        return error.kind in IN_FIELD | IN_BLOCK and self._take_out(error.line - 1, error.kind)

    def is_consequence(self, error: ClippingError, *, of: ClippingError) -> bool:
        """Return whether an error only says that the one before it was not mended well."""
        if error.kind not in IN_BLOCK:
            return False
        is_repeated = (
            error.line is not None
            and error.line - 1 == self._gap
            and error.message == of.message
            and not KEY_LINE.match(self._lines[self._gap])  # the next key has the same fault
        )
        return is_repeated or not self._names_lines()

    def is_sure_of(self, notice: Notice) -> bool:
        """Return whether a remark is about the file, and not about what was done to the copy."""
        if self._guessed_end is not None:
            return notice.line is not None and notice.line <= self._guessed_end
        return not (self.is_incomplete and notice.kind is Trouble.NO_DATE)

    def _give_title(self) -> bool:
        block = find_block(self.text)
        if block is not None and block.body_line <= block.line:
            return False  # metadata below the title: it has one
        self._insert(block.body_line - 1 if block else 0, "# Untitled", "")
        return True

    def _close(self, line: int) -> bool:
        opening = next(number for number, content in enumerate(self._lines) if content.strip())
        if line - 1 <= opening or self._guessed_end is not None:
            return False
        marks = re.match(r"\W+", self._lines[opening])
        self._guessed_end = self.line_in_file(line)
        self.is_incomplete = True
        self._insert(line, marks[0].strip() if marks else "---")
        return True

    def _drop_comma(self, index: int) -> bool:
        """Take the comma before the end of an object or list of JSON out."""
        line = self._lines[index]
        self._lines[index] = LAST_COMMA.sub("", line)
        return self._lines[index] != line

    def _insert(self, index: int, *lines: str) -> None:
        number = self._numbers[min(index, len(self._numbers) - 1)]
        self._lines[index:index] = lines
        self._numbers[index:index] = [number] * len(lines)

    def _take_out(self, index: int, kind: Trouble) -> bool:
        """Take a line of the front matter out, with the lines that go on with its value."""
        block = find_block(self.text)
        if block is None or not block.line - 1 <= index < block.line + block.text.count("\n"):
            return False
        if kind in IN_BLOCK and not self._names_lines():
            return False
        last = block.line + block.text.count("\n")
        end = index + 1
        while end < last and self._goes_on(index, end):
            end += 1
        del self._lines[index:end], self._numbers[index:end]
        self._gap, self.is_incomplete = index, True
        return True

    def _names_lines(self) -> bool:
        try:
            block = find_block(self.text)
        except ClippingError:  # JSON without fences: where it ends is only known once it is read
            return False
        return block is not None and block.handler in BY_LINE

    def _goes_on(self, index: int, other: int) -> bool:
        """Return whether a line belongs to the value that begins on another: indented more, or its list."""
        first, line = self._lines[index], self._lines[other]
        if not line.strip():
            return False
        indent, inner = len(INDENT.match(first)[0]), len(INDENT.match(line)[0])  # type: ignore[index]  # always matches
        is_of_list = line.lstrip().startswith("- ") and not first.lstrip().startswith("-")
        return inner > indent or (inner == indent and is_of_list)
