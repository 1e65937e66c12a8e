"""Cleans the text of a clipping, step by step, and keeps everything it takes out.

A step marks blocks as cut; none can delete.  To treat one more habit of an outlet, add a pattern to a table
of `boilerplate` or a step to `STEPS`, and a pair of files to tests/importing/clippings.
"""

from __future__ import annotations

from dataclasses import dataclass

from articles.importing.blocks import COMMENT_MARK, About, Block, Kind, Step, join_blocks
from articles.importing.boilerplate import (
    LOUD,
    cut_boilerplate,
    cut_markup,
    cut_related,
    cut_stray_captions,
)
from articles.importing.crossing import Crossing
from articles.importing.head import (
    EXCERPT,
    PUBLISHED_LINE,
    STANDFIRST,
    byline_of,
    cut_byline,
    cut_contact,
    cut_excerpt,
    cut_published_line,
    cut_title,
    cut_tool_lines,
    dates_in,
    excerpt_in,
    part_head_lines,
    take_standfirst,
)
from articles.importing.notes import COMMENT, EMBEDDED_NOTE, cut_note_marks, has_remark
from articles.importing.problems import Notice
from articles.importing.troubles import Trouble
from articles.importing.wrapping import WORD, unwrap

MISSED = LOUD | {EMBEDDED_NOTE}  # steps whose cuts are told: the page showed something there
LONG_COMMENT = 300  # characters; more may be an article between marks that somebody forgot


@dataclass(frozen=True, slots=True)
class Cut(Crossing):
    """Text that a cleaning step took out of the body, kept so that nothing is lost."""

    step: str
    text: str


@dataclass(frozen=True, slots=True)
class CleanBody:
    """A body as it is shown, and what its head says: ``dates`` are (label, printed date, line).

    ``excerpt`` is the summary of the page that a clipping tool put above the text.
    """

    body: str
    standfirst: str
    cuts: tuple[Cut, ...]
    dates: tuple[tuple[str, str, int], ...]
    byline: str
    notices: tuple[Notice, ...]
    excerpt: str = ""


def clean_body(blocks: list[Block], about: About) -> CleanBody:
    """Return the body cleaned by every step of `STEPS`, with what they took out."""
    for step in STEPS:
        blocks = step(blocks, about)
    standfirst = next((block.text for block in blocks if block.cut == STANDFIRST), "")
    cut = sorted(
        (block for block in blocks if block.cut and block.cut != STANDFIRST), key=lambda block: block.line
    )
    return CleanBody(
        body=join_blocks(blocks).strip("\n"),
        standfirst=standfirst,
        cuts=tuple(Cut(block.cut, block.text) for block in cut),
        dates=tuple(date for block in cut if block.cut == PUBLISHED_LINE for date in dates_in(block)),
        byline=next(filter(None, map(byline_of, cut)), ""),
        notices=tuple(
            Notice(f"left out {block.cut} {_short(block.text)!r}", block.line, Trouble.LEFT_OUT)
            for block in cut
            if _is_missed(block)
        ),
        excerpt=next((excerpt_in(block) for block in cut if block.cut == EXCERPT), ""),
    )


def _is_missed(block: Block) -> bool:
    """Return whether somebody should look at what was cut: it may have been part of the article."""
    if block.cut == COMMENT:
        return block.text.startswith(COMMENT_MARK) and len(block.text) > LONG_COMMENT
    return block.cut in MISSED or has_remark(block)


def join_lines(blocks: list[Block], _: About) -> list[Block]:
    """Join the lines of paragraphs that were broken at a fixed width."""
    has_hyphens = any("-\n" in block.text for block in blocks)
    words = {word.lower() for block in blocks for word in WORD.findall(block.text)} if has_hyphens else set()
    return [
        Block(unwrap(block.text, words), block.line, block.gap, block.kind) if _has_lines(block) else block
        for block in blocks
    ]


def _has_lines(block: Block) -> bool:
    return block.kind is Kind.PARAGRAPH and not block.cut and ("\n" in block.text or block.text[-1] == " ")


STEPS: tuple[Step, ...] = (  # joining comes last: the steps before it look at lines and gaps
    cut_note_marks,
    part_head_lines,
    cut_title,
    cut_tool_lines,
    cut_excerpt,
    cut_published_line,
    cut_byline,
    cut_contact,
    take_standfirst,
    cut_markup,
    cut_related,
    cut_boilerplate,
    cut_stray_captions,
    join_lines,
)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
