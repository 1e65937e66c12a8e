"""Cleans the text of a clipping, step by step, and keeps everything it takes out.

A step marks blocks as cut; none can delete.  To treat one more habit of an outlet, add a pattern to a table or a
step to `STEPS`, and a pair of files to tests/importing/clippings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from articles.importing.blocks import Block, Kind, join_blocks, split_blocks
from articles.importing.bylines import is_byline
from articles.importing.problems import Notice
from articles.importing.wrapping import WORD, is_hard_wrapped, unwrap

HEAD = 6  # blocks in which a date line, a byline or a title may stand
STANDFIRST = "standfirst"
PUBLISHED_LINE = "published line"
BYLINE = "byline"


@dataclass(frozen=True, slots=True)
class Cut:
    """Text that a cleaning step took out of the body, kept so that nothing is lost."""

    step: str
    text: str


@dataclass(frozen=True, slots=True)
class CleanBody:
    """A body as it is shown, and what its head says: ``dates`` are (label, printed date, line)."""

    body: str
    standfirst: str
    cuts: tuple[Cut, ...]
    dates: tuple[tuple[str, str, int], ...]
    byline: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a step may want to know of the article."""

    title: str
    outlet: str = ""


type Step = Callable[[list[Block], About], list[Block]]


def clean_body(blocks: list[Block], about: About) -> CleanBody:
    """Return the body cleaned by every step of `STEPS`, with what they took out."""
    for step in STEPS:
        blocks = step(blocks, about)
    standfirst = next((block.text for block in blocks if block.cut == STANDFIRST), "")
    cut = [block for block in blocks if block.cut and block.cut != STANDFIRST]
    return CleanBody(
        body=join_blocks(blocks).strip("\n"),
        standfirst=standfirst,
        cuts=tuple(Cut(block.cut, block.text) for block in cut),
        dates=tuple(date for block in cut if block.cut == PUBLISHED_LINE for date in _dates(block)),
        byline=next((block.plain for block in cut if block.cut == BYLINE), ""),
        notices=tuple(
            Notice(f"left out {block.cut} {_short(block.text)!r}", block.line)
            for block in cut
            if block.cut in LOUD
        ),
    )


def title_in(blocks: Sequence[Block], *, is_bare: bool) -> str:
    """Return the title that a text without one in its front matter has: its first heading, else nothing.

    ``is_bare``: the file has no front matter at all; then its first line will do, if it stands alone and is no
    sentence.
    """
    for block in blocks[:HEAD]:
        if block.kind is Kind.HEADING and not block.text.lstrip().startswith("###"):
            return block.plain
    first = blocks[0] if len(blocks) > 1 and is_bare else None
    if first and first.kind is Kind.PARAGRAPH and "\n" not in first.text and len(first.text) <= 200:
        return "" if first.text.rstrip().endswith((".", ":", ";", ",")) else first.plain
    return ""


# --- head ---------------------------------------------------------------------------------------------------

# Matches `Published 16 October 2025`, `Last updated on 3 May 2024, 10:15 BST`, `Posted 3 hours ago`;
# not `Published in Kyiv, the book ...`.
DATE_LINE = re.compile(
    r"(?P<label>(?:first |last )?(?:published|posted|updated|modified)|publication date|date)\b(?: (?:on|at))?[\s:–-]*"
    r"(?P<date>(?=.{0,40}(?:\d{4}|\bago\b|yesterday|today)).{3,60})",
    re.IGNORECASE,
)
NEXT_DATE = re.compile(r"\s*(?:[|·•;]|,?\s(?=(?:last )?updated\b))\s*", re.IGNORECASE)
BOLD = re.compile(r"(?P<mark>\*\*\*?|__)(?=\S)(?P<text>.+?)(?<=\S)(?P=mark)", re.DOTALL)
MIN_STANDFIRST = 40  # characters; a shorter bold line is a heading


def cut_title(blocks: list[Block], about: About) -> list[Block]:
    """Cut the heading that says the title again."""
    title = _compared(about.title)
    for number, block in enumerate(blocks[:HEAD]):
        if block.kind in {Kind.HEADING, Kind.PARAGRAPH} and _compared(block.plain) == title:
            return _with_cut(blocks, number, "title")
    return blocks


def cut_published_line(blocks: list[Block], _: About) -> list[Block]:
    """Cut lines that say when the article was published or updated."""
    return [
        replace(block, cut=PUBLISHED_LINE)
        if number < HEAD and block.kind in {Kind.QUOTE, Kind.PARAGRAPH} and _dates(block)
        else block
        for number, block in enumerate(blocks)
    ]


def cut_byline(blocks: list[Block], _: About) -> list[Block]:
    """Cut a line that says who wrote the article."""
    for number, block in enumerate(blocks[:HEAD]):
        if block.kind is Kind.PARAGRAPH and "\n" not in block.text and is_byline(block.plain):
            return _with_cut(blocks, number, BYLINE)
    return blocks


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


def _dates(block: Block) -> list[tuple[str, str, int]]:
    """Return the dates of a block in which every line is a date line, else nothing."""
    if len(block.text) > 300:
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


# --- machine text -------------------------------------------------------------------------------------------

MARKUP = (
    ("{{<", ">}}", "shortcode"),
    ("{{%", "%}}", "shortcode"),
    ("{%", "%}", "template tag"),
    ("{:", "}", "attributes"),
    ("<!--", "-->", "comment"),
    ("<script", "</script>", "script"),
    ("<style", "</style>", "script"),
    ("<iframe", "</iframe>", "embedded page"),
)
LOUD = frozenset({"shortcode", "template tag", "script", "embedded page"})


def cut_markup(blocks: list[Block], _: About) -> list[Block]:
    """Cut what programs were meant to read: shortcodes, template tags, comments, scripts."""
    return [piece for block in blocks for piece in _without_markup(block)]


def _without_markup(block: Block) -> Iterator[Block]:
    if block.kind is Kind.CODE or block.cut or not ("{" in block.text or "<" in block.text):
        yield block
        return
    text = block.text
    for opening, closing, step in MARKUP:
        if opening not in text:
            continue
        kept, start = [], 0
        while (begin := text.find(opening, start)) >= 0 and (end := text.find(closing, begin)) >= 0:
            end += len(closing)
            kept.append(text[start:begin])
            line = block.line + block.text.count("\n", 0, begin)
            yield replace(block, text=text[begin:end], cut=step, line=line)
            start = end
        text = "".join(kept) + text[start:]
    if text == block.text:
        yield block
    elif text.strip():
        yield replace(block, text=text.strip("\n"))


# --- boilerplate --------------------------------------------------------------------------------------------

MAX_BOILERPLATE = 400  # characters; nothing longer is cut by a pattern
RELATED = re.compile(
    r"\W*(?:related(?: (?:articles?|stor(?:y|ies)|topics?|content|coverage|links?))?|read (?:more|also|next)|see also"
    r"|also read|more on this story|you may also like|recommended(?: for you)?|further reading)\s*(?P<rest>[:|–].*)?",
    re.IGNORECASE | re.DOTALL,
)
LINK = r"[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+\[[^\]\n]+\]\([^)\n]*\)[ \t]*"
LINKS = re.compile(rf"{LINK}(?:\n{LINK})*")
BOILERPLATE = (
    (
        "newsletter",
        re.compile(
            r"\W*(?:sign up|subscribe|register|join us|join our|get (?:the latest|our)|follow (?:us|.{1,40} on)|download our)\b"
            r"(?=.*(?:newsletter|inbox|e-?mail|alerts?|app\b|twitter|\bx\b|facebook|instagram|telegram|whatsapp|youtube)).*",
            re.IGNORECASE | re.DOTALL,
        ),
    ),
    (
        "advertisement",
        re.compile(
            r"\W*(?:advertisement|sponsored|(?:story|article) continues below(?: advertisement)?)\W*", re.I
        ),
    ),
    (
        "sharing",
        re.compile(
            r"\W*(?:share(?: this(?: article| story| page)?)?|tweet|print|comments?|copy link"
            r"|share (?:on|via) \w+)\W*",
            re.I,
        ),
    ),
    (
        "copyright",
        re.compile(r"\W{0,3}(?:©|\(c\)|copyright)\s.*|.*\ball rights reserved\W*", re.I | re.DOTALL),
    ),
)
# Matches `Image source, Reuters`, `Photo: AP`, `(Photo by Jane Doe/Getty Images)`, `Getty Images`,
# `The leaders in Anchorage (AP Photo/Jane Doe)`; not `The photo, taken in May, shows ...`.
CREDIT = re.compile(
    r"[\W_]*(?:photo|photograph|image|picture|photo credit|image source|image caption|file photo)s?\s?[:,/]\s.{1,250}"
    r"|[\W_]*(?:photo|photograph|image|picture)s?(?: taken)? (?:by|courtesy of)\s.{1,120}"
    r"|[\W_]*(?:getty images|ap photo|afp|epa|pa media|reuters)[\W_]*"
    r"|.{1,300}[(\[][^()\[\]]{0,60}(?:getty images|ap photo/|/ ?(?:ap|afp|epa|reuters)\b|file photo)[^()\[\]]{0,60}[)\]][\W_]*",
    re.IGNORECASE,
)
MIN_CAPTION, MAX_CAPTION = 40, 250  # characters; a shorter line is a cross-heading

AFRICAN_OFFICES = re.compile(
    r"(?:\b(?:Cape Town|Dakar|Abuja|Johannesburg|Nairobi|Washington(?:,? DC)?)\b\W*(?:and\W+)?)+"
)
# Outlet: paragraphs that it puts under every text.
HABITS: dict[str, tuple[re.Pattern[str], ...]] = {
    "allAfrica": (
        AFRICAN_OFFICES,
        re.compile(r"(?i).*\ballafrica\b.*\b(?:publishes|reports a day|is a voice).*"),
    ),
    "BBC": (re.compile(r"(?i)(?:follow|listen to|watch) .*\bbbc\b.*|bbc (?:verify|in ?depth|monitoring)"),),
}


def cut_related(blocks: list[Block], _: About) -> list[Block]:
    """Cut `Related articles` and `Read more: ...`, with the list of links that follows; and links at the end."""
    result = list(blocks)
    for number, block in enumerate(blocks):
        if block.cut or len(block.text) > MAX_BOILERPLATE or not (match := RELATED.fullmatch(block.plain)):
            continue
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        has_links = following is not None and bool(LINKS.fullmatch(following.text))
        if match["rest"] or has_links or block.kind is Kind.PARAGRAPH:
            result[number] = replace(block, cut="related")
        if following is not None and has_links:
            result[number + 1] = replace(following, cut="related")
    last = next((n for n in range(len(result) - 1, 0, -1) if not result[n].cut), 0)
    if last and result[last].text.count("\n") and LINKS.fullmatch(result[last].text):
        result[last] = replace(result[last], cut="related")
    return result


def cut_boilerplate(blocks: list[Block], about: About) -> list[Block]:
    """Cut invitations, advertisements and what the outlet puts under every text."""
    habits = [("outlet's habit", pattern) for pattern in HABITS.get(about.outlet, ())]
    return [_cut_by(block, (*BOILERPLATE, *habits)) for block in blocks]


def cut_credits(blocks: list[Block], _: About) -> list[Block]:
    """Cut lines that credit a photograph."""
    return [_cut_by(block, (("photo credit", CREDIT),)) for block in blocks]


def cut_stray_captions(blocks: list[Block], _: About) -> list[Block]:
    """Cut single lines without a full stop that stand apart among hard-wrapped paragraphs.

    They were the captions of pictures: a page saved as text keeps them as `gap` of two empty lines and a line.
    """
    if not is_hard_wrapped(block.text for block in blocks if block.kind is Kind.PARAGRAPH):
        return blocks
    return [replace(block, cut="caption") if _is_caption(block) else block for block in blocks]


def _is_caption(block: Block) -> bool:
    text = block.text.strip()
    return (
        block.kind is Kind.PARAGRAPH
        and not block.cut
        and block.gap > 1
        and "\n" not in text
        and MIN_CAPTION <= len(text) <= MAX_CAPTION
        and text[-1].isalnum()
    )


def _cut_by(block: Block, patterns: Sequence[tuple[str, re.Pattern[str]]]) -> Block:
    if (
        block.cut
        or block.kind not in {Kind.PARAGRAPH, Kind.QUOTE, Kind.HEADING}
        or len(block.text) > MAX_BOILERPLATE
    ):
        return block
    plain = block.plain
    step = next((step for step, pattern in patterns if pattern.fullmatch(plain)), "")
    return replace(block, cut=step) if step else block


# --- lines --------------------------------------------------------------------------------------------------


def join_lines(blocks: list[Block], _: About) -> list[Block]:
    """Join the lines of paragraphs that were broken at a fixed width."""
    has_hyphens = any("-\n" in block.text for block in blocks)
    words = {word.lower() for block in blocks for word in WORD.findall(block.text)} if has_hyphens else set()
    return [
        replace(block, text=unwrap(block.text, words))
        if block.kind is Kind.PARAGRAPH and not block.cut
        else block
        for block in blocks
    ]


STEPS: tuple[Step, ...] = (  # joining comes last: the steps before it look at lines and gaps
    cut_title,
    cut_published_line,
    cut_byline,
    take_standfirst,
    cut_markup,
    cut_related,
    cut_boilerplate,
    cut_credits,
    cut_stray_captions,
    join_lines,
)


def _with_cut(blocks: list[Block], number: int, step: str) -> list[Block]:
    return [*blocks[:number], replace(blocks[number], cut=step), *blocks[number + 1 :]]


def _compared(title: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", title).casefold().split())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


__all__ = ["About", "CleanBody", "Cut", "clean_body", "split_blocks", "title_in"]
