"""Fits the few constants of articles/tagging/scoring.py on labelled articles, one after the other.

    python benchmarks/fit_roles.py SCORER.py GOLD.jsonl [GOLD.jsonl ...]
    python benchmarks/fit_roles.py SCORER.py GOLD.jsonl --table
    python benchmarks/fit_roles.py SCORER.py GOLD.jsonl --halves 10 --kind topic

SCORER is the scoring program of the evaluation, each GOLD a file of labels in its form.  Every constant is
tried at a few round values while the others stand.  A value is kept if the sum of the main and all F1 values
of all files gains WORTHWHILE points and the first file's does not fall, so that nothing is tuned to single
articles.  Prints the constants; people write them into scoring.py.

--table fits nothing: it prints for every constant what each value near it would gain or lose.
--halves parts each file in two at random, so often; it fits on one half and scores the other one, both ways,
beside the constants as they are.  What gains nothing there is not worth writing down.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from statistics import mean
from types import ModuleType

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from articles.tagging import Kind, Tagger, read_data, scoring  # noqa: E402
from articles.tagging.lines import Names, read_date  # noqa: E402

WORTHWHILE = 0.3
ROUNDS = 3
FACTORS = (0.5, 0.7, 0.85, 1.2, 1.5, 2.0)
FIELDS = {Kind.COUNTRY: "countries", Kind.ACTOR: "persons", Kind.ORGANISATION: "orgs", Kind.TOPIC: "topics"}


def load(path: Path) -> ModuleType:
    """Return the scoring program as a module."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Fit:
    """The labelled articles and the tagger, to be asked how good a set of constants is."""

    def __init__(self, scorer: ModuleType, golds: list[Path], names: Names, tagger: Tagger) -> None:
        self.scorer, self.names, self.tagger = scorer, names, tagger
        self.articles = {
            gold: [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
            for gold in golds
        }

    def figures(self, gold: Path) -> dict[str, tuple[float, float, float]]:
        """Return precision, recall and F1 of every field in one file with the constants as they are."""
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for article in self.articles[gold]:
                tagged = self.tagger.tag(
                    title=article["title"], standfirst="", body=article["text"], on=read_date(article["date"])
                )
                file.write(json.dumps({"id": article["id"], **self.names.row(tagged)}) + "\n")
            file.flush()
            return self.scorer.score(str(gold), file.name)

    def worth(self, kind: Kind) -> list[float]:
        """Return the F1 values of all and of the main ones of each file, added."""
        field = FIELDS[kind]
        figures = [self.figures(gold) for gold in self.articles]
        return [figure[field][2] + figure[f"{field} main"][2] for figure in figures]

    def fit(self, kind: Kind) -> None:
        """Try every constant of one kind at other values, and keep what is worthwhile."""
        best = self.worth(kind)
        for _ in range(ROUNDS):
            before = best
            for name, value in asdict(_weights(kind)).items():
                for tried in _values_near(value):
                    kept = _weights(kind)
                    _set(kind, replace(kept, **{name: tried}))
                    worth = self.worth(kind)
                    if sum(worth) > sum(best) + WORTHWHILE and worth[0] >= best[0]:
                        best = worth
                    else:
                        _set(kind, kept)
            if best == before:
                break

    def print_table(self, kind: Kind) -> None:
        """Print what each value near every constant of one kind gains or loses, the others as they are."""
        kept, worth = _weights(kind), sum(self.worth(kind))
        print(f"{kind.value}: {worth:.1f} points, all and main")
        for name, value in asdict(kept).items():
            cells = []
            for tried in _values_near(value):
                _set(kind, replace(kept, **{name: tried}))
                cells.append(f"{tried:g}: {sum(self.worth(kind)) - worth:+.1f}")
            print(f"  {name:14}{value:6g}   {'   '.join(cells)}")
        _set(kind, kept)


def cross_validate(whole: Fit, kind: Kind, count: int) -> None:
    """Fit on one half of each file and score the other, ``count`` times both ways; print what it gains."""
    kept = _weights(kind)
    gains: list[float] = []
    moved: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            halves = [
                Fit(whole.scorer, golds, whole.names, whole.tagger)
                for golds in _write_halves(whole, Path(folder), number)
            ]
            for learnt, held in (halves, halves[::-1]):
                before = sum(held.worth(kind))
                learnt.fit(kind)
                gains.append(sum(held.worth(kind)) - before)
                values = asdict(_weights(kind)).items()
                moved.update(f"{name} {value:g}" for name, value in values if getattr(kept, name) != value)
                _set(kind, kept)
    worse = sum(gain < 0 for gain in gains)
    print(
        f"{kind.value}: a fit on one half gains {mean(gains):+.1f} points on the other, of {len(gains)} fits"
    )
    print(f"  at worst {min(gains):+.1f}, at best {max(gains):+.1f}; {worse} fits are worse")
    print(
        f"  moved most: {', '.join(f'{what} ({times})' for what, times in moved.most_common(6)) or 'nothing'}"
    )


def _write_halves(whole: Fit, folder: Path, number: int) -> list[list[Path]]:
    """Write each file of labels as two halves, and return the first ones and the second ones."""
    halves: list[list[Path]] = [[], []]
    for place, articles in enumerate(whole.articles.values()):
        shuffled = random.Random(number).sample(articles, len(articles))
        for half, part in enumerate((shuffled[::2], shuffled[1::2])):
            path = folder / f"{number}-{place}-{half}.jsonl"
            path.write_text("".join(f"{json.dumps(article)}\n" for article in part), encoding="utf-8")
            halves[half].append(path)
    return halves


def _values_near(value: float) -> list[float]:
    """Return the values to be tried in place of one; whole numbers in place of a whole number."""
    digits = None if isinstance(value, int) else 1 if abs(value) >= 1 else 2
    return sorted({round((value or 1.0) * factor, digits) for factor in FACTORS} - {value})


def _weights(kind: Kind) -> scoring.Weights | scoring.TopicWeights:
    return scoring.TOPIC_WEIGHTS if kind is Kind.TOPIC else scoring.WEIGHTS[kind]


def _set(kind: Kind, weights: scoring.Weights | scoring.TopicWeights) -> None:
    if kind is Kind.TOPIC:
        scoring.TOPIC_WEIGHTS = weights
    else:
        scoring.WEIGHTS[kind] = weights
        scoring.signs_of.cache_clear()


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scorer", type=Path)
    parser.add_argument("golds", type=Path, nargs="+", metavar="gold")
    parser.add_argument(
        "--kind", choices=[kind.value for kind in FIELDS], help="the constants of one kind only"
    )
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--table", action="store_true", help="print what other values would gain or lose")
    task.add_argument(
        "--halves", type=int, metavar="N", help="fit on halves of the labels, N times both ways"
    )
    options = parser.parse_args()
    entries = read_data()
    fit = Fit(load(options.scorer), options.golds, Names(entries), Tagger(entries))
    for kind in [kind for kind in FIELDS if options.kind in {None, kind.value}]:
        if options.table:
            fit.print_table(kind)
        elif options.halves:
            cross_validate(fit, kind, options.halves)
        else:
            fit.fit(kind)
            print(f"{kind.value}: {_weights(kind)}  {sum(fit.worth(kind)):.1f}")
    for gold in options.golds:
        for field, (precision, recall, f1) in fit.figures(gold).items():
            print(f"{gold.stem} {field:16} P {precision:5.1f}  R {recall:5.1f}  F1 {f1:5.1f}")


if __name__ == "__main__":
    main()
