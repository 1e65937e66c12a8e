"""Measures the tagger on one core, beside the bare scan for the same names in the same text.

    python benchmarks/tag_speed.py [FILE.jsonl] [--rounds 7]

FILE holds lines {"id", "title", "text", "date"}; without it the seeds and made-up clippings are read.  All
seconds are processor time, medians of the rounds; the figures stay in $NEWSROOM_DATA/bench/tag.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from articles.tagging import Entry, Tagger, read_data  # noqa: E402
from articles.tagging.folding import fold  # noqa: E402
from articles.tagging.lasting import built_to_last  # noqa: E402
from articles.tagging.lines import read_date, read_line  # noqa: E402
from articles.tagging.matcher import Matcher  # noqa: E402
from benchmarks import clippings  # noqa: E402

MADE_UP = 200  # clippings
USUAL_LENGTH = 4000  # characters of an article, as people speak of articles a second
MEGABYTES = (1, 2, 4)
# What texts of a single kind are made of, over and over: each is the worst case of some step.
HOSTILE = {
    "no spaces": "x",
    "white space": " \n",
    "marks without a base": "\u0301",
    "emoji": "\U0001f600 ",
    "Chinese": "俄罗斯总统",
    "right to left": "روسيا ",
    "one surname": "He ",
    "one person": "Vladimir Putin Putin ",
    "one country": "US\n",
    "one topic": "sanction sanctions ",
    "one office": "the US president ",
    "names in names": "New Jersey New ",
}
START_UP = """
import sys, time
from pathlib import Path
from articles.tagging import Entry, Tagger, read_data
from articles.tagging.lasting import built_to_last
imported = time.process_time()
with built_to_last():
    entries = read_data(cache=Path(sys.argv[1]))
    read = time.process_time()
    Tagger(entries)
built = time.process_time()
print(imported, read - imported, built - read, built)
"""

type Article = dict[str, str]


def read_articles(file: Path | None) -> list[Article]:
    """Return the articles to tag."""
    if file is not None:
        return [read_line(line) for line in file.read_bytes().splitlines() if line.strip()]
    seeds = [path.read_text(encoding="utf-8") for path in sorted((PROJECT / "seeds").glob("*.md"))]
    made_up = [sample.text for sample in clippings.samples(MADE_UP)]
    return [{"title": "", "text": text, "date": "2025-01-01"} for text in seeds + made_up]


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the processor time that the work takes, the median of several rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return median(taken)


def measure_start(rounds: int) -> dict[str, float]:
    """Return what a new process needs until it can tag, with the data files' tables kept and without."""
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for _ in range(rounds + 1):
            command = [sys.executable, "-c", START_UP, f"{folder}/gazetteer.json"]
            output = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
            runs.append([float(figure) for figure in output.split()])
    names = ("python and imports", "data read", "tagger built", "start-up")
    figures = {name: median(column) for name, column in zip(names, zip(*runs[1:], strict=True), strict=True)}
    return figures | {"first start-up": runs[0][3]}


def measure_speed(
    tagger: Tagger, entries: Sequence[Entry], articles: list[Article], rounds: int
) -> dict[str, float]:
    """Return megabytes and articles a second, and the ratio to the bare scan."""
    texts = [(article["title"], article["text"], read_date(article["date"])) for article in articles]

    def tag() -> None:
        for title, text, on in texts:
            tagger.tag(title=title, body=text, on=on)

    def explain() -> None:
        for title, text, on in texts:
            len(tagger.tag(title=title, body=text, on=on).refusals)

    size = sum(len(title) + len(text) for title, text, _ in texts) / 1e6
    tagging, explaining = seconds(tag, rounds), seconds(explain, rounds)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    matcher = Matcher(entries)
    folded = [fold(text).text for _, text, _ in texts]

    def scan() -> None:
        for text in folded:
            matcher.scan(text)

    scanning = seconds(scan, rounds)
    return {
        "articles": len(texts),
        "megabytes": size,
        "MB/s": size / tagging,
        "MB/s with refusals": size / explaining,
        "articles/s": len(texts) / tagging,
        "4 kB articles/s": size * 1e6 / USUAL_LENGTH / tagging,
        "bare scan MB/s": size / scanning,
        "times the bare scan": tagging / scanning,
        "peak memory, MB": memory,
    }


def measure_hostile(tagger: Tagger, articles: list[Article]) -> dict[str, list[float]]:
    """Return the seconds for one text of 1, 2 and 4 million characters of each kind."""
    kinds = {"articles in one": " ".join(article["text"] for article in articles), **HOSTILE}
    taken: dict[str, list[float]] = {}
    for kind, unit in kinds.items():
        taken[kind] = []
        for megabytes in MEGABYTES:
            length = megabytes * 1_000_000
            text = (unit * (length // len(unit) + 1))[:length]
            begun = time.process_time()
            tagger.tag(title="", body=text, on=read_date("2025-01-01"))
            taken[kind].append(time.process_time() - begun)
    return taken


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    articles = read_articles(options.file)
    start = measure_start(options.rounds)
    with built_to_last():
        entries = read_data()
        tagger = Tagger(entries)
    speed = measure_speed(tagger, entries, articles, options.rounds)
    print(f"{len(entries)} entries, {platform.machine()}, Python {platform.python_version()}")
    for name, figure in (start | speed).items():
        print(f"{name:<22}{figure:10,.2f}")
    hostile = measure_hostile(tagger, articles)
    print(f"\n{'seconds for a text of':<22}" + "".join(f"{size:>7} MB" for size in MEGABYTES))
    for kind, taken in hostile.items():
        print(f"{kind:<22}" + "".join(f"{one:10.2f}" for one in taken))
    folder = Path(os.environ.get("NEWSROOM_DATA") or PROJECT / "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version()}
    figures = machine | {"start": start, "speed": speed, "hostile": hostile}
    (folder / "tag.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
