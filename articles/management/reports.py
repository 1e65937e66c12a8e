"""What an import says in the end: for people on a terminal, for programs as JSON, as a page to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string

from articles.commands import manage
from articles.importing.identity import Outcome
from articles.importing.report import Problem, Report
from articles.importing.sources import LOOKED_FOR
from articles.models import ImportIssue
from articles.phrases import count_of

SHOWN_PLACES = 10  # files listed under one kind of issue; the rest is in the admin and in --report

HEADINGS = {
    ImportIssue.Level.ERROR: ("file was not imported", "files were not imported"),
    ImportIssue.Level.SKIPPED: ("file was skipped", "files were skipped"),
    ImportIssue.Level.WARNING: ("warning", "warnings"),
}
# Matches `'10/11/2025'`, `"it's"` and `5,000`: what differs between two issues of one kind.
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`""")
NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")


@dataclass(frozen=True, slots=True)
class IssueKind:
    """Issues that differ in no more than names and numbers."""

    words: str
    problems: tuple[Problem, ...]

    @property
    def heading(self) -> str:
        """Return the words that all of them share."""
        return self.problems[0].message if self.is_uniform else self.words

    @property
    def is_uniform(self) -> bool:
        """Return whether all of them have the same words."""
        return len({problem.message for problem in self.problems}) == 1


def as_json(report: Report) -> dict[str, object]:
    """Return the report as the object that ``--json`` prints."""
    return {
        "run": report.run_id,
        "dry_run": report.is_dry,
        **{outcome.value: report.counts[outcome] for outcome in Outcome},
        "drafts": report.drafts,
        "not_read": dict(report.unread),
        "withdrawn": report.withdrawn,
        "kept": [{"article": kept.article_id, "undone_run": kept.run_id} for kept in report.kept],
        "options": list(report.options),
        "started_by": report.started_by,
        "gazetteer_release": report.release,
        "issues": [
            {"path": problem.path, "line": problem.line, "message": problem.message}
            for problem in report.problems
        ],
    }


def describe(report: Report, seconds: float, *, has_table: bool = True) -> str:
    """Return the report for people: the counts, as a table or in a sentence, then the issues by kind."""
    sentence, *lines = headline(report, seconds)
    if has_table and report.file_count:
        table = (f"{count:>9,}  {name}" for name, count in counts(report))
        lines = [sentence.partition(":")[0] + ":", "", *table, *(["", *lines] if lines else [])]
    else:
        lines = [sentence, *lines]
    for level in HEADINGS:
        problems = [problem for problem in report.problems if problem.level == level]
        if problems:
            lines += ["", f"{_heading(level, problems)}:"]
            lines += [line for kind in kinds_of(problems) for line in _listed(kind, report)]
    return printable("\n".join(lines))


def _heading(level: ImportIssue.Level, problems: Sequence[Problem]) -> str:
    """Return how many there are: of files that were not imported each counts once, whatever its faults."""
    is_of_files = level is not ImportIssue.Level.WARNING
    count = len({problem.path for problem in problems}) if is_of_files else len(problems)
    return count_of(count, *HEADINGS[level])


def headline(report: Report, seconds: float) -> Iterator[str]:
    """Yield what happened in numbers, and what else is to be known of the run."""
    files = count_of(report.file_count, "file", "files")
    aside = ", writing nothing" if report.is_dry else ""
    in_words = ", ".join(f"{count:,} {name}" for name, count in counts(report))
    yield f"Read {files} in {seconds:.1f} s{aside}: {in_words}."
    if not report.file_count:
        suffixes = sorted(LOOKED_FOR)
        yield f"Nothing to import: articles are {', '.join(suffixes[:-1])} and {suffixes[-1]} files."
    if report.unread:
        yield f"Not read: {listed([f'{count:,} {ending}' for ending, count in report.unread.items()])}."
    if report.drafts:
        yield f"Not shown to readers, for the file says that it is a draft: {listed(report.drafts)}."
    if report.withdrawn:
        articles = count_of(report.withdrawn, "article", "articles")
        verb = "Would withdraw" if report.is_dry else "Withdrew"
        yield f"{verb} {articles} whose files are gone; a file that comes back brings its article back."
    if report.kept:
        yield _kept(report)
    if report.undone:
        yield (
            f"{report.undone:,} of the skipped files were left out because the import of what they say was "
            "undone; edit them, or use --force, to import them again."
        )
    if report.is_interrupted:
        yield "It was stopped before the end. What was stored is kept; run this again to go on."
    if report.index_problem:
        yield (
            f"The search index could not be brought up to date ({report.index_problem}); "
            f"make room in the data folder, then run: {manage('reindex')}"
        )
    if report.release:
        options = " with " + " and ".join(report.options) if report.options else ""
        yield f"Run {report.run_id} by {report.started_by or 'nobody known'}{options}, {_take_back(report)}."


def _kept(report: Report) -> str:
    """Return which articles pruning left public, why, and how to withdraw them all the same."""
    is_one = len(report.kept) == 1
    their, them, plural = ("its", "it", "") if is_one else ("their", "them", "s")
    articles = listed([str(kept.article_id) for kept in report.kept])
    runs = [str(run) for run in sorted({kept.run_id for kept in report.kept})]
    run, was = ("run", "was") if len(runs) == 1 else ("runs", "were")
    return (
        f"{len(report.kept):,} article{plural} kept although {their} files are gone, for "
        f"{run} {listed(runs)}, which changed or withdrew {them}, {was} undone: article{plural} {articles}. "
        f"To withdraw {them} all the same, use *Withdraw from readers* at the desk."
    )


def listed(names: Sequence[str]) -> str:
    """Return the names one after the other; of many the first ten and how many more there are."""
    more = [f"{len(names) - SHOWN_PLACES:,} more"] if len(names) > SHOWN_PLACES else []
    shown = [*names[:SHOWN_PLACES], *more]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _take_back(report: Report) -> str:
    has_changed = report.withdrawn or report.counts[Outcome.CREATED] or report.counts[Outcome.UPDATED]
    gazetteer = f"gazetteer release {report.release[:12]}"
    return gazetteer + (f"; undo it: {manage(f'undo_import {report.run_id}')}" if has_changed else "")


def counts(report: Report) -> list[tuple[str, int]]:
    """Return what became of the files, in numbers that add up to their number."""
    return [(_named(outcome, report), report.counts[outcome]) for outcome in Outcome]


def _named(outcome: Outcome, report: Report) -> str:
    if outcome is not Outcome.CREATED or not report.drafts:
        return outcome.value
    drafts = "1 a draft" if len(report.drafts) == 1 else f"{len(report.drafts):,} of them drafts"
    return f"{outcome.value} ({drafts}, not shown to readers)"


def kinds_of(problems: Iterable[Problem]) -> list[IssueKind]:
    """Return the problems grouped by kind, the most frequent kind first."""
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        words = NUMBER.sub("…", QUOTED.sub("…", problem.message))
        kinds.setdefault(words, []).append(problem)
    grouped = [IssueKind(words, tuple(of_kind)) for words, of_kind in kinds.items()]
    return sorted(grouped, key=lambda kind: -len(kind.problems))


def write_page(file: Path, report: Report, seconds: float, options: Mapping[str, object]) -> None:
    """Write the report as one HTML page that needs nothing else, with every issue; raise OSError."""
    levels = []
    for level in HEADINGS:
        problems = [problem for problem in report.problems if problem.level == level]
        levels.append((_heading(level, problems), kinds_of(problems)))
    context = {
        "report": report,
        "headline": [*headline(report, seconds)],
        "counts": counts(report),
        "levels": [(heading, kinds) for heading, kinds in levels if kinds],
        "options": options,
    }
    page = render_to_string("import_report.html", context)
    file.write_text(page, encoding="utf-8", errors="backslashreplace")


def _listed(kind: IssueKind, report: Report) -> Iterator[str]:
    """Yield the lines that list one kind: words that many files share stand once."""
    places = [f"{one.path}, line {one.line}" if one.line else one.path for one in kind.problems]
    if len(places) == 1:
        yield f"  {places[0]}: {kind.problems[0].message}"
        return
    yield f"  {kind.heading}"
    for place, problem in zip(places[:SHOWN_PLACES], kind.problems, strict=False):
        yield f"    {place}" if kind.is_uniform else f"    {place}: {problem.message}"
    if len(places) > SHOWN_PLACES:
        where = "" if report.is_dry else f", listed in the admin under import run {report.run_id}"
        yield f"    and {len(places) - SHOWN_PLACES:,} more{where}"


def printable(text: str) -> str:
    """Return the text with everything escaped that could play tricks on a terminal; line breaks stay."""
    return "".join(
        character
        if character.isprintable() or character == "\n"
        else character.encode("unicode_escape").decode()
        for character in text
    )
