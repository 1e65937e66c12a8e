"""Turns an article's Markdown into safe HTML in which the words that earned a tag are marked.

Marks are positions in the Markdown *source*; they have to reach the right words of the *output* whatever
stands around them, and must not change a letter of it.  So the text is rendered twice: once as it is, and
once with each marked word between two characters that no text uses.  Where the second result without those
characters is not the first, the marks at fault are left out; in the rest each pair becomes a ``<mark>``.

The parsers used here can hang or crash on hostile text: call `render_body` through `articles.guard.Guard`
and show `render_plain` when that fails.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import markdown
import nh3

# Raise the number when the same text and marks give other HTML: kept HTML is then made anew.
RENDERER_VERSION = f"1/{version('markdown')}/{version('nh3')}"

MAX_LENGTH = 500_000  # characters; a book, and a second of Markdown's time
MAX_DEPTH = 100  # of brackets, quotes or elements in each other; browsers and parsers slow down far later
GROWTH, ALLOWANCE = 4, 20_000  # the HTML has at most GROWTH characters for one of text, plus ALLOWANCE
MAX_PIECES = 60_000  # marked words in one text; planes 15 and 16 number about as many

TAGS = {
    "p", "a", "em", "strong", "blockquote", "ul", "ol", "li", "code", "pre", "hr", "br",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "svg",
    "math",
    "select",
    "textarea",
}
# Elements without content, and those that the next of their kind closes: neither nests by itself.
FLAT = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    "dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip

# Private-use characters of planes 15 and 16 number the marked words: no font or text uses them.
FIRST_START, END = 0xF0000, "\U00100000"
SENTINEL = re.compile(r"[\U000F0000-\U0010FFFF]")
MARKED_WORD = re.compile(rf"([\U000F0000-\U000FFFFF])([^\U000F0000-\U0010FFFF]*){END}")
UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\U000F0000-\U0010FFFF]")

# In "the <b>U.S.</b> &amp; NATO's": "the", "U.S.", "NATO's"; not the tag's name, not the entity.
TOKEN = re.compile(
    r"""</?\w[\w:-]* | &\#?\w+;
      | (?P<word> [^\s!-/:-@\[-`{-~]+ (?:[.'][^\s!-/:-@\[-`{-~]+)* \.? )""",
    re.VERBOSE,
)
DEEP_QUOTE = re.compile(rf"^(?:[ \t]*>){{{MAX_DEPTH}}}", re.MULTILINE)
TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')  # in sanitised HTML, where < is always written &lt; in text
OPENED = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
HEADING = re.compile(r"<(/?)h([1-6])>")
EMPTY = re.compile(r'<(a|p|em|strong|blockquote|h[1-6])(?: (?:[^<>"]|"[^"]*")*)?>\s*</\1>')
LINK_TO_NOWHERE = re.compile(r'<a rel="[^"]*">(.*?)</a>', re.DOTALL)
MARK_OPENS = '<mark class="evidence'  # no other <mark> is let through
MARK = re.compile(r'<mark class="evidence[^"]*" data-tag="([^"]*)">([^<]*)</mark>')


class RenderingError(ValueError):
    """A text that cannot be shown formatted: too long, nested too deep, or more than the parser can take."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of a text that speak for a tag: kind ``country``, key ``ru``."""

    start: int
    end: int
    kind: str
    key: str

    @property
    def tag(self) -> str:
        """Return the tag as addresses name it: ``country:ru``."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters [start, end) with the tags they speak for, no other span overlapping.

    ``joins``: only marked characters lie between this span and the one numbered before it.
    """

    start: int
    end: int
    tags: tuple[str, ...]
    number: int = 0
    joins: bool = False


def render_body(body: str, marks: Sequence[Mark] = ()) -> str:
    """Return the Markdown as sanitised HTML; raise RenderingError where `render_plain` should be shown.

    Every marked word that is shown stands in ``<mark class="evidence evidence-country"
    data-tag="country:ru">``; words that several tags share carry all of them.  Without its marks the HTML is
    the same as that of the text without marks.
    """
    text = _usable(body)
    _refuse_monsters(text)
    plain = _convert(text)
    if len(plain) > GROWTH * len(text) + ALLOWANCE:
        raise RenderingError("the HTML is many times longer than its text")
    if SENTINEL.search(plain):  # written as &#xF0000; by somebody who wants to forge evidence
        return SENTINEL.sub("", plain)
    words = _words(text, marks)
    return _with_marks(_place(text, words, plain), words) if words else plain


def render_plain(text: str, marks: Sequence[Mark] = ()) -> str:
    """Return the text as it is, in paragraphs and lines, with the evidence marked.  Works for any text."""
    text = _usable(text)
    spans = _spans(marks, len(text))
    paragraphs = (_escaped(text, start, end, spans) for start, end in _paragraphs(text))
    return "\n".join(f"<p>{paragraph.replace('\n', '<br>\n')}</p>" for paragraph in paragraphs)


def render_line(text: str, marks: Sequence[Mark] = ()) -> str:
    """Return a title or another single line, escaped, with the evidence marked."""
    text = _usable(text).replace("\n", " ")
    return _escaped(text, 0, len(text), _spans(marks, len(text)))


def show_marks(parts: Sequence[str], chosen: Sequence[str] = ()) -> list[str]:
    """Return rendered texts with the marks of the chosen tags alone (``country:ru``), all others removed.

    The marks that stay are numbered through all parts: ``id="evidence-1"`` and so on.
    """
    wanted = {html.escape(tag) for tag in chosen}
    count = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal count
        tags = [tag for tag in match[1].split(" ") if tag in wanted]
        if not tags:
            return match[2]
        count += 1
        return _opening(tags, f' id="evidence-{count}"') + match[2] + "</mark>"

    return [MARK.sub(shown, part) for part in parts]


def _usable(text: str) -> str:
    """Return the text without characters that mean something here, replaced one by one: offsets stay true."""
    return UNUSABLE.sub("\ufffd", text)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the paragraphs of a text start and end: lines without a blank one between them."""
    start = end = position = 0
    for line in text.split("\n"):
        if line.strip():
            start = start if end > start else position
            end = position + len(line)
        elif end > start:
            yield start, end
            start = end
        position += len(line) + 1
    if end > start:
        yield start, end


# --- Markdown to safe HTML --------------------------------------------------------------------------------


class _References(dict[str, tuple[str, str]]):
    """Link definitions, found whether or not the words of their name are marked."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(SENTINEL.sub("", str(name)))

    def __getitem__(self, name: str) -> tuple[str, str]:
        return super().__getitem__(SENTINEL.sub("", name))

    def __setitem__(self, name: str, value: tuple[str, str]) -> None:
        super().__setitem__(SENTINEL.sub("", name), value)


def _refuse_monsters(text: str) -> None:
    """Raise RenderingError for what would keep the parser busy for long; the guard catches the rest."""
    if len(text) > MAX_LENGTH:
        raise RenderingError(f"the text has more than {MAX_LENGTH:,} characters")
    if DEEP_QUOTE.search(text):
        raise RenderingError("quotes are nested too deep")
    depth = 0
    for bracket in re.findall(r"[\[\]]", text):
        depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            raise RenderingError("brackets are nested too deep")


def _convert(text: str) -> str:
    parser = markdown.Markdown(extensions=["tables", "sane_lists", "fenced_code"], output_format="html")
    parser.references = _References()
    try:
        raw = parser.convert(text)
    # On hostile text the parser fails in any way: RecursionError, AssertionError, IndexError were seen.
    except Exception as error:
        raise RenderingError(f"the Markdown parser failed: {type(error).__name__}") from error
    _refuse_deep(raw)
    return _tidy(CLEANER.clean(raw))


def _refuse_deep(raw: str) -> None:
    """Raise RenderingError for HTML nested so deep that sanitising takes minutes (0.5 MB of <div>: 33 s)."""
    opened: list[str] = []
    for closing, name in OPENED.findall(raw):
        name = name.lower()
        if name in FLAT:
            continue
        if not closing:
            opened.append(name)
        elif name in opened:
            # The parser ignores an end without its beginning, and one end closes all that is open inside.
            while opened.pop() != name:
                pass
        if len(opened) > MAX_DEPTH:
            raise RenderingError("elements are nested too deep")


def _attribute(element: str, name: str, value: str) -> str | None:
    value = SENTINEL.sub("", value)
    if name == "start" and not re.fullmatch(r"[0-9]{1,9}", value):
        return None
    return value


CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


def _tidy(clean: str) -> str:
    """Return sanitised HTML without empty shells, its headings on the levels below the page's own."""
    clean = LINK_TO_NOWHERE.sub(r"\1", clean)
    # Dropped images leave an empty link in an empty paragraph: inner first.
    for _ in range(2):
        clean = EMPTY.sub("", clean)
    levels = sorted({level for _, level in HEADING.findall(clean)})
    return HEADING.sub(lambda match: f"<{match[1]}h{min(levels.index(match[2]) + 2, 4)}>", clean).strip()


# --- Marks ------------------------------------------------------------------------------------------------


def _spans(marks: Sequence[Mark], length: int) -> list[_Span]:
    """Return the marks as spans that do not overlap, in order, cut to the text."""
    borders: list[tuple[int, int, str]] = []
    for mark in marks:
        start, end = max(mark.start, 0), min(mark.end, length)
        if start < end:
            borders += [(start, 1, mark.tag), (end, -1, mark.tag)]
    spans: list[_Span] = []
    active: Counter[str] = Counter()
    last = 0
    for position, change, tag in sorted(borders):
        if position > last and active:
            spans.append(_Span(last, position, tuple(sorted(active))))
        active[tag] += change
        if not active[tag]:
            del active[tag]
        last = position
    return spans


def _words(text: str, marks: Sequence[Mark]) -> list[_Span]:
    """Return the marked spans word by word: no word holds anything that means something in Markdown."""
    spans = _spans(marks, len(text))
    if not spans:
        return []
    words = [match.span("word") for match in TOKEN.finditer(text) if match["word"]]
    ends = [end for _, end in words]
    found: list[_Span] = []
    for span in spans:
        is_first = True
        for number in range(bisect_left(ends, span.start + 1), len(words)):
            start, end = max(words[number][0], span.start), min(words[number][1], span.end)
            if start >= span.end:
                break
            start += len(text[start:end]) - len(text[start:end].lstrip(".'"))
            if start < end:
                found.append(_Span(start, end, span.tags, len(found), joins=not is_first))
                is_first = False
    return found[:MAX_PIECES]


def _place(text: str, words: Sequence[_Span], plain: str) -> str:
    """Return the HTML with sentinels around the words, all that can be placed without changing it."""
    placed = _converted(text, words, plain)
    if placed is not None:
        return placed
    # A word at fault (the 2025 of a list "2025. ...") is looked for by halving, in bounded time.
    tries = min(40, 1 + 200_000 // (len(text) + 1))
    harmless: list[_Span] = []
    groups = [words[: len(words) // 2], words[len(words) // 2 :]]
    while groups and tries:
        tries -= 1
        group = groups.pop()
        if _converted(text, group, plain) is not None:
            harmless += group
        elif len(group) > 1:
            groups += [group[: len(group) // 2], group[len(group) // 2 :]]
    placed = _converted(text, sorted(harmless, key=lambda word: word.start), plain)
    return plain if placed is None else placed


def _converted(text: str, words: Sequence[_Span], plain: str) -> str | None:
    """Return the HTML with sentinels around these words, None if they change anything else."""
    pieces: list[str] = []
    last = 0
    for word in words:
        pieces += [text[last : word.start], chr(FIRST_START + word.number), text[word.start : word.end], END]
        last = word.end
    try:
        placed = _convert("".join([*pieces, text[last:]]))
    except RenderingError:
        return None
    return placed if SENTINEL.sub("", placed) == plain else None


def _with_marks(placed: str, words: Sequence[_Span]) -> str:
    """Return the HTML with each pair of sentinels turned into a mark, those of one span into one."""
    return "".join(
        part if part.startswith("<") else SENTINEL.sub("", _marked(part, words)) for part in TAG.split(placed)
    )


def _marked(part: str, words: Sequence[_Span]) -> str:
    """Return one run of text between two tags with its marks."""
    pieces: list[str] = []
    last, before = 0, -1
    for match in MARKED_WORD.finditer(part):
        number = ord(match[1]) - FIRST_START
        if number >= len(words):
            continue
        gap = part[last : match.start()]
        if words[number].joins and before == number - 1 and pieces:
            pieces[-1:] = [gap]
        else:
            pieces += [gap, _opening(words[number].tags)]
        pieces += [match[2], "</mark>"]
        last, before = match.end(), number
    return "".join([*pieces, part[last:]])


def _opening(tags: Sequence[str], attributes: str = "") -> str:
    kinds = dict.fromkeys(f"evidence-{tag.partition(':')[0]}" for tag in tags)
    return (
        f'<mark class="evidence {html.escape(" ".join(kinds))}"'
        f' data-tag="{html.escape(" ".join(tags))}"{attributes}>'
    )


def _escaped(text: str, start: int, end: int, spans: Sequence[_Span]) -> str:
    """Return text[start:end] escaped, the spans in it marked line by line."""
    pieces: list[str] = []
    last = start
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        first, stop = max(span.start, start), min(span.end, end)
        pieces.append(html.escape(text[last:first]))
        for line in re.split(r"(\s*\n\s*)", text[first:stop]):
            escaped = html.escape(line)
            pieces.append(f"{_opening(span.tags)}{escaped}</mark>" if line.strip() else escaped)
        last = stop
    return "".join([*pieces, html.escape(text[last:end])])
