"""Waits for changes in folders, and says which files to import: new, edited and moved ones."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import watchfiles
from django.db.models import Q, QuerySet

from articles.importing.clipping import READER_VERSION
from articles.importing.identity import known_sources
from articles.importing.sources import (
    FEED_SUFFIXES,
    ZIP_SUFFIX,
    FoundFile,
    SourceError,
    find_sources,
    found_below,
    printable,
    read_source,
)
from articles.importing.zips import look_into_zips
from articles.models import ArticleSource

QUIET_MS = 200  # nothing has changed for so long: who writes many files is done with them
DEBOUNCE_MS = 3_000  # but no change waits longer
TICK_MS = 1_000  # how often the folders themselves are looked at
RETRY_TICKS = 30  # an import that could not run is tried again after so many

type Changes = Iterable[tuple[object, str]]
type Watcher = Callable[[Sequence[Path], Callable[[], bool]], Iterator[Changes]]


class WatchError(Exception):
    """The system does not let the folders be watched; says why, and the way out."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What changed: files to import, paths that are gone, and what to tell people about the folders.

    ``moved`` are paths that are gone too, each with the place where its file was found again.
    """

    changed: list[FoundFile] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


class _Stop:
    """What watchfiles takes for an event: asked whether to stop."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self.is_set = should_stop


def watch_files(folders: Sequence[Path], should_stop: Callable[[], bool]) -> Generator[Changes]:
    """Yield the changes in folders as they come, and an empty set every second in which there are none."""
    yield from watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=DEBOUNCE_MS,
        step=QUIET_MS,
        stop_event=_Stop(should_stop),
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )


class Watch:
    """Folders under watch from the moment this is made, so that nothing changes unseen during an import."""

    def __init__(
        self, folders: Sequence[Path], should_stop: Callable[[], bool], *, watcher: Watcher = watch_files
    ) -> None:
        self.folders = list(folders)
        self.should_stop = should_stop
        self.watcher = watcher
        self.present = _present(self.folders)
        self.left: list[FoundFile] = []
        self.ticks_left = 0
        self.stream: Iterator[Changes] = iter(())
        self.first = self._start()

    def batches(self) -> Iterator[Batch]:
        """Yield what is worth an import or a line, batch after batch, until it is time to stop."""
        yield from self._taken(self.first)
        while not self.should_stop():
            for changes in self.stream:
                yield from self._taken(changes)
                if _present(self.folders) != self.present:
                    break
            if self.should_stop():
                return
            if _present(self.folders) == self.present:
                # No folder is left to watch, so the watcher came to its end.
                threading.Event().wait(TICK_MS / 1000)
                continue
            yield from self._look_again()

    def try_again(self, batch: Batch) -> None:
        """Take a batch back whose import could not run."""
        self.left, self.ticks_left = batch.changed, RETRY_TICKS

    def _start(self) -> Changes:
        """Put the folders that are there under watch, and return what changed in the first moment.

        Raise WatchError if the system does not allow it.
        """
        self.stream = self.watcher(list(self.present), self.should_stop) if self.present else iter(())
        try:
            return next(self.stream, ())
        except FileNotFoundError:  # it vanished just now; the next look finds that out
            return ()
        except (OSError, RuntimeError) as error:
            reason = " ".join(str(error).split()).lower()
            raise WatchError(
                f"the folders cannot be watched ({reason}); allow more watches "
                "(fs.inotify.max_user_watches), or set WATCHFILES_FORCE_POLLING=1"
            ) from error

    def _taken(self, changes: Changes) -> Iterator[Batch]:
        """Yield the batch that some changes make, if they make one."""
        found, gone = _sorted(changes, self.folders)
        self.ticks_left -= 1
        if self.left and (found or self.ticks_left <= 0):
            found = [*self.left, *(one for one in found if one not in self.left)]
            self.left = []
        changed, gone = list(_differing(found)), _known(gone)
        if changed or gone:
            moved = _moved(gone, changed)
            yield Batch(changed, [path for path in gone if path not in moved], moved)

    def _look_again(self) -> Iterator[Batch]:
        """Yield what is to be said and done about folders that vanished, came back or were replaced."""
        before, self.present = self.present, _present(self.folders)
        close = getattr(self.stream, "close", None)
        if close:
            close()
        first = self._start()
        vanished = [folder for folder in before if folder not in self.present]
        arrived = [folder for folder in self.present if before.get(folder) != self.present[folder]]
        remarks = [f"{folder} is gone; waiting for it to come back" for folder in vanished]
        remarks += [f"{folder} is back" for folder in arrived]
        yield Batch(list(_differing(find_sources(arrived))), remarks=list(map(printable, remarks)))
        yield from self._taken(first)


def _present(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return those of the folders that are there, and which folder each is."""
    found = {}
    for folder in folders:
        try:
            status = os.stat(folder)
        except OSError:
            continue
        found[folder] = (status.st_dev, status.st_ino)
    return found


def _sorted(changes: Changes, folders: Sequence[Path]) -> tuple[list[FoundFile], list[str]]:
    """Return the files at the changed paths in order, each once, and the paths where nothing is left."""
    found: dict[Path, FoundFile] = {}
    gone: list[str] = []
    for path in sorted({path for _, path in changes}):
        if not os.path.lexists(path):
            gone.append(path)
            continue
        for folder in folders:
            for one in found_below(Path(path), folder):
                found.setdefault(one.path, one)
    return [found[path] for path in sorted(found)], gone


def _differing(found_files: Iterable[FoundFile]) -> Iterator[FoundFile]:
    """Yield the files whose bytes differ from those last read, zips entry by entry."""
    found_files = list(look_into_zips(found_files))
    known = known_sources([str(found.path) for found in found_files], version=READER_VERSION)
    for found in found_files:
        if found.archive or found.path.suffix.lower() in FEED_SUFFIXES | {ZIP_SUFFIX}:
            yield found
            continue
        try:
            source = known.get(str(found.path))
            is_known = source is not None and source.sha256 == read_source(found).sha256
        except SourceError:
            is_known = False  # the import says why it cannot be read
        if not is_known:
            yield found


def _known(paths: Iterable[str]) -> list[str]:
    """Return those of the paths that articles were read from, or from below."""
    return [path for path in paths if _below(path).exists()]


def _below(path: str) -> QuerySet[ArticleSource]:
    return ArticleSource.objects.filter(Q(path=path) | Q(path__startswith=path.rstrip("/") + "/"))


def _moved(gone: Iterable[str], changed: Iterable[FoundFile]) -> dict[str, str]:
    """Return those of the paths whose bytes were all found again, each with the place where the first was."""
    known = {path: dict(_below(path).order_by("path").values_list("path", "sha256")) for path in gone}
    if not known:
        return {}
    places: dict[str, str] = {}
    for found in changed:
        if not found.archive:
            with contextlib.suppress(SourceError):
                places.setdefault(read_source(found).sha256, found.shown)
    return {
        path: places[next(iter(hashes.values()))]
        for path, hashes in known.items()
        if hashes.keys() and places.keys() >= {*hashes.values()}
    }
