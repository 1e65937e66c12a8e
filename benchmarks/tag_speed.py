"""Prints how fast the tagger is on one core, beside the bare scan for the same names in the same text.

    python benchmarks/tag_speed.py [FILE.jsonl]

FILE holds lines {"id", "title", "text", "date"}; without it the seeds are read as plain text.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from articles.tagging import Tagger, read_data  # noqa: E402
from articles.tagging.folding import fold  # noqa: E402
from articles.tagging.lines import read_date, read_line  # noqa: E402
from articles.tagging.matcher import Matcher  # noqa: E402

ROUNDS = 5
HOSTILE_MB = (1, 2, 4)


def articles() -> list[dict[str, str]]:
    """Return the articles to tag."""
    if len(sys.argv) > 1:
        return [read_line(line) for line in Path(sys.argv[1]).read_bytes().splitlines() if line.strip()]
    paths = sorted((PROJECT / "seeds").glob("*.md"))
    return [
        {"title": path.stem, "text": path.read_text(encoding="utf-8"), "date": "2025-01-01"} for path in paths
    ]


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time that the work takes, the best of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Measure and print."""
    begun = time.process_time()
    entries = read_data()
    read = time.process_time()
    tagger = Tagger(entries)
    built = time.process_time()
    texts = articles()
    days = [read_date(article["date"]) for article in texts]
    size = sum(len(article["text"]) for article in texts) / 1e6
    matcher = Matcher(entries)
    folded = [fold(article["text"]).text for article in texts]

    def tag_all() -> None:
        for article, on in zip(texts, days, strict=True):
            tagger.tag(title=article["title"], standfirst="", body=article["text"], on=on)

    def scan_all() -> None:
        for text in folded:
            matcher.scan(text)

    tagging, scanning = seconds(tag_all), seconds(scan_all)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(entries)} entries: data read in {read - begun:.2f} s, tagger built in {built - read:.2f} s")
    print(f"tagger     {size / tagging:6.1f} MB/s  {len(texts) / tagging:6.0f} articles/s")
    print(f"bare scan  {size / scanning:6.1f} MB/s  ratio {tagging / scanning:.1f}")
    print(f"peak memory {memory:.0f} MB")
    prose = " ".join(article["text"] for article in texts)
    for megabytes in HOSTILE_MB:
        text = (prose * (megabytes * 1_000_000 // len(prose) + 1))[: megabytes * 1_000_000]
        begun = time.process_time()
        tagger.tag(title="", standfirst="", body=text, on=None)
        print(f"one text of {megabytes} MB: {time.process_time() - begun:.1f} s")


if __name__ == "__main__":
    main()
