"""Shows for one article what was understood, what was found, and what was refused and why."""

from __future__ import annotations

import argparse
import datetime as dt
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from articles import gazetteer
from articles.commands import manage
from articles.guard import Guard, GuardError
from articles.importing.clipping import Clipping, ClippingError, read_clipping
from articles.importing.sources import SourceError, find_sources, read_source
from articles.models import Article
from articles.tagging import Entry, Finding, Kind, Mention, Part, Refusal, Role, Suggestion, Tagged, Tagger
from articles.tagging.lasting import built_to_last
from articles.tagging.surnames import BARE_SURNAME

HEADINGS = {
    Kind.ACTOR: "Actors",
    Kind.COUNTRY: "Countries",
    Kind.ORGANISATION: "Organisations",
    Kind.TOPIC: "Topics",
}
MENTIONS_SHOWN = 8
WIDTH = 100


class Command(BaseCommand):
    """Print the clipping as understood, every finding with its evidence, persons to suggest, and refusals.

    Example: manage.py explain_tags seeds/2025-08-15-alaska-summit.md --why-not country:ge
    """

    help = "Explain the tags of one file, or of a stored article."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare which article, and which tag to ask about."""
        article = parser.add_mutually_exclusive_group(required=True)
        article.add_argument(
            "file", nargs="?", type=Path, help="a clipping; the gazetteer's own files are used"
        )
        article.add_argument(
            "--article", type=int, metavar="ID", help="a stored article, with the database's gazetteer"
        )
        parser.add_argument(
            "--why-not",
            action="append",
            default=[],
            metavar="KIND:SLUG",
            help="say why an article lacks a tag",
        )

    def handle(
        self, *, file: Path | None, article: int | None, why_not: list[str], **options: object
    ) -> None:
        """Print the explanation."""
        clipping = read_file(file or Path()) if article is None else stored(article)
        with built_to_last():
            entries = list(gazetteer.read_shipped() if article is None else gazetteer.read_entries())
            tagger = Tagger(entries)
        book = {(entry.kind.value, entry.slug): entry for entry in entries}
        book |= {(entry.kind.value, entry.key): entry for entry in entries}
        asked = [find_entry(book, name) for name in why_not]
        on = clipping.published_on or clipping.clipped_on
        tagged = tagger.tag(title=clipping.title, standfirst=clipping.standfirst, body=clipping.body, on=on)
        lines = [*describe(clipping), "", *explain(tagged, book), ""]
        for entry in asked:
            lines += why(entry, tagged)
        lines.append(f"Gazetteer {gazetteer.release_of(entries)}, offices as of {on or 'no date: none'}")
        self.stdout.write("\n".join(lines))


def read_file(path: Path) -> Clipping:
    """Return the clipping of one file; raise CommandError with one sentence if it cannot be read."""
    if path.is_dir():
        raise CommandError(f"{path} is a folder; name one file")
    try:
        found = next(iter(find_sources([path])))
        with Guard() as guard:
            return guard.run(read_clipping, read_source(found))
    except (SourceError, ClippingError) as error:
        place = f", line {error.line}" if error.line else ""
        raise CommandError(f"{path}{place}: {error.message}") from error
    except GuardError as error:
        raise CommandError(f"{path}: {error}") from error


def stored(pk: int) -> Clipping:
    """Return a stored article in the shape of a clipping; raise CommandError if there is none."""
    try:
        article = Article.objects.select_related("outlet").get(pk=pk)
    except Article.DoesNotExist as error:
        raise CommandError(f"there is no article {pk}; its page's address holds the number") from error
    except DatabaseError as error:
        raise CommandError(f"the database cannot be read ({error}); run: {manage('migrate')}") from error
    return Clipping(
        title=article.title,
        body=article.body,
        standfirst=article.standfirst,
        byline=article.byline,
        authors=tuple(article.authors.values_list("name", flat=True)),
        outlet=article.outlet.name if article.outlet else "",
        url=article.url,
        published_on=article.published_on,
        clipped_on=article.clipped_on,
        language=article.language,
        keywords=tuple(map(str, article.keywords)),
    )


def find_entry(book: Mapping[tuple[str, str], Entry], name: str) -> Entry:
    """Return the entry of "country:ge" or "actor:xi-jinping"; raise CommandError if there is none."""
    kind, _, slug = name.partition(":")
    entry = book.get((kind, slug))
    if entry is None:
        raise CommandError(f"the gazetteer has no {name!r}; write it like country:ge or actor:xi-jinping")
    return entry


def describe(clipping: Clipping) -> Iterator[str]:
    """Yield what was understood of the file, one line a field."""
    fields: dict[str, object] = {
        "Title": clipping.title,
        "Standfirst": clipping.standfirst,
        "Published": shown_date(clipping.published_on, clipping.published_precision.value),
        "Clipped": clipping.clipped_on,
        "Outlet": clipping.outlet,
        "Authors": ", ".join(clipping.authors),
        "Printed as": clipping.byline,
        "Original": clipping.url,
        "Language": clipping.language,
        "Keywords": ", ".join(clipping.keywords),
        "Body": f"{len(clipping.body)} characters",
    }
    for name, value in fields.items():
        if value:
            yield from wrapped(f"{name + ':':12}{value}", indent=12)
    for notice in clipping.notices:
        place = f" (line {notice.line})" if notice.line else ""
        yield from wrapped(f"{'Notice:':12}{notice.message}{place}", indent=12)
    for cut in clipping.cuts:
        yield from wrapped(f"{'Cut:':12}{' '.join(cut.text.split())!r} ({cut.step})", indent=12)


def shown_date(day: dt.date | None, precision: str) -> str:
    """Return a date as people read it."""
    if day is None:
        return ""
    return day.isoformat() if precision == "day" else f"{day.isoformat()} ({precision} only)"


def explain(tagged: Tagged, book: Mapping[tuple[str, str], Entry]) -> Iterator[str]:
    """Yield the findings by kind, each with its evidence, then persons to suggest, then the refusals."""
    for kind, heading in HEADINGS.items():
        findings = [finding for finding in tagged.findings if finding.kind is kind]
        yield f"{heading} ({len(findings)})"
        for finding in findings:
            name = book[kind.value, finding.slug].name
            standing = f"{finding.role.value}, salience {finding.salience:.2f}"
            yield f"  {name} [{kind.value}:{finding.slug}]  {standing}"
            yield from wrapped(f"      {arithmetic(finding)}", indent=6)
            yield from wrapped(f"      {evidence(finding.mentions)}", indent=6)
    yield f"Suggested persons ({len(tagged.suggestions)})"
    for suggestion in tagged.suggestions:
        yield from suggested(suggestion)
    yield f"Refused ({len(tagged.refusals)})"
    yield from refused(tagged.refusals, book)


def suggested(suggestion: Suggestion) -> Iterator[str]:
    """Yield a person whom the gazetteer lacks: "Ana Soto, ambassador (pe)", and the words."""
    owner = f" ({suggestion.owner})" if suggestion.owner else ""
    standing = f"{suggestion.role.value}, salience {suggestion.salience:.2f}"
    yield from wrapped(f"  {suggestion.name}, {suggestion.office}{owner}  {standing}", indent=6)
    yield from wrapped(f"      {evidence(suggestion.mentions)}", indent=6)


def refused(refusals: Iterable[Refusal], book: Mapping[tuple[str, str], Entry]) -> Iterator[str]:
    """Yield the refusals: one line for all whom the same words do not mean, one for all bare surnames."""
    bare: dict[str, None] = {}
    groups: dict[tuple[Mention, str], list[Refusal]] = defaultdict(list)
    for refusal in refusals:
        if refusal.reason == BARE_SURNAME:
            bare[refusal.mention.words] = None
        else:
            groups[refusal.mention, refusal.reason].append(refusal)
    for (mention, reason), group in groups.items():
        first = group[0]
        name = f"{book[first.kind.value, first.slug].name} [{first.kind.value}:{first.slug}]"
        others = f" and {len(group) - 1} more" if len(group) > 1 else ""
        yield from wrapped(f"  {name}{others}  {shown(mention)}: {reason}", indent=6)
    if bare:
        words = ", ".join(repr(word) for word in bare)
        yield from wrapped(f"  Words that are also surnames  {words}: {BARE_SURNAME}", indent=6)


def arithmetic(finding: Finding) -> str:
    """Return how the salience came about: "title 5.0 + count 2.0 = 7.0, main from 6.0"."""
    if finding.sum is None:
        return "follows from a narrower topic"
    signs = " + ".join(
        f"{words!r} {value:.1f}" if finding.kind is Kind.TOPIC else f"{words} {value:.1f}"
        for words, value in finding.sum.signs
    )
    is_denied = finding.sum.total >= finding.sum.main and finding.role is Role.MENTIONED
    denied = ", but denied wherever it is named" if is_denied else ""
    return f"{signs} = {finding.sum.total:.1f}, main from {finding.sum.main:.1f}{denied}"


def evidence(mentions: Iterable[Mention]) -> str:
    """Return the words and where they stand: '"Kyiv" capital, body 120; ...'."""
    mentions = list(mentions)
    more = f"; and {len(mentions) - MENTIONS_SHOWN} more" if len(mentions) > MENTIONS_SHOWN else ""
    return "; ".join(shown(mention) for mention in mentions[:MENTIONS_SHOWN]) + more


def shown(mention: Mention) -> str:
    """Return one mention as people read it; in the title or standfirst no number is needed."""
    place = f"{mention.part.value} {mention.start}" if mention.part is Part.BODY else mention.part.value
    return f"{' '.join(mention.words.split())!r} {mention.rule}, {place}"


def why(entry: Entry, tagged: Tagged) -> Iterator[str]:
    """Yield why an article has or lacks a tag; there is always an answer."""
    head = f"{entry.name} [{entry.kind.value}:{entry.slug}]: "
    findings: list[Finding] = [f for f in tagged.findings if (f.kind, f.slug) == (entry.kind, entry.slug)]
    refusals: list[Refusal] = [r for r in tagged.refusals if (r.kind, r.slug) == (entry.kind, entry.slug)]
    if findings:
        yield from wrapped(
            f"{head}tagged, {findings[0].role.value}: {evidence(findings[0].mentions)}", indent=6
        )
    elif refusals:
        for refusal in refusals:
            yield from wrapped(f"{head}not tagged: {shown(refusal.mention)}: {refusal.reason}", indent=6)
    else:
        names = ", ".join(repr(alias.text) for alias in entry.aliases[:5])
        yield from wrapped(
            f"{head}not tagged: none of its names stands in the article ({names} ...)", indent=6
        )


def wrapped(text: str, *, indent: int) -> list[str]:
    """Return the text in lines of readable length, the later ones indented."""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
