"""Tags stored texts ahead of the one who compares them: in worker processes, one for each core."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import batched
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from articles.guard import Guard
from articles.importing.ahead import BATCH, TAG_SECONDS, Answers, itself, run_each
from articles.tagging import Entry
from articles.tagging.standing import Answer, Text, set_up, tag_texts

MOST_WORKERS = 8  # each holds a tagger of 100 MB, and one process stores what they find
CHUNKS_AHEAD = 2


class Crew:
    """Worker processes that tag, and their answers to the texts in hand.

    A text that harms its worker costs itself alone: asking for its tags raises what went wrong.
    """

    def __init__(self, entries: Iterable[Entry], *, workers: int = 0) -> None:
        prepare = partial(set_up, tuple(entries))
        count = workers or min(os.cpu_count() or 1, MOST_WORKERS)
        self._guards = [Guard(TAG_SECONDS, prepare=prepare) for _ in range(count)]
        self._free: SimpleQueue[Guard] = SimpleQueue()
        for guard in self._guards:
            self._free.put(guard)
        self._answers: Answers = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for guard in self._guards:
            guard.close()

    def ahead[C](self, chunks: Iterable[C], texts_of: Callable[[C], Sequence[Text]]) -> Generator[C]:
        """Yield the chunks as they are; the answers to a chunk's texts are at hand until the next one."""
        with ThreadPoolExecutor(len(self._guards), "tagger") as pool:
            coming: deque[tuple[C, list[Future[Answers]]]] = deque()
            try:
                for chunk in chunks:
                    batches = batched(texts_of(chunk), BATCH)
                    coming.append((chunk, [pool.submit(self._tag, batch) for batch in batches]))
                    if len(coming) > CHUNKS_AHEAD:
                        yield self._take(*coming.popleft())
                while coming:
                    yield self._take(*coming.popleft())
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def tag(self, text: Text) -> Answer:
        """Return the tagger's answer to a text; raise what goes wrong with it: GuardError if it hangs."""
        if text not in self._answers:
            self._answers |= self._tag([text])
        answer = self._answers[text]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _take[C](self, chunk: C, batches: Iterable[Future[Answers]]) -> C:
        self._answers = {}
        for batch in batches:
            self._answers |= batch.result()
        return chunk

    def _tag(self, texts: Sequence[Text]) -> Answers:
        guard = self._free.get()
        try:
            answers = run_each(guard, tag_texts, texts, itself)
            return dict(zip(texts, answers, strict=True))
        finally:
            self._free.put(guard)
