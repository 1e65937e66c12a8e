"""Fits the few constants of articles/tagging/scoring.py on labelled articles, one after the other.

    python benchmarks/fit_roles.py GOLD.jsonl SCORER.py

GOLD and SCORER are the labels and the scoring program of the evaluation.  Every constant is tried at a few
round values while the others stand; the sum of the main and all F1 values decides, and a value that gains
less than WORTHWHILE points is left as it is, so that nothing is tuned to single articles.  Prints the table;
people write it into scoring.py.
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

    def __init__(self, gold: Path, scorer: Path) -> None:
        entries = read_data()
        self.gold = gold
        self.scorer = load(scorer)
        self.articles = [
            json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()
        ]
        self.names, self.tagger = Names(entries), Tagger(entries)

    def figures(self) -> dict[str, tuple[float, float, float]]:
        """Return precision, recall and F1 of every field with the constants as they are."""
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for article in self.articles:
                tagged = self.tagger.tag(
                    title=article["title"], standfirst="", body=article["text"], on=read_date(article["date"])
                )
                file.write(json.dumps({"id": article["id"], **self.names.row(tagged)}) + "\n")
            file.flush()
            return self.scorer.score(str(self.gold), file.name)

    def worth(self, kind: Kind) -> float:
        """Return what is to be made as large as possible."""
        figures = self.figures()
        field = FIELDS[kind]
        return figures[field][2] + figures[f"{field} main"][2]

    def fit(self, kind: Kind) -> None:
        """Try every constant of one kind at other values, and keep what is worthwhile."""
        best = self.worth(kind)
        for _ in range(ROUNDS):
            before = best
            for name, value in asdict(_weights(kind)).items():
                for tried in sorted({round((value or 1.0) * factor, 1) for factor in FACTORS}):
                    kept = _weights(kind)
                    _set(kind, replace(kept, **{name: tried}))
                    worth = self.worth(kind)
                    if worth > best + WORTHWHILE:
                        best = worth
                    else:
                        _set(kind, kept)
            if best == before:
                break
        print(f"{kind.value}: {_weights(kind)}  {best:.1f}")


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
    parser.add_argument("gold", type=Path)
    parser.add_argument("scorer", type=Path)
    options = parser.parse_args()
    fit = Fit(options.gold, options.scorer)
    for kind in FIELDS:
        fit.fit(kind)
    for field, (precision, recall, f1) in fit.figures().items():
        print(f"{field:16} P {precision:5.1f}  R {recall:5.1f}  F1 {f1:5.1f}")


if __name__ == "__main__":
    main()
