"""Finds the files of an import and reads each one once: `FoundFile` to `SourceFile`.

Folders are hostile: links may lead out of them, a named pipe blocks for ever, a file may grow while it is
read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from articles.importing.crossing import Crossing
from articles.importing.troubles import Trouble

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".qmd"})
ZIP_SUFFIX = ".zip"
FEED_SUFFIXES = frozenset({".xml", ".rss", ".atom"})
LOOKED_FOR = SUFFIXES | FEED_SUFFIXES | {ZIP_SUFFIX}
# Matches `.docx`; not `. of the king`, `.` or nothing.
USUAL_ENDING = re.compile(r"\.[a-z0-9_-]{1,10}")
NO_ENDING = "without a usual ending"
STANDARD_INPUT = Path("/dev/stdin")  # the folder, so to speak, of what was piped in
MAX_BYTES = (
    2_000_000  # the longest article of a survey of 108,028 was under 1 MB; parsing twice this takes 2 s
)
OPEN_FLAGS = (
    os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)  # NONBLOCK: a named pipe must not hang us
LINK = frozenset({errno.ELOOP, errno.EMLINK})  # what opening a link without following it fails with


class SourceError(ValueError):
    """A file or folder that cannot be read: says what is wrong and the remedy; it has no line."""

    line: None = None
    is_skipped: bool = False

    def __init__(self, message: str, kind: Trouble) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, Trouble]]:
        """Keep both arguments when the error crosses from the worker process."""
        return type(self), (self.message, self.kind)


@dataclass(frozen=True, slots=True)
class FoundFile(Crossing):
    """One file to be imported, not read yet.

    ``path`` is absolute, ``name`` is the path below the folder given, ``shown`` is what people are shown:
    safe on a terminal.  ``problem`` says why the file, or a whole folder, cannot even be tried; reading it
    raises that, ``kind`` says which kind of problem it is, and ``is_skipped`` that it is no fault.

    An entry of a zip has its path below the zip's own, ``archive``, and its number there, ``entry``.
    ``content`` is there if the bytes did not come from a file: piped in, or uploaded.  ``read_as`` is the
    name that is read in place of its own, where that says nothing of the article.
    """

    path: Path
    name: str
    shown: str
    problem: str = ""
    archive: Path | None = None
    entry: int | None = None
    content: bytes | None = field(default=None, repr=False)
    is_skipped: bool = False
    kind: Trouble = Trouble.UNREADABLE
    read_as: str = ""

    @property
    def root(self) -> Path:
        """Return the folder that the import was given, and that no link may leave."""
        return self.path.parents[len(Path(self.name).parts) - 1]


@dataclass(frozen=True, slots=True)
class SourceFile(Crossing):
    """One file as read: its bytes and their hash."""

    path: Path
    name: str
    shown: str
    content: bytes = field(repr=False)
    sha256: str


class SkippedError(SourceError):
    """A file that holds no article, which is nobody's fault: says what it is."""

    is_skipped = True


def find_sources(paths: Iterable[Path], *, unread: Counter[str] | None = None) -> Iterator[FoundFile]:
    """Yield the articles, feeds and zips at and below ``paths``, sorted, each once however often named.

    A file named itself is taken whatever its suffix.  What cannot be looked into (a missing path, a folder
    without permission, a link to a folder) is yielded too, and fails when read.  Hidden files and folders
    (``.git``, ``.obsidian``) are left out.  ``unread`` counts the files of other kinds by how they end.
    """
    given = [Path(path) for path in paths]
    seen: set[Path] = set()
    for path in given:
        for found in _below(path, Counter() if unread is None else unread):
            if len(given) > 1:
                if found.path in seen:
                    continue
                seen.add(found.path)
            yield found


def read_source(found: FoundFile) -> SourceFile:
    """Return the file read; raise SourceError if it is no regular file, too large or changes meanwhile."""
    if found.problem:
        error = SkippedError if found.is_skipped else SourceError
        raise error(found.problem, found.kind)
    if found.content is not None:
        return _piped(found, found.content)
    try:
        descriptor = open_safely(found.path, found.root)
        try:
            content = _read(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(error) from error
    return SourceFile(found.path, found.name, found.shown, content, hashlib.sha256(content).hexdigest())


def given_source(content: bytes, name: str = "") -> FoundFile:
    """Return a file that was piped in; of its name only the last part is used.

    Without a name it gets one of its own: two texts piped in one after the other are not two versions of one.
    """
    name = Path(name.replace("\0", "")).name or f"{hashlib.sha256(content).hexdigest()[:16]}.md"
    return replace(_found(STANDARD_INPUT / name, name, name), content=content)


def found_below(path: Path, folder: Path) -> Iterator[FoundFile]:
    """Yield what the import of ``folder`` finds at one path below it, if anything: a file, or a folder's."""
    root = Path(os.path.realpath(folder))
    parts = path.parts[len(root.parts) :]
    if not path.is_relative_to(root) or any(is_hidden(part) for part in parts):
        return
    if path.is_dir() and not path.is_symlink():
        for found in _walk(path, path, Counter()):
            problem = SourceError(found.problem, found.kind) if found.problem else None
            yield _in_folder(str(found.path), root, folder, problem)
    elif path.suffix.lower() in LOOKED_FOR and os.path.lexists(path):
        yield _in_folder(str(path), root, folder)


def is_there(path: str) -> bool:
    """Return whether the file is still there that a source was read from: itself, or its zip or feed."""
    return os.path.lexists(path) or any(
        parent.suffix.lower() in FEED_SUFFIXES | {ZIP_SUFFIX} and parent.is_file()
        for parent in Path(path).parents
    )


def suffix_of(name: str) -> str:
    """Return how a file's name ends, in lower case: ``.md``; ``pathlib`` takes five times as long to say."""
    return os.path.splitext(name)[1].lower()


def is_hidden(name: str) -> bool:
    """Return whether a file or folder of this name is left out."""
    return name.startswith(".")


def open_safely(path: Path, root: Path) -> int:
    """Return a descriptor; raise SourceError for a link that leaves ``root``, OSError as ``os.open`` does."""
    try:
        return os.open(path, OPEN_FLAGS)
    except OSError as error:
        if error.errno not in LINK:
            raise
    target = Path(os.path.realpath(path, strict=True))
    if not target.is_relative_to(root):
        message = "a link that leaves the folder, not followed; put the file itself there"
        raise SourceError(message, Trouble.LINK)
    return os.open(target, OPEN_FLAGS)


def _piped(found: FoundFile, content: bytes) -> SourceFile:
    if len(content) > MAX_BYTES:
        raise SourceError(_too_large(len(content)), Trouble.TOO_LARGE)
    name = found.read_as or found.name
    return SourceFile(found.path, name, found.shown, content, hashlib.sha256(content).hexdigest())


def _read(descriptor: int) -> bytes:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise SourceError("not a regular file; remove it, or put the text itself there", Trouble.NOT_REGULAR)
    if before.st_size > MAX_BYTES:
        raise SourceError(_too_large(before.st_size), Trouble.TOO_LARGE)
    content, wanted = b"", before.st_size + 1  # one more, to notice that the file grows
    while len(content) < wanted and (piece := os.read(descriptor, wanted - len(content))):
        content += piece
    after = os.fstat(descriptor)
    if after.st_size > MAX_BYTES:
        raise SourceError(_too_large(after.st_size), Trouble.TOO_LARGE)
    if (len(content), before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        message = "it changed while it was read; run the import again once nothing writes to it"
        raise SourceError(message, Trouble.UNSTEADY)
    return content


def _too_large(size: int) -> str:
    return (
        f"{size / 1e6:.1f} MB, more than the {MAX_BYTES / 1e6:.0f} MB of the longest article; "
        "split it, one article to a file"
    )


# Why a file cannot be opened or read, and the remedy.
CAUSES = {
    errno.ENOENT: (
        "no such file or folder; check the path, or whether it was deleted meanwhile",
        Trouble.MISSING,
    ),
    errno.EACCES: ("no permission to read it; change its owner or mode", Trouble.NO_PERMISSION),
    errno.ENAMETOOLONG: ("its path is too long; move the folder further up", Trouble.FILE_NAME),
    errno.ELOOP: ("a link that leads in a circle; remove it", Trouble.LINK),
    errno.EISDIR: (
        "a folder, not a file; give the folder itself to import what is in it",
        Trouble.NOT_REGULAR,
    ),
    errno.ENXIO: (  # a socket
        "not a regular file; remove it, or put the text itself there",
        Trouble.NOT_REGULAR,
    ),
}


def unreadable(error: OSError) -> SourceError:
    """Return what the report says of a file that cannot be opened or read."""
    if cause := CAUSES.get(error.errno or 0):
        return SourceError(*cause)
    reason = (error.strerror or str(error)).lower()
    return SourceError(f"it cannot be read: {reason}; check the disk", Trouble.UNREADABLE)


def _below(given: Path, unread: Counter[str]) -> Iterator[FoundFile]:
    """Yield what one path of the command line stands for, and count what is of another kind."""
    try:
        real = Path(os.path.realpath(given, strict=True))
    except (OSError, ValueError) as error:  # ValueError: a NUL character
        no_path = SourceError("not a path", Trouble.FILE_NAME)
        problem = unreadable(error) if isinstance(error, OSError) else no_path
        path = Path(os.path.abspath(str(given).replace("\0", "")))
        yield _found(path, given.name or ".", str(given), problem)
        return
    if not real.is_dir():
        yield _found(real, real.name, str(given))
        return
    yield from _walk(real, given, unread)


def _walk(root: Path, given: Path, unread: Counter[str]) -> Iterator[FoundFile]:
    """Yield a folder's files in the order of their names, and count those of other kinds.

    A stack, not recursion: 2,000 folders inside each other are a valid path.
    """
    stack: list[Iterator[os.DirEntry[str]]] = [iter(())]
    pending: str | None = str(root)
    while stack:
        if pending is not None:
            try:
                stack.append(iter(_entries(pending)))
            except OSError as error:
                message = f"this folder was not looked into: {unreadable(error).message}"
                yield _in_folder(pending, root, given, SourceError(message, Trouble.FOLDER))
            pending = None
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif entry.is_dir(follow_symlinks=False):
            pending = entry.path
        elif suffix_of(entry.name) in LOOKED_FOR:
            yield _in_folder(entry.path, root, given)
        elif entry.is_symlink() and os.path.isdir(entry.path):
            problem = "a link to a folder, not followed; give that folder to the import as well"
            yield _in_folder(entry.path, root, given, SourceError(problem, Trouble.FOLDER))
        else:
            ending = suffix_of(entry.name)
            unread[ending if USUAL_ENDING.fullmatch(ending) else NO_ENDING] += 1


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not is_hidden(entry.name)), key=lambda entry: entry.name)


def _in_folder(path: str, root: Path, given: Path, problem: SourceError | None = None) -> FoundFile:
    name = path[len(os.fspath(root)) :].lstrip("/") or "."
    return _found(Path(path), name, os.path.join(given, name), problem)


def _found(path: Path, name: str, shown: str, problem: SourceError | None = None) -> FoundFile:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        # No database holds such a name; the escaped one is only for the report.
        path, name = Path(_escaped(str(path))), _escaped(name)
        problem = problem or SourceError("its name is not UTF-8; rename it", Trouble.FILE_NAME)
    if problem:
        return FoundFile(path, name, printable(shown), problem.message, kind=problem.kind)
    return FoundFile(path, name, printable(shown))


def _escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def printable(text: str) -> str:
    """Return the text with all escaped that could move a cursor, change a colour or turn the line round."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
