"""Cleaning steps for the head of a text: title, date line, byline, standfirst."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from articles.importing.blocks import About, Block, Kind
from articles.importing.bylines import day_in, is_byline, is_mail
from articles.importing.notes import CLIPPING_TOOL, without_marks
from articles.importing.titles import split_outlet
from articles.importing.wrapping import unwrap

HEAD = 6  # blocks in which a date line, a byline or a title may stand
STANDFIRST = "standfirst"
PUBLISHED_LINE = "published line"
EXCERPT = "excerpt"
MAX_TOOL = 20  # characters in which `Clipped from` stands
BYLINE = "byline"
CONTACT = "author's address"

# The same in French, Spanish, Portuguese, German, Italian, Dutch, Russian, Arabic and Chinese.
LABELS_OF_UPDATES = (
    "updated", "last updated", "modified", "last modified", "mis à jour", "actualizado", "atualizado",
    "aktualisiert", "aggiornato", "bijgewerkt", "обновлено", "تحديث", "更新时间", "更新于",
)  # fmt: skip
LABELS_ELSEWHERE = (
    "date de publication", "publié", "publicado", "veröffentlicht", "pubblicato", "gepubliceerd",
    "опубликовано", "дата публикации", "تاريخ النشر", "نشر", "发布时间", "发表于", "发布于",
    *LABELS_OF_UPDATES[4:],
)  # fmt: skip
# Matches `Published 16 October 2025`, `Last updated on 3 May 2024, 10:15 BST`, `Posted 3 hours ago`, `Publié
# le 16 octobre 2025`, `Posted on 16 October 2025 by AFP`; not `Published in Kyiv, the book ...`.
DATE_LINE = re.compile(
    r"(?P<label>(?:first |last )?(?:published|posted|updated|modified)|publication date|date"
    rf"|{'|'.join(LABELS_ELSEWHERE)})"
    r"(?:\b|(?<![a-z]))(?: (?:on|at|le|el|em|am|il|op))?[\s:：–-]*"
    r"(?P<date>(?=.{0,40}(?:\d{4}|\bago\b|yesterday|today)).{3,60}?)"
    r"(?:,? (?P<by>(?:by|par|por) (?-i:[^\W\d_a-z]).{1,60}))?",
    re.IGNORECASE,
)
LABELS = ("publi", "posted", "updated", "modified", "first ", "last ", "date", *LABELS_ELSEWHERE)
# How a byline or a date line begins, in lower case.
CREDITS = (
    "by", "with ", "additional", "further", "written", "report", "writing", "words", "story", "analysis",
    "interview", "par ", "por ", *LABELS,
)  # fmt: skip
NEXT_DATE = re.compile(r"\s*(?:[|·•;]|,?(?<!last)\s(?=(?:last )?updated\b))\s*", re.IGNORECASE)
BOLD = re.compile(r"(?P<mark>\*\*\*?|__)(?=\S)(?P<text>.+?)(?<=\S)(?P=mark)", re.DOTALL)
HEADING_LEVEL = re.compile(r" *(#*)")  # none: a heading that is underlined
# What clipping tools put between title and text.  Matches `[Read on Omnivore](https://...)`, `#Omnivore`,
# `[Read Original](https://...)`, `Clipped from: https://...`; not `[Read the original treaty](https://...)`.
TOOLS = "omnivore|cubox|readwise|pocket|instapaper|raindrop|matter|wallabag|inoreader"
TOOL_LINE = re.compile(
    rf"(?:[-*+>] )?(?:\#(?:{TOOLS})|\[(?:(?:read|open|view)(?: it)? (?:on|in) (?:{TOOLS})"
    r"|(?P<original>(?:(?:read|view|open) )?(?:the )?original(?: (?:article|source|link|post|page))?))\]"
    r"\(<?(?P<url>[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)>?\)"
    r"|(?:clipped|saved|captured) from:? <?(?P<page>https?://[^\s<>]+)>?)[ \t]*",
    re.IGNORECASE,
)
# MarkDownload's summary of a page: `> ## Excerpt` and the lines below it.
EXCERPT_QUOTE = re.compile(r">\s*\#{1,3}\s*Excerpt\s*\n(?P<text>.+)", re.IGNORECASE | re.DOTALL)
# The dateline of an agency.  Matches `WASHINGTON, 25 July 2000 --`, `Abu Dhabi, July 25, 2000 (WAM) -`; not
# `On Friday, 25 July 2000 - a hot day - ...`.
DATELINE = re.compile(
    r"(?!On |In |At )(?=[A-ZÀ-Ý])[^\d\n.:;!?()]{2,40},[ ]"
    r"(?P<date>\d{1,2}[ ][^\W\d_]{3,10}\.?,?[ ]\d{4}|[^\W\d_]{3,10}\.?[ ]\d{1,2},?[ ]\d{4})"
    r"[ ]?(?:\([A-Z][\w ./]{1,30}\)[ ]?)?(?:--|[—–]|-(?=\s))"
)
MAX_CONTACT = 300  # characters of a byline with addresses below it
MAX_FIRST_LINE = 200  # characters; a longer first line is no title
MIN_SHORT_TITLE = 4  # words of a heading that stands for a longer title
MIN_STANDFIRST = 40  # characters; a shorter bold line is a heading


def title_in(blocks: Sequence[Block], *, is_bare: bool) -> str:
    """Return the title that a text without one in its front matter has: its first heading, else nothing.

    A second-level heading below a paragraph is that of a section; a heading of nothing but a picture or a
    comment is none.  ``is_bare``: the file has no front matter at all; then its first line will do, if it
    stands alone and is no sentence.
    """
    has_begun = False
    for block in blocks[:HEAD]:
        level = HEADING_LEVEL.match(block.text) if block.kind is Kind.HEADING else None
        if level and (len(level[1]) < 2 or (len(level[1]) == 2 and not has_begun)):
            if title := without_marks(block.plain):
                return title
        elif block.kind is Kind.PARAGRAPH and not (dates_in(block) or is_byline(block.plain)):
            has_begun = True
    if not is_bare:
        return ""
    standing = (block for block in blocks if block.kind is not Kind.RULE and not _tool_lines(block))
    first, second = [*islice(filter(_has_words, standing), 2), None, None][:2]
    if (
        first
        and second
        and first.kind is Kind.PARAGRAPH
        and "\n" not in first.text
        and len(first.text) <= MAX_FIRST_LINE
    ):
        return "" if first.text.rstrip().endswith((".", ":", ";", ",")) else without_marks(first.plain)
    return ""


def _has_words(block: Block) -> bool:
    """Return whether a reader sees anything of a block: not of `%%draft%%`."""
    return block.kind is not Kind.PARAGRAPH or bool(without_marks(block.plain))


def cut_title(blocks: list[Block], about: About) -> list[Block]:
    """Cut the heading that says the title again, with the outlet at its end or without it."""
    titles = {_compared(about.title), _compared(about.printed or about.title)}
    longest = 2 * len(about.printed or about.title) + 20
    if blocks and _is_short_title(blocks[0], about):
        return _with_cut(blocks, 0, "title")
    for number, block in enumerate(blocks[:HEAD]):
        if (
            len(block.text) <= longest
            and block.kind in {Kind.HEADING, Kind.PARAGRAPH}
            and not titles.isdisjoint(
                map(_compared, (block.plain, split_outlet(block.plain, (about.outlet,))[0]))
            )
        ):
            return _with_cut(blocks, number, "title")
    return blocks


def _is_short_title(block: Block, about: About) -> bool:
    """Return whether the heading above the text is how the title begins: Readwise names its files so."""
    heading = _compared(block.plain)
    return (
        block.kind is Kind.HEADING
        and block.text.startswith("# ")
        and heading.count(" ") >= MIN_SHORT_TITLE - 1
        and _compared(about.title).startswith(f"{heading} ")
    )


def origin_in(blocks: Sequence[Block]) -> str:
    """Return the address behind a clipping tool's `Read Original`, empty if the head has none."""
    matches = (match for block in blocks[:HEAD] for match in _tool_lines(block))
    found = (match for match in matches if match["page"] or match["original"])
    return next((match["page"] or match["url"] for match in found), "")


def cut_tool_lines(blocks: list[Block], _: About) -> list[Block]:
    """Cut the links to a clipping tool and to the page that it clipped; `#matter` only beside such a link."""
    found = (match for block in blocks[:HEAD] for match in _tool_lines(block))
    if not any(match["url"] or match["page"] for match in found):
        return blocks
    head: list[Block] = []
    for block in blocks[:HEAD]:
        count = 0 if block.cut else len(_tool_lines(block))
        lines = block.text.split("\n")
        if count:
            head.append(replace(block, text="\n".join(lines[:count]), cut=CLIPPING_TOOL))
        if count < len(lines):
            rest = replace(block, text="\n".join(lines[count:]), line=block.line + count)
            head.append(rest if count else block)
    return [*head, *blocks[HEAD:]]


def _tool_lines(block: Block) -> list[re.Match[str]]:
    """Return the matches of the lines of a clipping tool with which a block begins."""
    if "](" not in block.text and block.text[:1] != "#" and " from" not in block.text[:MAX_TOOL]:
        return []
    lines = block.text.split("\n", HEAD)
    return list(takewhile(bool, map(TOOL_LINE.fullmatch, lines)))  # type: ignore[arg-type]  # no None is left


def cut_excerpt(blocks: list[Block], _: About) -> list[Block]:
    """Cut a clipping tool's summary of the page, which stands in a quote of its own."""
    for number, block in enumerate(blocks[:HEAD]):
        if block.kind is Kind.QUOTE and EXCERPT_QUOTE.fullmatch(block.text):
            return _with_cut(blocks, number, EXCERPT)
    return blocks


def excerpt_in(block: Block) -> str:
    """Return the text of such a summary."""
    match = EXCERPT_QUOTE.fullmatch(block.text)
    return " ".join(line.lstrip("> \t") for line in match["text"].split("\n")).strip() if match else ""


def cut_published_line(blocks: list[Block], _: About) -> list[Block]:
    """Cut lines that say when the article was published or updated."""
    return [
        replace(block, cut=PUBLISHED_LINE)
        if number < HEAD and block.kind in {Kind.QUOTE, Kind.PARAGRAPH} and dates_in(block)
        else block
        for number, block in enumerate(blocks)
    ]


def cut_byline(blocks: list[Block], _: About) -> list[Block]:
    """Cut a line that says who wrote the article."""
    for number, block in enumerate(blocks[:HEAD]):
        if block.kind is Kind.PARAGRAPH and "\n" not in block.text and is_byline(block.plain):
            return _with_cut(blocks, number, BYLINE)
    return blocks


def part_head_lines(blocks: list[Block], _: About) -> list[Block]:
    """Part a paragraph at the head that is nothing but byline, date lines and addresses, line by line."""
    head: list[Block] = []
    for block in blocks[:HEAD]:
        lines = block.text.split("\n") if len(block.text) <= MAX_CONTACT else []
        is_credits = block.kind is Kind.PARAGRAPH and len(lines) > 1 and all(map(_is_credit, lines))
        if block.cut or not is_credits:
            head.append(block)
            continue
        head += [
            replace(block, text=line, line=block.line + number, gap=0 if number else block.gap)
            for number, line in enumerate(lines)
        ]
    return [*head, *blocks[HEAD:]]


def _is_credit(line: str) -> bool:
    if "@" not in line and not line.lstrip("> \t*_").lower().startswith(CREDITS):
        return False
    bare = Block(line, 1, 0, Kind.PARAGRAPH)
    return is_byline(bare.plain) or is_mail(line) or bool(dates_in(bare))


def date_line_in(blocks: Sequence[Block]) -> tuple[str, int] | None:
    """Return the day that stands at the head without a label, and its line: on its own, or in the byline."""
    for block in blocks[:HEAD]:
        if block.kind is not Kind.PARAGRAPH:
            continue
        line = block.plain
        if (found := DATELINE.match(line)) and (day := day_in(found["date"])):
            return day, block.line
        if "\n" in block.text or len(line) > MAX_FIRST_LINE:
            return None  # the text has begun
        if day := day_in(line):
            return day, block.line
        if line.endswith((".", "!", "?", "”", '"')):
            return None
    return None


def cut_contact(blocks: list[Block], _: About) -> list[Block]:
    """Cut a line at the head that is nothing but an e-mail address."""
    return [
        replace(block, cut=CONTACT)
        if number < HEAD and block.kind is Kind.PARAGRAPH and not block.cut and is_mail(block.text)
        else block
        for number, block in enumerate(blocks)
    ]


def take_standfirst(blocks: list[Block], _: About) -> list[Block]:
    """Take the bold paragraph that opens the text."""
    for number, block in enumerate(blocks):
        if block.cut or block.kind is Kind.OTHER:
            continue
        bold = BOLD.fullmatch(block.text.strip()) if block.kind is Kind.PARAGRAPH else None
        if bold is None or len(bold["text"]) < MIN_STANDFIRST or bold["mark"] in bold["text"]:
            return blocks
        standfirst = replace(block, text=unwrap(bold["text"]), cut=STANDFIRST)
        return [*blocks[:number], standfirst, *blocks[number + 1 :]]
    return blocks


def dates_in(block: Block) -> list[tuple[str, str, int]]:
    """Return the dates of a block in which every line is a date line, else nothing."""
    if len(block.text) > 300 or not block.text.lstrip("> \t*_").lower().startswith(LABELS):
        return []
    found = []
    for number, line in enumerate(block.text.split("\n")):
        for part in NEXT_DATE.split(line.strip("> \t*_")):
            if not part:
                continue
            match = DATE_LINE.fullmatch(part)
            if match is None:
                return []
            found.append((match["label"].lower(), match["date"], block.line + number))
    return found


def byline_of(block: Block) -> str:
    """Return the byline that a block is, or that ends its date line; empty if it has none."""
    if block.cut == BYLINE:
        return block.plain
    if block.cut != PUBLISHED_LINE:
        return ""
    found = map(DATE_LINE.fullmatch, _date_lines(block))
    return next((match["by"] for match in found if match and match["by"]), "")


def _date_lines(block: Block) -> Iterator[str]:
    return (part for line in block.text.split("\n") for part in NEXT_DATE.split(line.strip("> \t*_")))


def _with_cut(blocks: list[Block], number: int, step: str) -> list[Block]:
    return [*blocks[:number], replace(blocks[number], cut=step), *blocks[number + 1 :]]


def _compared(title: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", title).casefold().split())
