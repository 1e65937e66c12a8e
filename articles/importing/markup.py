"""HTML to the Markdown of a clipping: paragraphs, headings, lists, quotes, links; the rest is its text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
        "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
SILENT = frozenset({"head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template"})
MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`"}
MAX_QUOTES = 5  # inside each other; more is an attack
# Matches what would make a text a list, a heading, a quote or a rule: `- `, `1. `, `# `, `> `, `---`.
BLOCK_MARK = re.compile(r"^(\d{0,9})([-+*>](?=\s)|#(?=#{0,5}\s)|(?<=\d)[.)](?=\s)|[-=](?=[-=]{2}))")
ITEM = "- "
SPACES = re.compile(r"\s+")


def to_markdown(html: str) -> str:
    """Return HTML, or plain text, as Markdown: no tag is left, and no text begins to be one."""
    if "<" not in html and "&" not in html:
        return "\n\n".join(filter(None, (_paragraph(part) for part in re.split(r"\n\s*\n", html))))
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return "".join(
        ("\n" if before.startswith(ITEM) and block.startswith(ITEM) else "\n\n") + block
        for before, block in pairwise(["", *reader.blocks])
    ).strip()


def _paragraph(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    """Return one block's text so that Markdown takes it for text."""
    return BLOCK_MARK.sub(r"\1\\\2", text.replace("<", "&lt;"))


class _Reader(HTMLParser):
    """Collects blocks of Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self.pieces: list[str] = []
        self.prefix = ""
        self.quotes = 0
        self.silent = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        if tag in BLOCKS:
            self.end_block()
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "li":
            self.prefix = ITEM
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.prefix = "#" * max(2, int(tag[1])) + " "
        elif tag in {"td", "th"}:
            self.pieces.append(" ")
        elif tag in MARKS:
            self.pieces.append(MARKS[tag])
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.pieces)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        if tag in BLOCKS:
            self.end_block()
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif tag in MARKS:
            self.pieces.append(MARKS[tag])
        elif tag == "a" and self.links:
            self._end_link(*self.links.pop())

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(SPACES.sub(" ", data).replace("<", "&lt;"))

    def _end_link(self, address: str, start: int) -> None:
        text = "".join(self.pieces[start:]).strip()
        if text and re.fullmatch(r"https?://[^\s<>()]+", address):
            self.pieces[start:] = [f"[{text.replace('[', '(').replace(']', ')')}]({address})"]

    def end_block(self) -> None:
        """Put what was read since the last block into a block of its own."""
        printed = "".join(self.pieces)
        self.pieces, self.links = [], []
        for part in [printed] if self.prefix else re.split(r"\n\s*\n", printed):
            lines = [" ".join(line.split()) for line in part.split("\n")]
            lines = [BLOCK_MARK.sub(r"\1\\\2", line) for line in lines if line.strip("*` ")]
            if self.prefix:
                lines = [self.prefix + " ".join(lines)] if lines else []
            if lines:
                quote = "> " * min(self.quotes, MAX_QUOTES)
                self.blocks.append("\n".join(quote + line for line in lines))
                self.prefix = ""
