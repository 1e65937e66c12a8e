"""What one import did: counts that add up to the files, and every problem with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from articles.importing.batch import Reading
from articles.importing.clipping import Clipping
from articles.importing.columns import UNSTORABLE
from articles.importing.identity import Outcome
from articles.importing.problems import Notice
from articles.importing.pruning import Kept, Pruned
from articles.importing.troubles import Trouble
from articles.languages import DESK, speaking
from articles.models import ImportIssue
from articles.search.languages import language_name
from articles.tagging.english import Foreign, foreign

type IssueCounts = dict[str, dict[str, int]]  # by level and kind


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the report: what is wrong with which file, and on which line."""

    path: str
    line: int | None
    message: str
    level: ImportIssue.Level = ImportIssue.Level.ERROR
    kind: Trouble = Trouble.OTHER
    file: str = ""  # absolute
    name: str = ""  # below the folder that was imported
    sha256: str = ""  # of the bytes read, where they were


@dataclass(slots=True)
class Report:
    """What one run did; the counts add up to the number of files found."""

    run_id: int | None
    is_dry: bool
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    problems: list[Problem] = field(default_factory=list)
    issue_counts: IssueCounts = field(default_factory=dict)
    is_interrupted: bool = False
    withdrawn: int = 0  # articles whose files are gone
    kept: list[Kept] = field(default_factory=list)  # articles that stay though their files are gone
    undone: int = 0  # files skipped because what they say was undone
    drafts: list[str] = field(default_factory=list)  # files of new articles that no reader sees: they say so
    unread: Mapping[str, int] = field(default_factory=dict)  # files of other kinds in the folders, by ending
    seconds: float = 0.0  # from its start to its end, as its row says; 0 for a dry run
    started_by: str = ""
    release: str = ""  # of the gazetteer
    options: tuple[str, ...] = ()  # as on the command line
    index_problem: str = ""  # why the search index lags behind, should it do so
    seen: Callable[[Reading, Outcome], None] | None = None  # is told what became of each file

    @property
    def file_count(self) -> int:
        """Return the number of files dealt with so far."""
        return sum(self.counts.values())

    def add(
        self,
        outcomes: Sequence[Outcome],
        chunk: Sequence[Reading],
        notices: Mapping[Path, Sequence[Notice]] | None = None,
    ) -> None:
        """Count some files, ``outcomes`` being those of the sound ones, and note what is wrong with them."""
        self.undone += outcomes.count(Outcome.SKIPPED)
        sound = [reading for reading in chunk if not reading.fault]
        self.drafts += [
            reading.found.shown
            for outcome, reading in zip(outcomes, sound, strict=True)
            if outcome is Outcome.CREATED and reading.clipping and not reading.clipping.is_published
        ]
        in_order = [*(one for one in chunk if not one.fault), *(one for one in chunk if one.fault)]
        for reading, outcome in zip(in_order, outcomes_of(chunk, outcomes), strict=True):
            self.counts[outcome] += 1
            if self.seen:
                self.seen(reading, outcome)
        problems = problems_of(chunk, notices or {})
        self.problems += problems
        self.issue_counts = counts_of(problems, self.issue_counts)

    def add_pruned(self, pruned: Pruned) -> None:
        """Count some articles whose files are gone."""
        self.withdrawn += pruned.withdrawn
        self.kept += pruned.kept


def outcomes_of(chunk: Iterable[Reading], outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return what became of each file: those of the sound ones as given, then skipped and failed ones."""
    others = [Outcome.SKIPPED if reading.is_skipped else Outcome.FAILED for reading in chunk if reading.fault]
    return [*outcomes, *others]


def problems_of(chunk: Iterable[Reading], notices: Mapping[Path, Sequence[Notice]]) -> list[Problem]:
    """Return what the report says of some files: why they failed, or what to know of those that did not.

    ``notices`` are those of storing, by path; those of reading come with the files.
    """
    levels = ImportIssue.Level
    problems = []
    for reading in chunk:
        if reading.fault:
            level = levels.SKIPPED if reading.is_skipped else levels.ERROR
            # All that is wrong with a file that was not imported: whoever mends it mends it once.
            problems += [_problem(reading, fault, level) for fault in reading.faults]
        elif reading.clipping:
            of_storing = notices.get(reading.found.path, ())
            notices_of_file = (*reading.clipping.notices, *of_storing, *_of_language(reading.clipping))
            problems += [_problem(reading, notice, levels.WARNING) for notice in notices_of_file]
    return problems


def _of_language(clipping: Clipping) -> Iterator[Notice]:
    """Yield that few tags are found, if the text is not in English."""
    why = foreign(clipping.language, clipping.title, clipping.body)
    if why is Foreign.LANGUAGE:
        with speaking(DESK):
            name = language_name(clipping.language.partition("-")[0].lower())
        message = f"tags are found in English texts; this one is in {name}"
        yield Notice(message, kind=Trouble.OTHER_LANGUAGE)
    elif why is Foreign.SCRIPT:
        message = "tags are found in English texts; most letters of this one are not Latin"
        yield Notice(message, kind=Trouble.OTHER_LANGUAGE)


def _problem(reading: Reading, notice: Notice, level: ImportIssue.Level) -> Problem:
    found = reading.found
    return Problem(
        found.shown,
        notice.line,
        _clean(notice.message),
        level,
        notice.kind,
        _clean(str(found.path)),
        _clean(found.name),
        reading.sha256,
    )


def counts_of(problems: Iterable[Problem], former: IssueCounts) -> IssueCounts:
    """Return the problems by level and kind, added to ``former`` counts."""
    counts = {level: dict(kinds) for level, kinds in former.items()}
    for one in problems:
        kinds = counts.setdefault(one.level.value, {})
        kinds[one.kind.value] = kinds.get(one.kind.value, 0) + 1
    return counts


def _clean(message: str) -> str:
    return UNSTORABLE.sub("", message)
