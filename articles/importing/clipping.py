"""One file, understood: the `Clipping` and how a `SourceFile` becomes one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from articles.importing.addresses import canonical_url, host_of, site_label, web_address
from articles.importing.blocks import About, Block, split_blocks
from articles.importing.body import CleanBody, Cut, clean_body
from articles.importing.bylines import MAX_NAME, WIKILINK, read_bylines, without_mail
from articles.importing.crossing import Crossing
from articles.importing.dates import Precision
from articles.importing.dating import Dated, date_clipping
from articles.importing.decoding import decode
from articles.importing.frontmatter import FrontMatter, read_front_matter
from articles.importing.handlers import Value
from articles.importing.head import date_line_in, origin_in, title_in
from articles.importing.keys import FALSE, HIDDEN, TRUE, Taken, same_key, sort_fields, texts
from articles.importing.keywords import keywords_in
from articles.importing.outlets import outlet_at, outlet_named
from articles.importing.problems import ClippingError, Notice
from articles.importing.sources import SourceFile
from articles.importing.titles import MAX_TITLE, clean_title, shorten, split_outlet
from articles.importing.troubles import Trouble

__all__ = ["READER_VERSION", "Clipping", "ClippingError", "Cut", "Notice", "Precision", "read_clipping"]

# What the database holds, in characters.
MAX_SECTION, MAX_BYLINE = 200, 500
MAX_AUTHORS, MAX_KEYWORDS = 100, 300  # more is a mistake or an attack
LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?", re.IGNORECASE)
# Matches the `es` of `index.es.md`.
LANGUAGE_IN_NAME = re.compile(r"\.(ar|de|en|es|fa|fr|he|hi|it|ja|ko|nl|pl|pt|ru|sv|tr|uk|zh)\.\w+$")
# A second front matter in the text: `---`, keys of which one is a title, `---`.
SECOND_HEAD = re.compile(
    r"^-{3,}[ \t]*\n(?=(?:[^\n]*\n){0,20}?(?i:title):)"
    r"(?:(?:[A-Za-z][\w -]{0,40}:[^\n]*|[ \t]+[^\n]*|- [^\n]*)\n){1,40}-{3,}[ \t]*$",
    re.MULTILINE,
)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:\S", re.IGNORECASE)

OF_TOOLS = frozenset({"article", "articles"})  # as a hashtag, what Readwise and Hypothesis call every page

READER_VERSION = "8"  # a new one reads every file again: raise it with every change of what is read


@dataclass(frozen=True, slots=True)
class Clipping(Crossing):
    """What one file says, cleaned.

    ``body`` is Markdown without the standfirst.  ``byline`` is the authors as printed, ``authors`` the
    names one by one.  ``keywords`` are the front matter's own tags, kinds not yet known.  ``url`` is as
    written; ``canonical_url`` is what identity compares.  ``extra`` holds front-matter keys that no field
    takes, or not the whole of, as JSON values.
    """

    title: str
    body: str
    standfirst: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    outlet: str = ""
    url: str = ""
    canonical_url: str = ""
    published_on: dt.date | None = None
    published_precision: Precision = Precision.DAY
    clipped_on: dt.date | None = None
    updated_on: dt.date | None = None
    language: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    is_published: bool = True
    cuts: tuple[Cut, ...] = ()
    notices: tuple[Notice, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


def read_clipping(source: SourceFile, *, day_first: bool | None = None) -> Clipping:
    """Return what a file says; raise ClippingError if it cannot be imported.

    ``day_first`` settles dates like ``10/11/2025`` the way the rest of the folder writes them; None refuses
    them.
    """
    text, decoding_notices = decode(source.content)
    front = read_front_matter(text)
    return _Reader(
        front, PurePosixPath(source.name), day_first, [*decoding_notices, *front.notices]
    ).clipping()


def read_printed_dates(source: SourceFile) -> tuple[str, tuple[str, ...]]:
    """Return a file's outlet and its dates as printed; raise ClippingError as `read_clipping` does."""
    front = read_front_matter(decode(source.content)[0])
    return _Reader(front, PurePosixPath(source.name), None, []).printed_dates()


class _Reader:
    """One file being read: its front matter by field, and the notices so far."""

    def __init__(
        self, front: FrontMatter, name: PurePosixPath, day_first: bool | None, notices: list[Notice]
    ) -> None:
        self.front = front
        self.name = name
        self.day_first = day_first
        self.notices = notices
        self.fields = sort_fields(front.values)
        self.extra: dict[str, Value] = dict(self.fields.extra)

    def clipping(self) -> Clipping:
        """Return the file's clipping; raise ClippingError.

        The title and the outlet come first, for cleaning the text looks for them; then the text, whose own
        date lines and byline are held against the front matter; each field adds its notices in this order.
        """
        blocks = split_blocks(self.front.body)
        url = self._url(blocks)
        host = host_of(url)
        printed_title, title, outlet, section = self._title_and_outlet(blocks, host)
        body = clean_body(blocks, About(title, outlet, printed_title, self._is_export()))
        self.notices += [replace(notice, line=self._body_line(notice.line)) for notice in body.notices]
        dated = self._dates(blocks, body, url)
        self.notices += dated.notices
        self.extra |= dated.unread
        self._notice_a_second_article()
        standfirst = self._standfirst(body)
        if not body.body:
            message = "it has no text, only front matter"
            self.notices.append(Notice(message, kind=Trouble.NO_TEXT))
        byline, authors = self._authors(body, host)
        return Clipping(
            title=self._shortened(title, MAX_TITLE, "title"),
            body=body.body,
            standfirst=standfirst,
            byline=byline,
            authors=authors,
            outlet=self._shortened(outlet, MAX_NAME, "outlet"),
            url=url,
            canonical_url=canonical_url(url),
            published_on=dated.published.on if dated.published else None,
            published_precision=dated.published.precision if dated.published else Precision.DAY,
            clipped_on=dated.clipped.on if dated.clipped else None,
            updated_on=dated.updated.on if dated.updated else None,
            language=self._language(),
            section=self._shortened(section, MAX_SECTION, "section"),
            keywords=self._keywords(authors),
            is_published=self._is_published(),
            cuts=body.cuts,
            notices=tuple(self.notices),
            extra=self.fields.partly | self.extra,
        )

    def _title_and_outlet(self, blocks: list[Block], host: str) -> tuple[str, str, str, str]:
        """Return the title as printed, without its outlet, the outlet and the section."""
        outlet, section = self._outlet_and_section()
        printed = self._title(blocks)
        names = [outlet, host, site_label(host), outlet_at(host)]
        topics = [section, *self._keywords(())] if "|" in printed else []
        title, suffix = split_outlet(printed, names, sections=topics)
        # All articles of a site have one outlet, whether or not their titles end with its name.
        outlet = outlet or outlet_named(suffix) or outlet_at(host) or host or suffix
        return printed, title, "" if outlet == title else outlet, section

    def _dates(self, blocks: list[Block], body: CleanBody, url: str) -> Dated:
        """Return the dates, by the text's own lines, the front matter, the address and the file name."""
        found = date_line_in(blocks)
        return date_clipping(
            self.front,
            self.fields,
            [(label, text, self.front.body_line + line - 1) for label, text, line in body.dates],
            (url, str(self.name)),
            day_first=self.day_first,
            own=self._own_address(),
            unlabelled=(found[0], self.front.body_line + found[1] - 1) if found else None,
        )

    def _notice_a_second_article(self) -> None:
        """Say so if the text has front matter of its own: two articles were put into one file."""
        text = self.front.body
        found = SECOND_HEAD.search(text) if "\ntitle:" in text.lower() else None
        if found:
            line = self._body_line(text.count("\n", 0, found.start()) + 1)
            message = "a second front matter begins here, read as text; split the file, one article to a file"
            self.notices.append(Notice(message, line, Trouble.SECOND_ARTICLE))

    def printed_dates(self) -> tuple[str, tuple[str, ...]]:
        """Return the outlet, and every date that the front matter and the text's own date lines print."""
        blocks = split_blocks(self.front.body)
        outlet, _ = self._outlet_and_section()
        host = host_of(self._url(blocks))
        outlet = outlet or outlet_at(host) or host
        stated = [self.fields.first(name) for name in ("date", "clipped", "updated")]
        dates = [texts(given.value)[0] for given in stated if given]
        return outlet, (*dates, *(text for _, text, _ in clean_body(blocks, About("", outlet)).dates))

    def _title(self, blocks: list[Block]) -> str:
        given = self.fields.first("title")
        if given is not None:
            found = texts(given.value)
            if isinstance(given.value, dict) or len(found) != 1:
                message = f"{given.key!r} is not one text; put the title in quotes"
                raise ClippingError(message, self._line(given), Trouble.BAD_TITLE)
            if title := clean_title(found[0]):
                return title
        title = clean_title(title_in(blocks, is_bare=not self.front.is_given))
        if not title:
            remedy = "add a line `title: ...` to its front matter, or a heading `# ...` above the text"
            line = self._line(given) if given else 1
            raise ClippingError(f"it has no title; {remedy}", line, Trouble.NO_TITLE)
        return title

    def _shortened(self, text: str, limit: int, name: str) -> str:
        short = shorten(text, limit)
        if short != text:
            message = f"the {name} has {len(text)} characters, shortened to {limit}"
            self.notices.append(Notice(message, kind=Trouble.SHORTENED))
            self.extra[name] = text
        return short

    def _own_address(self) -> str:
        """Return the path at which the archive that the file is from shows it: it may have the date."""
        own = (value for key, value in self.extra.items() if same_key(key) in {"permalink", "url", "slug"})
        return next((value for value in own if isinstance(value, str)), "")

    def _url(self, blocks: list[Block]) -> str:
        given = self.fields.first("url")
        for printed in texts(given.value) if given else ():
            if address := web_address(printed):
                return address
        if given:
            self.extra[given.key] = given.value
        for key, value in self.extra.items():
            # `/2025/talks/` is where a site generator puts the page.
            is_path = isinstance(value, str) and value.startswith("/") and not value.startswith("//")
            is_url = (given and key == given.key) or same_key(key) in {"url", "sourceurl", "originalurl"}
            if is_url and not is_path:
                blanks = ", without blanks" if isinstance(value, str) and " " in value.strip() else ""
                message = f"{key!r} is no web address, not used as one; write https://...{blanks}"
                self.notices.append(Notice(message, self.front.line_of(key), Trouble.BAD_ADDRESS))
        return "" if given else web_address(origin_in(blocks))

    def _is_export(self) -> bool:
        """Return whether the front matter is that of Readwise or Hypothesis: passages of a page, not all."""
        for key, value in self.front.values.items():
            words = {word.lower() for word in texts(value)}
            if same_key(key) == "doctype" and any(word.endswith("-highlights") for word in words):
                return True
            if same_key(key) == "category" and not words.isdisjoint(f"#{name}" for name in OF_TOOLS):
                return True
        return False

    def _outlet_and_section(self) -> tuple[str, str]:
        """Return the outlet's name and the section; `categories` may hold either."""
        given = self.fields.first("outlet")
        # `The Desk <desk@paper.org>` is who sent an e-mail.
        names = [clean_title(without_mail(text)) for text in texts(given.value)] if given else []
        outlet = next((name for name in names if name and not SCHEME.match(name)), "")
        outlet = outlet_named(outlet) or outlet_at(outlet) or outlet
        categories = self.fields.first("section")
        sections = []
        for text in texts(categories.value) if categories else ():
            name = clean_title(text.strip(" #[]"))
            if categories and name.lower() in OF_TOOLS and text.strip().startswith("#"):
                self.extra[categories.key] = categories.value
                continue
            known = outlet_named(name)
            if known and outlet in {"", known}:
                outlet = known
            elif name:
                sections.append(name)
        return outlet, ", ".join(dict.fromkeys(sections))

    def _authors(self, body: CleanBody, host: str) -> tuple[str, tuple[str, ...]]:
        """Return the byline as printed and the names in it; the ``host`` of the address is none."""
        given = self.fields.first("authors")
        printed = texts(given.value) if given else []
        line = self._line(given) if given else None
        if (longest := max(map(len, printed), default=0)) > 1000:
            message = f"a byline of {longest} characters; name the authors only"
            raise ClippingError(message, line, Trouble.BAD_BYLINE)
        names = read_bylines(printed, is_list=given is not None and isinstance(given.value, list))
        if len(names) > MAX_AUTHORS:
            message = f"{len(names)} authors, more than {MAX_AUTHORS}; name the authors only"
            raise ClippingError(message, line, Trouble.BAD_BYLINE)
        if not printed and body.byline:
            printed, names = [body.byline], read_bylines([body.byline])
        if host and host in map(str.lower, names):
            names = tuple(name for name in names if name.lower() != host)
            if given and not names:  # Hypothesis: `Author: [example.org]()`
                self.extra[given.key] = given.value
                printed = []
        shown = [clean_title(WIKILINK.sub(r"\1", text)) for text in printed]
        byline = ("; " if any("," in text for text in shown) else ", ").join(shown)
        return self._shortened(byline, MAX_BYLINE, "byline"), names

    def _standfirst(self, body: CleanBody) -> str:
        """Return the text's bold opening, else the summary, unless that only repeats how the text begins."""
        given = self.fields.first("summary")
        summary = clean_title(" ".join(texts(given.value))) if given else ""
        beginning = " ".join(body.body[: len(summary) + 200].split())
        if given and (body.standfirst or _begins(beginning, summary)):
            self.extra[given.key] = given.value
            summary = ""
        excerpt = clean_title(body.excerpt)
        return body.standfirst or summary or ("" if _begins(beginning, excerpt) else excerpt)

    def _keywords(self, authors: tuple[str, ...]) -> tuple[str, ...]:
        found = keywords_in((given.value for given in self.fields.taken["keywords"]), without=authors)
        if len(found) > MAX_KEYWORDS:
            message = f"{len(found)} tags, more than {MAX_KEYWORDS}; keep those of this article"
            raise ClippingError(message, self._line(self.fields.first("keywords")), Trouble.TOO_MANY_TAGS)
        return found

    def _language(self) -> str:
        given = self.fields.first("language")
        if given is None:
            in_name = LANGUAGE_IN_NAME.search(self.name.name)
            return in_name[1] if in_name else ""
        match = LANGUAGE.fullmatch(texts(given.value)[0].strip())
        if match is None:
            self.extra[given.key] = given.value
            return ""
        language, script, region = match.groups(default="")
        return "-".join(filter(None, (language.lower(), script.title(), region.upper())))

    def _is_published(self) -> bool:
        for given in self.fields.taken["status"]:
            state = texts(given.value)[0].strip().lower()
            key = same_key(given.key)
            if (
                state in HIDDEN
                or (key in {"draft", "private"} and state in TRUE)
                or (key in {"published", "posted"} and state in FALSE)
            ):
                return False
        return True

    def _line(self, given: Taken | None) -> int | None:
        return self.front.line_of(given.key) if given else None

    def _body_line(self, line: int | None) -> int | None:
        return None if line is None else self.front.body_line + line - 1


def _begins(beginning: str, summary: str) -> bool:
    """Return whether a summary only repeats how the text begins."""
    return beginning.startswith(summary.rstrip(" .…[]"))
