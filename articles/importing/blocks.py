"""The blocks of a Markdown body: paragraphs, headings, lists and so on, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from articles.importing.problems import ClippingError
from articles.importing.troubles import Trouble


class Kind(StrEnum):
    """What a block is.  Only paragraphs are ever joined; code, tables and the like stay as they are."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"
    HTML = "html"
    COMMENT = "comment"
    RULE = "rule"
    OTHER = "other"  # an image, a link's definition, text that is indented


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a body that belong together.

    ``line`` counts from 1 in the body, ``gap`` is the number of empty lines before it.  ``cut`` is the name
    of the cleaning step that took it out, empty while it stands.
    """

    text: str
    line: int
    gap: int
    kind: Kind
    cut: str = ""

    @property
    def plain(self) -> str:
        """Return the block's words on one line, without marks of heading, quote and emphasis around them."""
        lines = (line.strip().lstrip("#>").strip() for line in self.text.split("\n"))
        return " ".join(line for line in lines if line and not SETEXT.fullmatch(line)).strip("*_ ")


@dataclass(frozen=True, slots=True)
class About:
    """What a step may want to know of the article."""

    title: str
    outlet: str = ""
    printed: str = ""  # the title with the outlet's name at its end, where it had one
    is_export: bool = False  # the front matter says that the text is one of marked passages


type Step = Callable[[list[Block], About], list[Block]]

# A book has fewer; a block costs 0.05 ms, a line 0.004.
MAX_BLOCKS, MAX_LINES = 10_000, 100_000
COMMENT_MARK = "%%"  # of Obsidian, before and after what is no text
# Matches the mark at the end of `ask again %%`; not `5%% higher`.
COMMENT_END = re.compile(r"(?<![\w%])%%(?!%)")
CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
SETEXT = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
# The first line of a block, in this order.
KINDS = (
    (re.compile(r" {0,3}(?:[-*+•‣]|\d{1,3}[.)])[ \t]"), Kind.LIST),
    (re.compile(r" {0,3}>"), Kind.QUOTE),
    (re.compile(r"\s"), Kind.OTHER),
    (re.compile(r"\|"), Kind.TABLE),
    (re.compile(r"</?[A-Za-z]"), Kind.HTML),
    (re.compile(r"!\[|\[[^\]]{1,80}\]:|\{"), Kind.OTHER),
)
# The second line of a table without outer bars: `--- | ---`.
TABLE_RULE = re.compile(r"[ \t]*:?-+:?[ \t]*\|[ \t:|-]*")


def split_blocks(text: str) -> list[Block]:
    """Return the blocks of a body in order; joined by empty lines they hold all of its text.

    Raise ClippingError if there are more than any article has.
    """
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise ClippingError(
            f"{len(lines):,} lines, more than {MAX_LINES:,}; split the file, one article to a file",
            kind=Trouble.TOO_LONG,
        )
    last_comment_end = text.count("\n", 0, text.rfind("-->")) if "-->" in text else -1
    blocks: list[Block] = []
    number, gap = 0, 0
    while number < len(lines):
        line = lines[number]
        if not line.strip():
            number, gap = number + 1, gap + 1
            continue
        end = number + 1
        fence = CODE_FENCE.match(line) if line[0] in " `~" else None
        if fence:
            kind = Kind.CODE
            end = _fence_end(lines, number, fence[1])
        elif line.startswith("<!--") and last_comment_end >= number:
            kind = Kind.COMMENT
            while "-->" not in lines[end - 1]:
                end += 1
        elif line.startswith(COMMENT_MARK) and (comment_end := _comment_end(lines, number)):
            kind, end = Kind.COMMENT, comment_end
        elif HEADING.match(line):
            kind = Kind.HEADING
        elif line[0] in " -*_" and RULE.match(line):
            kind = Kind.RULE  # the text right below it is a block of its own
        else:
            while end < len(lines) and (after := lines[end]).strip() and not _starts_anew(after):
                end += 1
            kind = _kind(lines[number:end])
        blocks.append(Block("\n".join(lines[number:end]), number + 1, gap, kind))
        number, gap = end, 0
        if len(blocks) > MAX_BLOCKS:
            message = f"more than {MAX_BLOCKS:,} paragraphs; split the file, one article to a file"
            raise ClippingError(message, kind=Trouble.TOO_LONG)
    return blocks


def join_blocks(blocks: list[Block]) -> str:
    """Return the text of the blocks that stand."""
    return "\n\n".join(block.text for block in blocks if not block.cut)


def _fence_end(lines: list[str], start: int, fence: str) -> int:
    for number in range(start + 1, len(lines)):
        stripped = lines[number].strip()
        if stripped.startswith(fence) and not stripped.strip(fence[0]):
            return number + 1
    return len(lines)


def _comment_end(lines: list[str], start: int) -> int:
    """Return the number of lines up to the end of a comment that begins here and goes on below; 0 if none.

    Its first mark or its last has a line to itself: a program's source has headings like `%% Talks`.
    """
    if COMMENT_MARK in lines[start][len(COMMENT_MARK) :]:
        return 0
    below = range(start + 1, len(lines))
    end = next((n for n in below if COMMENT_MARK in lines[n] and COMMENT_END.search(lines[n])), 0)
    return end + 1 if end and COMMENT_MARK in {lines[start].strip(), lines[end].strip()} else 0


def _starts_anew(line: str) -> bool:
    return line[0] in " #`~" and bool(HEADING.match(line) or CODE_FENCE.match(line))


def _kind(lines: list[str]) -> Kind:
    if len(lines) == 2 and SETEXT.fullmatch(lines[1]) and len(lines[0]) < 200:
        return Kind.HEADING
    for pattern, kind in KINDS if not lines[0][0].isalpha() else ():
        if pattern.match(lines[0]):
            return kind
    if len(lines) > 1 and "|" in lines[0] and TABLE_RULE.fullmatch(lines[1]):
        return Kind.TABLE
    return Kind.PARAGRAPH
