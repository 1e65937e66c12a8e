"""Reads and tags files ahead of the one who stores them, in two processes that may crash or hang.

Three work at a time: while one chunk is stored, the next is tagged, and one after that is read.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import batched
from types import TracebackType
from typing import Self

from articles.guard import Guard, GuardError
from articles.importing.batch import (
    Reading,
    Request,
    Written,
    read_batch,
    read_dates,
    read_entries,
    unchanged,
)
from articles.importing.clipping import READER_VERSION
from articles.importing.feeds import FeedEntry
from articles.importing.identity import KnownSource, known_sources
from articles.importing.problems import Notice, fault_of
from articles.importing.sources import FEED_SUFFIXES, MAX_BYTES, FoundFile, suffix_of
from articles.importing.taggings import text_of
from articles.importing.troubles import Trouble
from articles.tagging import Entry
from articles.tagging.standing import Answer, Text, set_up, tag_texts

AHEAD = 5  # chunks read and tagged before they are stored: enough for the while that the index is written
CHUNK_BYTES = 16_000_000  # of files, after which a chunk has no more: 200 usual ones have half a megabyte
BATCH = 25  # files a worker is asked for at once: 50 ms, far from its limit
UNKNOWN = KnownSource("", is_settled=False)
TAG_SECONDS = 10.0  # for one batch: a text of 2 MB, the longest that is read, takes one

type Answers = dict[Text, Answer | Exception]
type Chunk = tuple[list[Reading], Answers]


class Ahead:
    """The worker processes of one import, and what they found out about the chunk in hand.

    ``release`` is that of the gazetteer, made of ``entries``.
    """

    def __init__(self, entries: Iterable[Entry], *, release: str = "", is_forced: bool = False) -> None:
        self._release = release
        self._is_forced = is_forced
        self._reader = Guard()
        # It builds its tagger with its first text: a second that a folder without changes does not cost.
        self._tagger = Guard(TAG_SECONDS, prepare=partial(set_up, tuple(entries)))
        self._answers: Answers = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()
        self._tagger.close()

    def chunks(
        self,
        files: Iterable[FoundFile],
        size: int,
        *,
        day_first: Callable[[FoundFile], bool | None] = lambda found: None,
    ) -> Generator[list[Reading]]:
        """Yield chunk after chunk of files read; the answers to their texts are at hand until the next.

        ``day_first`` says how the folder of a file writes dates like ``10/11/2025``.
        """
        with ThreadPoolExecutor(1, "reader") as readers, ThreadPoolExecutor(1, "tagger") as taggers:
            coming: deque[Future[Chunk]] = deque()
            is_ready = False
            try:
                for chunk in chunked(files, size):
                    requests = self._requests(chunk, day_first)
                    reading = readers.submit(self._read, requests)
                    if not is_ready and sum(not request.known_sha256 for request in requests) > BATCH:
                        is_ready = True
                        taggers.submit(self._tagger.run, tag_texts, ())  # builds its tagger meanwhile
                    coming.append(taggers.submit(self._tag_when_read, reading))
                    if len(coming) > AHEAD:
                        yield self._take(coming.popleft())
                while coming:
                    yield self._take(coming.popleft())
            finally:
                for pool in (taggers, readers):
                    pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, coming: Future[Chunk]) -> list[Reading]:
        readings, self._answers = coming.result()
        return readings if self._is_forced else self._without_known_entries(readings)

    def dates(self, files: Iterable[FoundFile]) -> list[Written]:
        """Return how files print their dates; those that cannot be read say nothing."""
        return [one for one in run_each(self._reader, read_dates, files, _nothing) if one]

    def tag(self, text: Text) -> Answer:
        """Return the tagger's answer; raise what goes wrong with this text: GuardError if it hangs.

        Texts of the chunk in hand were tagged ahead.  Others are those that an editor corrected, and all
        when the gazetteer has changed.
        """
        if text not in self._answers:
            [self._answers[text]] = run_each(self._tagger, tag_texts, [text], itself)
        answer = self._answers[text]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _requests(
        self, chunk: Sequence[FoundFile], day_first: Callable[[FoundFile], bool | None]
    ) -> list[Request]:
        paths = [] if self._is_forced else [str(found.path) for found in chunk]
        known = self._known(paths)
        requests = []
        for found in chunk:
            source = known.get(str(found.path), UNKNOWN)
            requests.append(Request(found, source.sha256, day_first(found), source.is_settled))
        return requests

    def _without_known_entries(self, readings: list[Reading]) -> list[Reading]:
        """Return the readings, without the clippings of a feed's entries that are as they were last read.

        What a feed holds shows only when it was read, so its entries could not be left out before.
        """
        known = self._known(
            [
                str(one.found.path)
                for one in readings
                if one.clipping and suffix_of(one.found.path.parent.name) in FEED_SUFFIXES
            ]
        )
        return [
            Reading(one.found, one.sha256, is_settled=source.is_settled)
            if one.clipping and (source := known.get(str(one.found.path))) and source.sha256 == one.sha256
            else one
            for one in readings
        ]

    def _known(self, paths: Sequence[str]) -> dict[str, KnownSource]:
        return known_sources(paths, version=READER_VERSION, release=self._release) if paths else {}

    def _read(self, requests: Sequence[Request]) -> list[Reading]:
        results: list[Reading | FeedEntry] = []
        for batch in batched(requests, BATCH):
            results += unchanged(batch) or run_each(self._reader, read_batch, batch, _given_up)
        entries = [result for result in results if isinstance(result, FeedEntry)]
        read = iter(run_each(self._reader, read_entries, entries, _given_up))
        return [next(read) if isinstance(result, FeedEntry) else result for result in results]

    def _tag_when_read(self, coming: Future[list[Reading]]) -> Chunk:
        readings = coming.result()
        texts = [text_of(reading.clipping) for reading in readings if reading.clipping]
        answers = run_each(self._tagger, tag_texts, texts, itself)
        return readings, dict(zip(texts, answers, strict=True))


def chunked(files: Iterable[FoundFile], size: int) -> Iterator[list[FoundFile]]:
    """Yield the files in chunks of ``size``, and of fewer where they are so large that memory is short."""
    chunk: list[FoundFile] = []
    room = CHUNK_BYTES
    for found in files:
        chunk.append(found)
        room -= size_of(found)
        if len(chunk) == size or room <= 0:
            yield chunk
            chunk, room = [], CHUNK_BYTES
    if chunk:
        yield chunk


def size_of(found: FoundFile) -> int:
    """Return about how many bytes reading a file may give; of what cannot be told, none."""
    if found.content is not None:
        return len(found.content)
    if found.problem or found.archive:
        return 0
    try:
        return min(os.stat(found.path).st_size, MAX_BYTES)
    except OSError:
        return 0


def run_each[T, R, F](
    guard: Guard,
    function: Callable[[Sequence[T]], list[R]],
    inputs: Iterable[T],
    give_up: Callable[[T, Exception], F],
) -> list[R | F]:
    """Return the function's result for each input; one that harms the worker costs itself alone."""
    results: list[R | F] = []
    for batch in batched(inputs, BATCH):
        try:
            results += guard.run(function, batch)
        except Exception:  # even a mistake of ours costs one file
            for one in batch:
                try:
                    results += guard.run(function, (one,))
                except Exception as error:
                    results.append(give_up(one, error))
    return results


def _given_up(request: Request | FeedEntry, error: Exception) -> Reading:
    if not isinstance(error, GuardError):
        return Reading(request.found, fault=fault_of(error))
    message = f"{error} and was given up; open the file and look for damaged or machine-made text"
    return Reading(request.found, fault=Notice(message, kind=Trouble.GIVEN_UP))


def _nothing(found: FoundFile, error: Exception) -> None:
    return None


def itself(text: Text, error: Exception) -> Exception:
    """Return what went wrong with a text in place of an answer."""
    return error
