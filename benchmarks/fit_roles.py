"""Fits the few constants of articles/tagging/scoring.py on labelled articles, one after the other.

    python benchmarks/fit_roles.py SCORER.py GOLD.jsonl [GOLD.jsonl ...]

SCORER is the scoring program of the evaluation, each GOLD a file of labels in its form.  Every constant is
tried at a few round values while the others stand.  A value is kept if the sum of the main and all F1 values
of all files gains WORTHWHILE points and the first file's does not fall, so that nothing is tuned to single
articles.  Prints the table; people write it into scoring.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
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

    def __init__(self, scorer: Path, golds: list[Path]) -> None:
        entries = read_data()
        self.scorer = load(scorer)
        self.articles = {
            gold: [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
            for gold in golds
        }
        self.names, self.tagger = Names(entries), Tagger(entries)

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
        print(f"{kind.value}: {_weights(kind)}  {sum(best):.1f}")


def _values_near(value: float) -> list[float]:
    """Return the values to be tried in place of one; whole numbers in place of a whole number."""
    digits = None if isinstance(value, int) else 1
    return sorted({round((value or 1.0) * factor, digits) for factor in FACTORS})


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
    options = parser.parse_args()
    fit = Fit(options.scorer, options.golds)
    for kind in FIELDS:
        fit.fit(kind)
    for gold in options.golds:
        for field, (precision, recall, f1) in fit.figures(gold).items():
            print(f"{gold.stem} {field:16} P {precision:5.1f}  R {recall:5.1f}  F1 {f1:5.1f}")


if __name__ == "__main__":
    main()
