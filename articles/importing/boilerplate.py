"""Cleaning steps for what is no part of the story: links, invitations, credits, captions, program text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from articles.importing.blocks import About, Block, Kind
from articles.importing.wrapping import is_hard_wrapped

SENTENCES = frozenset({Kind.PARAGRAPH, Kind.QUOTE, Kind.HEADING})
MAX_BOILERPLATE = 400  # characters; nothing longer is cut by a pattern


@dataclass(frozen=True, slots=True)
class Habit:
    """One thing that outlets print around paragraphs, as a pattern of the whole paragraph.

    ``starts`` and ``ends``, in lower case, are how such a paragraph begins or ends; all others are spared the
    pattern.
    """

    step: str
    pattern: re.Pattern[str]
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


# Matches `Related articles`, `Read more: Talks in Budapest`; not `Related to this, he said ...`.
RELATED = re.compile(
    r"\W*(?:related(?: (?:articles?|stor(?:y|ies)|topics?|content|coverage|links?))?"
    r"|read (?:more|also|next)|see also|also read|more on this story|you may also like|further reading"
    r"|recommended(?: for you)?)\s*(?P<rest>[:|–].*)?",
    re.IGNORECASE | re.DOTALL,
)
RELATED_STARTS = ("related", "read ", "see also", "also read", "more on", "you may", "further", "recommended")
ORNAMENTS = " \t#>*_–—-•|([\"'“‘→▶"
LINK = r"[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+\[[^\]\n]+\]\([^)\n]*\)[ \t]*"
LINKS = re.compile(rf"{LINK}(?:\n{LINK})*")

# Matches `Sign up for our morning newsletter`; not `Sign up for the army, he said`.
NEWSLETTER = re.compile(
    r"\W*(?:sign up|subscribe|register|join us|join our|get (?:the latest|our)|download our"
    r"|follow (?:us|.{1,40} on))\b"
    r"(?=.*(?:newsletter|inbox|e-?mail|alerts?|app\b|twitter|\bx\b|facebook|instagram|telegram|whatsapp|youtube)).*",
    re.IGNORECASE | re.DOTALL,
)
ADVERTISEMENT = re.compile(
    r"\W*(?:advertisement|sponsored|(?:story|article) continues below(?: advertisement)?)\W*", re.IGNORECASE
)
SHARING = re.compile(
    r"\W*(?:share(?: this(?: article| story| page)?| (?:on|via) \w+)?|tweet|print|comments?|copy link)\W*",
    re.IGNORECASE,
)
COPYRIGHT = re.compile(
    r"\W{0,3}(?:©|\(c\)|copyright)\s.*|.*\ball rights reserved\W*", re.IGNORECASE | re.DOTALL
)
# Matches `Image source, Reuters`, `Photo: AP`, `(Photo by Jane Doe/Getty Images)`, `Getty Images`,
# `The leaders in Anchorage (AP Photo/Jane Doe)`; not `The photo, taken in May, shows ...`.
CREDIT = re.compile(
    r"[\W_]*(?:photo|photograph|image|picture|photo credit|image source|image caption|file photo)s?\s?[:,/]"
    r"\s.{1,250}"
    r"|[\W_]*(?:photo|photograph|image|picture)s?(?: taken)? (?:by|courtesy of)\s.{1,120}"
    r"|[\W_]*(?:getty images|ap photo|afp|epa|pa media|reuters)[\W_]*"
    r"|.{1,300}[(\[][^()\[\]]{0,60}(?:getty images|ap photo/|/ ?(?:ap|afp|epa|reuters)\b|file photo)"
    r"[^()\[\]]{0,60}[)\]][\W_]*",
    re.IGNORECASE,
)
INVITATIONS = ("sign up", "subscribe", "register", "join us", "join our", "get ", "download our", "follow ")
HABITS = (
    Habit("newsletter", NEWSLETTER, starts=INVITATIONS),
    Habit("advertisement", ADVERTISEMENT, starts=("advert", "sponsored", "story cont", "article cont")),
    Habit("sharing", SHARING, starts=("share", "tweet", "print", "comment", "copy link")),
    Habit("copyright", COPYRIGHT, starts=("©", "c)", "copyright"), ends=("reserved", "reserved.")),
    Habit(
        "photo credit",
        CREDIT,
        starts=(
            "photo",
            "image",
            "picture",
            "file photo",
            "getty",
            "ap photo",
            "afp",
            "epa",
            "pa media",
            "reuters",
        ),
        ends=(")", "]", ")."),
    ),
)

AFRICAN_OFFICES = re.compile(
    r"(?:\b(?:Cape Town|Dakar|Abuja|Johannesburg|Nairobi|Washington(?:,? DC)?)\b\W*(?:and\W+)?)+"
)
OFFICES = ("cape town", "dakar", "abuja", "johannesburg", "nairobi", "washington")
# Outlet: what it puts under every text.
OUTLET_HABITS: Mapping[str, tuple[Habit, ...]] = {
    "allAfrica": (
        Habit("outlet's habit", AFRICAN_OFFICES, starts=OFFICES),
        Habit(
            "outlet's habit",
            re.compile(r"(?i)allafrica (?:publishes|is a voice|reports).*"),
            starts=("allafrica",),
        ),
    ),
    "BBC": (
        Habit(
            "outlet's habit",
            re.compile(r"(?i)(?:follow|listen to|watch) .*\bbbc\b[^.]*|bbc verify"),
            starts=("follow", "listen", "watch", "bbc"),
        ),
    ),
}

MIN_CAPTION, MAX_CAPTION = 40, 250  # characters; a shorter line is a cross-heading


def cut_related(blocks: list[Block], _: About) -> list[Block]:
    """Cut `Related articles` and `Read more: ...` with their links, and a list of links at the end."""
    result = list(blocks)
    for number, block in enumerate(blocks):
        start = block.text[:40].lstrip(ORNAMENTS).lower()
        if block.cut or len(block.text) > MAX_BOILERPLATE or not start.startswith(RELATED_STARTS):
            continue
        match = RELATED.fullmatch(block.plain)
        if match is None:
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
    """Cut invitations, advertisements, credits, and what the outlet puts under every text."""
    habits = (*HABITS, *OUTLET_HABITS.get(about.outlet, ()))
    starts = tuple(start for habit in habits for start in habit.starts)
    ends = tuple(end for habit in habits for end in habit.ends)
    return [
        replace(block, cut=habit.step) if (habit := _habit_of(block, habits, starts, ends)) else block
        for block in blocks
    ]


def _habit_of(
    block: Block, habits: Iterable[Habit], starts: tuple[str, ...], ends: tuple[str, ...]
) -> Habit | None:
    """Return the habit that a block is, if any; ``starts`` and ``ends`` are those of all habits."""
    if block.cut or len(block.text) > MAX_BOILERPLATE or block.kind not in SENTENCES:
        return None
    text = block.text.lower()
    start, end = text.lstrip(ORNAMENTS), text.rstrip("*_ ")
    if not (start.startswith(starts) or end.endswith(ends)):
        return None
    for habit in habits:
        is_likely = start.startswith(habit.starts) or end.endswith(habit.ends)
        if is_likely and habit.pattern.fullmatch(block.plain):
            return habit
    return None


def cut_stray_captions(blocks: list[Block], _: About) -> list[Block]:
    """Cut single lines without a full stop that stand apart among hard-wrapped paragraphs.

    They were the captions of pictures: a page saved as text keeps two empty lines before them.
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


MARKUP = (
    ("{{<", ">}}", "shortcode"),
    ("{{%", "%}}", "shortcode"),
    ("{%", "%}", "template tag"),
    ("{{", "}}", "template tag"),
    ("{:", "}", "attributes"),
    ("<!--", "-->", "comment"),
    ("<script", "</script>", "script"),
    ("<style", "</style>", "script"),
    ("<iframe", "</iframe>", "embedded page"),
)
# What looks the same and is text: "`{{ x }}`" of a program, `\frac{{a}}{{b}}` of a formula.
SPARED = re.compile(r"(?<!`)(`+)(?!`)[^\n]{0,1000}?(?<!`)\1(?!`)|\\[A-Za-z]+(?:\{\{[^{}\n]{0,200}\}\})+")
LOUD = frozenset({"shortcode", "template tag", "script", "embedded page"})


def cut_markup(blocks: list[Block], _: About) -> list[Block]:
    """Cut what programs were meant to read: shortcodes, template tags, comments, scripts."""
    return [piece for block in blocks for piece in _without_markup(block)]


def _without_markup(block: Block) -> Iterator[Block]:
    """Yield the block without such text, and before it one cut block of each kind."""
    if block.kind is Kind.CODE or block.cut or not ("{" in block.text or "<" in block.text):
        yield block
        return
    text = block.text
    for opening, closing, step in MARKUP:
        if opening not in text:
            continue
        pieces = list(_pieces(text, opening, closing))
        if pieces:
            line = block.line + text.count("\n", 0, pieces[0][0])
            yield replace(
                block, text="\n".join(text[begin:end] for begin, end in pieces), cut=step, line=line
            )
            ends = (0, *(end for _, end in pieces))
            begins = (*(begin for begin, _ in pieces), len(text))
            text = "".join(text[end:begin] for end, begin in zip(ends, begins, strict=True))
    if text.strip():
        yield replace(block, text=text.strip("\n"))


def _pieces(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Yield where what stands between two marks begins and ends, but for what is code or a formula."""
    spared = SPARED.finditer(text) if "`" in text or "\\" in text else iter(())
    code = next(spared, None)
    start = 0
    while (begin := text.find(opening, start)) >= 0 and (end := text.find(closing, begin)) >= 0:
        while code and code.end() <= begin:
            code = next(spared, None)
        if code and code.start() <= begin:
            start = code.end()
            continue
        start = end + len(closing)
        yield begin, start
