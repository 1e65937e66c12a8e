"""Cleaning steps for what note-taking programs put into a text: Obsidian, Logseq, Readwise, Hypothesis.

A reader sees the words; which of them somebody marked, linked or commented on is kept with what was cut.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

from articles.importing.blocks import COMMENT_END, COMMENT_MARK, About, Block, Kind

HIGHLIGHTING, COMMENT, BLOCK_ID, LINK = "highlighting", "comment", "block id", "wiki link"
PICTURE, EMBEDDED_NOTE, CALLOUT = "embedded file", "embedded note", "callout"
PROPERTY, QUERY, NOTE, CLIPPING_TOOL = "property", "query", "reader's note", "clipping tool"

# Matches `==the words==`, `%%a comment%%`, ` ^a1b2c3` at the end of a line, `![[map.png]]`,
# `[[people/ann|Ann]]`, Logseq's `((65a0...))` and `{{embed ...}}`; not `a == b`, `100%% of`, `10 ^2`,
# `[[1]](https://...)`, nor anything in `code`.
MARKS = re.compile(
    r"""(?P<code>(?P<ticks>(?<!`)`+)(?!`)(?:(?!\n\n).){0,1000}?(?<!`)(?P=ticks)(?!`))
    | (?:(?<=\S)[ \t])?(?<![\w%])%%(?P<comment>[^%\n][^\n]{0,5000}?|[^%].{0,5000}?(?<![\d%]))%%
    | (?<![A-Za-z0-9_=])==(?P<marked>(?=[^\s=])(?:`[^`\n]{1,200}`|(?!==|\n\n).){1,5000}?(?<=\S))==(?!=)
    | (?:(?<=\S)[ \t])?!\[\[(?P<embedded>[^\[\]\n]{1,500})\]\]
    | (?<![\\\[!])\[\[(?P<link>(?=[^\[\]\n]*[^\W\d_])[^\[\]\n]{1,500})\]\](?![\](\[:])
    | (?P<macro>\{\{embed[ \t][^{}\n]{1,300}\}\})
    | (?:(?<=\S)[ \t])?\(\((?P<block>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)\)
    | (?:(?<=\S)[ \t]+|(?<![^\n]))\^(?=[\d-]*[A-Za-z])(?P<id>[A-Za-z0-9-]{2,60})(?=[ \t]*(?:\n|$))""",
    re.VERBOSE | re.DOTALL,
)
SIGNS = ("==", "%%", "[[", "((", "{{embed", " ^", "\n^")
WITHOUT_WORDS = {"comment": COMMENT, "macro": EMBEDDED_NOTE, "block": EMBEDDED_NOTE, "id": BLOCK_ID}
MAX_NESTED = 3  # marks in each other: `==[[ann|Ann]] said==` is two
NO_WORDS = re.compile(r"^[ \t]*(?:[-*+][ \t]*)?(?:\n|$)", re.MULTILINE)  # an empty line, an empty bullet
OUTLINE = re.compile(r"[ \t]+(?:[-*+]|\d{1,3}[.)])[ \t]")
# What an embedded file is called that holds no text: `map.png`, `map.png|300`; not `Other note#Talks`.
PICTURES = re.compile(
    r".*\.(?:avif|bmp|gif|jpe?g|png|svg|webp|3gp|flac|m4a|mp3|mp4|mov|ogg|ogv|wav|webm|pdf|canvas|excalidraw)"
    r"(?:[#|].*)?",
    re.IGNORECASE,
)
# The head of a callout: `> [!note]`, `> [!quote]- What he said`, `> > [!warning|left] ...`.
CALLOUT_HEAD = re.compile(
    r"^(?P<quote>[ \t]*(?:>[ \t]?)+)(?P<mark>\[![A-Za-z][\w-]*(?:\|[^\]\n]{0,100})?\][+-]?)"
    r"[ \t]*(?P<title>[^\n]*)(?P<end>\n|$)",
    re.MULTILINE,
)
# Code that Obsidian and Logseq run: a list they make, a drawing.
RUN_CODE = re.compile(r"\s*[`~]{3,}[ \t]*\{?(?:dataview(?:js)?|query|tasks|button|excalidraw|ad-\w+)\b")
# Logseq's properties of a paragraph: `id:: 65a0...`, and any that stands indented below its bullet; not
# `C++ std::move`.
PROPERTY_LINE = re.compile(
    r"^(?:[ \t]*(?:[-*][ \t]+)?(?:id|collapsed|heading|background-color|created-at|updated-at|ls-type|hl-\w+"
    r"|logseq\.[\w.-]+|query-[\w-]+|card-[\w-]+)::|[ \t]+[a-z][a-z0-9-]{0,30}::(?=[ \t]))[^\n]*(?:\n|$)",
    re.MULTILINE,
)
# Logseq's clock: `:LOGBOOK:` to `:END:`.
LOGBOOK = re.compile(
    r"^[ \t]*:LOGBOOK:[ \t]*\n(?:[ \t]*[A-Z*][^\n]*\n){0,50}?[ \t]*:END:[ \t]*(?:\n|$)", re.MULTILINE
)

# What exports of Readwise and Hypothesis have.  Links count each, all else once: an article may have the
# heading `Highlights`, or name one such link.
EXPORT_SIGN = re.compile(
    r"(?P<link>\(\[View Highlight\]\(|\]\(https?://hyp\.is/)|(?P<cover>!\[rw-book-cover\])"
    r"|(?P<name>\[\[Readwise\]\])"
    r"|(?P<heading>^\#{1,3}[ \t]+(?:[^\w\n]{0,4}[ \t]*)?(?:Page Notes|Highlights)[ \t]*$)",
    re.MULTILINE,
)
MIN_SIGNS = 2
# ` ([View Highlight](https://...)) #Highlight #[[2025-10-20]]`, ` — [Updated on 2025-10-20 10:15:03](https://
# hyp.is/...) — Group: #Public`, `([Location 123](https://...))`, the cover.
EXPORT_MARK = re.compile(
    r"[ \t]*\(?\[(?:View Highlight|(?:Location|Page|Time)[ \t][\d:.,-]+)\]\([^()\s]*\)\)?"
    r"(?:[ \t]+\#Highlight)?(?:[ \t]+\#\[\[[^\[\]\n]*\]\])?"
    r"|[ \t]*(?:—[ \t]*)?\[Updated on [^\[\]\n]{5,40}\]\(https?://hyp\.is/[^()\s]*\)"
    r"(?:[ \t]*—[ \t]*Group:[ \t]*\#[^\n]*)?"
    r"|!\[rw-book-cover\]\([^()\n]*\)",
)
# Lines about the export: headings, when it was made, links to the whole text.
EXPORT_LINE = re.compile(
    r"^[ \t]*(?:\#{1,4}[ \t]+|[-*+][ \t]+)?(?:[^\w\n]{0,4}[ \t]*)?"
    r"(?:(?:page notes|highlights|metadata|full document)[ \t]*"
    r"|(?:new highlights added|highlights first synced by)\b[^\n]{0,80}"
    r"|updated on[ \t]+(?:\[\[)?(?:\d{4}-\d\d-\d\d|[a-z]{3,9}\.?[ \t]\d{1,2}(?:st|nd|rd|th)?,?[ \t]\d{4})"
    r"(?:\]\])?(?:,?[ \t]+(?:at[ \t]+)?\d{1,2}:\d\d(?::\d\d)?(?:[ \t]?[ap]m)?)?"
    r"|\[\[[^\[\]\n]*\|?see full document content[^\[\]\n]*\]\])[ \t]*(?:\n|$)",
    re.IGNORECASE | re.MULTILINE,
)
# What the reader of the article noted below a highlight: `    - Note: ask the ministry`.
NOTE_LINE = re.compile(
    r"^[ \t]*[-*+][ \t]+(?:\*\*)?(?:note|tags?|annotation|comment)(?:\*\*)?:[^\n]*(?:\n|$)",
    re.IGNORECASE | re.MULTILINE,
)
# Of these what holds words, not tags alone.
REMARK = re.compile(r"(?:note|annotation|comment)(?:\*\*)?:[ \t*]*\S", re.IGNORECASE)


def cut_note_marks(blocks: list[Block], about: About) -> list[Block]:
    """Cut the marks of note-taking programs, and what exports put around the passages a reader marked.

    What was cut stands behind the text: the steps after this one look at the first blocks.
    """
    is_export = _is_export(blocks, about)
    rest: list[Block] = []
    found: list[Block] = []
    for block in blocks:
        if not is_export and not _may_have_marks(block):
            rest.append(block)
            continue
        for piece in _without_marks(block, is_export=is_export):
            (found if piece.cut else rest).append(piece)
    return rest + found


def has_remark(block: Block) -> bool:
    """Return whether a block that was cut holds what a reader wrote about a passage."""
    return block.cut == NOTE and bool(REMARK.search(block.text))


def _is_export(blocks: list[Block], about: About) -> bool:
    """Return whether a text has two signs of an export, the front matter's own word being one."""
    signs = int(about.is_export)
    seen: set[str] = set()
    for block in blocks:
        if not ("[" in block.text or "#" in block.text):
            continue
        for found in EXPORT_SIGN.finditer(block.text):
            signs += found.lastgroup == "link" or found.lastgroup not in seen
            if signs >= MIN_SIGNS:
                return True
            seen.add(found.lastgroup or "")
    return False


def without_marks(line: str) -> str:
    """Return a single line, a title for instance, without such marks."""
    if any(sign in line for sign in SIGNS):
        for _ in range(MAX_NESTED):
            line = MARKS.sub(lambda found: _words_of(found)[0], line)
    return line.strip()


def _may_have_marks(block: Block) -> bool:
    """Return whether a block is to be looked at; most are not."""
    text = block.text  # spelled out below: a loop takes four times as long
    return (
        "[" in text
        or "==" in text
        or "%%" in text
        or "::" in text
        or "((" in text
        or "^" in text
        or "{{" in text
        or ":LOGBOOK:" in text
        or block.kind is Kind.CODE
    )


def _without_marks(block: Block, *, is_export: bool) -> list[Block]:
    """Return what is left of a block, if anything is, and a block for each step that took something."""
    text = block.text
    if block.kind is Kind.CODE:
        return [replace(block, cut=QUERY)] if RUN_CODE.match(text) else [block]
    if text.startswith(("<!--", "    ", "\t")) and not OUTLINE.match(text):
        return [block]  # a comment, or code that is indented
    taken = _Taken(block)
    if block.kind is Kind.COMMENT and (end := COMMENT_END.search(text, len(COMMENT_MARK))):
        taken.take_to(end.end(), COMMENT)
    if is_export:
        taken.take(EXPORT_LINE, CLIPPING_TOOL)
        taken.take(NOTE_LINE, NOTE)
        taken.take(EXPORT_MARK, CLIPPING_TOOL)
    if text[0] == "^" or any(sign in text for sign in SIGNS):
        taken.take_marks()
    if "::" in text:
        taken.take(PROPERTY_LINE, PROPERTY)
    if ":LOGBOOK:" in text:
        taken.take(LOGBOOK, PROPERTY)
    if "[!" in text and block.kind is Kind.QUOTE:
        taken.take_callouts()
    return taken.blocks()


def _words_of(found: re.Match[str]) -> tuple[str, str]:
    """Return what a reader sees of a mark, and the step that cuts the rest; no step for code."""
    kind = found.lastgroup or "code"
    if kind in {"code", "ticks"}:
        return found[0], ""
    if kind == "marked":
        return found["marked"], HIGHLIGHTING
    if kind == "embedded":
        return "", PICTURE if PICTURES.fullmatch(found["embedded"]) else EMBEDDED_NOTE
    if kind == "link":
        return _shown(found["link"]), LINK
    return "", WITHOUT_WORDS[kind]


def _shown(link: str) -> str:
    """Return the words of a link: `Ann` of `people/ann|Ann`, `Talks` of `Talks#^a1b2c3`."""
    target, bar, words = link.replace("\\|", "|").rpartition("|")
    if bar and words.strip():
        return words.strip()
    return (target or words).partition("#^")[0].strip("#|").replace("#", " > ").strip()


class _Taken:
    """A block out of which pieces are taken: what is left of its text, and the pieces by step.

    Lines that are gone stay empty until the end, so that it is known where a piece stood.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.text = block.text
        self.pieces: dict[str, list[str]] = {}
        self.first: dict[str, int] = {}

    def take(self, pattern: re.Pattern[str], step: str) -> None:
        """Take out whatever a pattern matches."""
        self.text = pattern.sub(lambda found: self._note(found, step), self.text)

    def take_to(self, end: int, step: str) -> None:
        """Take out the beginning of the text."""
        self._keep(self.text[:end], step, 0)
        self.text = "\n" * self.text.count("\n", 0, end) + self.text[end:]

    def take_callouts(self) -> None:
        """Take out the marks of callouts; their titles stay, in bold type."""
        self.text = CALLOUT_HEAD.sub(self._title, self.text)

    def take_marks(self) -> None:
        """Take out what `MARKS` matches, but for the words in it; marks stand in each other."""
        for _ in range(MAX_NESTED):
            before, self.text = self.text, MARKS.sub(self._words, self.text)
            if before == self.text:
                return

    def blocks(self) -> list[Block]:
        """Return what is left, if anything is, and a block for each step that took something."""
        if not self.pieces:
            return [self.block]
        cut = [
            replace(self.block, text="\n".join(pieces), line=self.block.line + self.first[step], cut=step)
            for step, pieces in self.pieces.items()
        ]
        text = NO_WORDS.sub("", self.text).strip("\n").rstrip()
        if not self.block.text.startswith((" ", "\t")):
            text = textwrap.dedent(text)  # what stood below a line that is gone would be code now
        kind = Kind.PARAGRAPH if self.block.kind is Kind.COMMENT else self.block.kind
        return [replace(self.block, text=text, kind=kind), *cut] if text.strip("> \t\n-*+#") else cut

    def _keep(self, piece: str, step: str, start: int) -> None:
        """Keep a piece, and of the first of its step the line on which it stood."""
        self.pieces.setdefault(step, []).append(piece)
        if step not in self.first:
            self.first[step] = self.text.count("\n", 0, start)

    def _note(self, found: re.Match[str], step: str) -> str:
        self._keep(found[0].strip(), step, found.end() - len(found[0].lstrip()))
        return "\n" * found[0].count("\n")

    def _title(self, found: re.Match[str]) -> str:
        self._keep(found["mark"], CALLOUT, found.start())
        title, quote = found["title"].strip(), found["quote"].rstrip()
        if not title:
            return ""
        bold = title if "*" in title or "](" in title else f"**{title}**"
        return f"{quote} {bold}\n{quote}{found['end']}" if found["end"] else f"{quote} {bold}"

    def _words(self, found: re.Match[str]) -> str:
        words, step = _words_of(found)
        lines = self._note(found, step) if step else ""
        return words or lines
