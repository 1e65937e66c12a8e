"""How an article is cited: as a sentence, and as BibTeX, RIS and CSL-JSON know it.

What is cited is the original where its address is known; the archive is named beside it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.days import date_in_words, day_in_words
from articles.importing.bylines import names_no_person
from articles.importing.clipping import Precision
from articles.phrases import all_of, gettext

# What XML cannot hold and no editor shows: control characters, halves of surrogate pairs, non-characters.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Every letter that means something to TeX, and how it is written to mean itself.
TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
})  # fmt: skip
# In an address these would end the field; a browser reads them all the same.
TEX_ADDRESS = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class RecordTag:
    """One tag of an exported article."""

    kind: str
    slug: str
    name: str
    role: str
    salience: float
    is_main: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One article as citations and exports know it; every text is one line.

    ``url`` is the whole address of its page here, ``original_url`` that of the text at its publisher.
    """

    id: int
    url: str
    title: str
    standfirst: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    published_on: dt.date | None = None
    published_precision: str = Precision.DAY.value
    clipped_on: dt.date | None = None
    language: str = ""
    original_url: str = ""
    tags: tuple[RecordTag, ...] = ()

    @property
    def cited_url(self) -> str:
        """Return the address of the original, else that of its page here."""
        return self.original_url or self.url

    @property
    def key(self) -> str:
        """Return what a bibliography knows it by: ``newsroom-12``."""
        return f"newsroom-{self.id}"

    def tags_of(self, kind: str) -> list[RecordTag]:
        """Return its tags of one kind, main subjects first."""
        return [tag for tag in self.tags if tag.kind == kind]


def one_line(text: str) -> str:
    """Return the text as one line, without characters that XML cannot hold."""
    return UNPRINTABLE.sub("", " ".join(text.split()))


def date_parts(day: dt.date, precision: str) -> list[int]:
    """Return the date's numbers as far as they are known: ``[2025, 10, 16]``, ``[2025]``."""
    length = {Precision.YEAR: 1, Precision.MONTH: 2}.get(Precision(precision), 3)
    return [day.year, day.month, day.day][:length]


def citation(record: Record) -> str:
    """Return one sentence: who, what, where, when, the original's address and the archive's."""
    said = [gettext("“%(text)s”") % {"text": record.title}]
    if record.authors:
        said.insert(0, all_of(list(record.authors)))
    if record.outlet:
        said.append(record.outlet)
    said.append(
        date_in_words(record.published_on, record.published_precision)
        if record.published_on
        else gettext("undated")
    )
    what = ", ".join(said)
    if not record.original_url:
        return f"{what}. {record.url}"
    places = {"what": what, "original": record.original_url, "archived": record.url}
    if not record.clipped_on:
        return gettext("%(what)s. %(original)s (archived at %(archived)s)") % places
    return gettext("%(what)s. %(original)s (archived at %(archived)s, clipped %(day)s)") % {
        **places,
        "day": day_in_words(record.clipped_on),
    }


def bibtex(record: Record) -> str:
    """Return a BibTeX entry, as BibLaTeX and reference managers read it as well."""
    fields = list(_bibtex_fields(record))
    # Styles ask an @article for its journal.
    kind = "article" if record.outlet else "misc"
    return "\n".join([f"@{kind}{{{record.key},", *(f"  {name} = {value}," for name, value in fields), "}\n"])


def _bibtex_fields(record: Record) -> Iterator[tuple[str, str]]:
    if record.authors:
        yield "author", f"{{{' and '.join(map(_tex_name, record.authors))}}}"
    yield "title", f"{{{{{record.title.translate(TEX)}}}}}"  # two braces: styles leave its capitals alone
    if record.outlet:
        yield "journal", f"{{{record.outlet.translate(TEX)}}}"
    if record.published_on:
        year, *rest = date_parts(record.published_on, record.published_precision)
        yield "year", f"{{{year:04}}}"
        if rest:
            yield "month", MONTHS[rest[0] - 1]
        if len(rest) > 1:
            yield "day", f"{{{rest[1]}}}"
    yield "url", f"{{{record.cited_url.translate(TEX_ADDRESS)}}}"
    if record.clipped_on:
        yield "urldate", f"{{{record.clipped_on.isoformat()}}}"
    if record.language:
        yield "language", f"{{{record.language.translate(TEX)}}}"
    if record.original_url:
        yield "note", f"{{Archived at {record.url.translate(TEX)}}}"


def _tex_name(name: str) -> str:
    """Return a name of the byline; in braces where BibTeX would take it for two or turn it round."""
    is_whole = " and " in name.lower() or "," in name or names_no_person(name)
    # `Newsroom desk` would be taken for one of the family desk.
    is_whole |= " " in name and name.split()[-1].islower()
    return f"{{{name.translate(TEX)}}}" if is_whole else name.translate(TEX)


def ris(record: Record) -> str:
    """Return a RIS record: lines of a tag of two letters and a value, as every reference manager reads."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in _ris_lines(record) if value or tag == "ER")


def _ris_lines(record: Record) -> Iterator[tuple[str, str]]:
    yield "TY", "NEWS"
    yield "ID", record.key
    yield "TI", record.title
    yield from (("AU", author) for author in record.authors)
    yield "T2", record.outlet
    if record.published_on:
        known = date_parts(record.published_on, record.published_precision)
        yield "PY", f"{known[0]:04}"
        # The form is YYYY/MM/DD/other; what is not known stays empty between its slashes.
        parts = [f"{known[0]:04}", *(f"{part:02}" for part in known[1:])]
        yield "DA", "/".join(parts) + "/" * (4 - len(parts))
    if record.clipped_on:
        yield "Y2", f"{record.clipped_on:%Y/%m/%d/}"
    yield "UR", record.cited_url
    yield "LA", record.language
    yield "AB", record.standfirst
    yield from (("KW", tag.name) for tag in record.tags)
    yield "N1", f"Archived at {record.url}" if record.original_url else ""
    yield "ER", ""


def csl(record: Record) -> dict[str, object]:
    """Return the item of CSL-JSON.  Names are literal: which part of a byline is a surname is not known."""
    item: dict[str, object] = {
        "id": record.key,
        "type": "article-newspaper",
        "title": record.title,
        "container-title": record.outlet,
        "author": [{"literal": author} for author in record.authors],
        "abstract": record.standfirst,
        "language": record.language,
        "URL": record.cited_url,
        "archive": "Newsroom",
        "archive_location": record.url,
        "keyword": ", ".join(tag.name for tag in record.tags),
    }
    if record.published_on:
        item["issued"] = {"date-parts": [date_parts(record.published_on, record.published_precision)]}
    if record.clipped_on:
        item["accessed"] = {"date-parts": [date_parts(record.clipped_on, Precision.DAY)]}
    return {name: value for name, value in item.items() if value}
