"""The kinds of problems: each is known, said in words, and given where the problem is found."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.importing.clipping import ClippingError, read_clipping
from articles.importing.sources import SourceError
from articles.importing.troubles import ABOUT, Trouble, about
from tests.importing.clips import make_source

PACKAGE = Path(__file__).resolve().parents[2] / "articles" / "importing"
# What says that something is wrong with a file, and how many arguments stand before the kind.
MAKERS = {
    "Notice": 2, "UndecidedNotice": 2, "ClippingError": 2, "UndecidedDateError": 2,
    "SourceError": 1, "SkippedError": 1,
}  # fmt: skip


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                yield f"{path.name}:{node.lineno}", node


def test_every_problem_is_given_its_kind_where_it_is_found():
    without = [
        place
        for place, call in calls()
        if len(call.args) <= MAKERS[call.func.id]
        and "kind" not in {keyword.arg for keyword in call.keywords}
        and not any(isinstance(argument, ast.Starred) for argument in call.args)
    ]

    assert without == []


def test_every_kind_is_said_in_a_sentence_and_has_a_remedy():
    assert set(ABOUT) == set(Trouble)
    assert [kind for kind, words in ABOUT.items() if not words.remedy.endswith(".")] == []
    assert [kind for kind, words in ABOUT.items() if not words.sentence[0].isupper()] == []
    assert len({words.sentence for words in ABOUT.values()}) == len(ABOUT)


def test_every_kind_is_given_somewhere():
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))

    assert [kind for kind in Trouble if text.count(f"Trouble.{kind.name}") < 2] == []


def test_every_kind_fits_its_column():
    assert max(map(len, Trouble)) <= 24


def test_a_kind_that_is_not_known_is_another_problem():
    assert about("of-a-later-release") == ABOUT[Trouble.OTHER]


@pytest.mark.parametrize(
    "error",
    [ClippingError("no title", 3, Trouble.NO_TITLE), SourceError("a pipe", Trouble.NOT_REGULAR)],
    ids=["of a text", "of a file"],
)
def test_an_error_keeps_its_kind_when_it_crosses_from_the_worker(error):
    crossed = pickle.loads(pickle.dumps(error))

    assert (crossed.message, crossed.line, crossed.kind) == (error.message, error.line, error.kind)


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("", Trouble.EMPTY_FILE, None),
        ("\0" * 50, Trouble.NOT_TEXT, None),
        ("---\ntitle: a\n", Trouble.UNCLOSED_FENCE, 2),
        ("---\ntitle: [a\n---\nb", Trouble.BROKEN_FRONT_MATTER, 2),
        ("---\ntitle: a\ntitle: b\n---\nc", Trouble.DOUBLE_KEY, 3),
        ("---\n- a\n---\nb", Trouble.NO_MAPPING, 2),
        ("---\na: {<<: {b: c}}\n---\nb", Trouble.REFUSED_FRONT_MATTER, 2),
        ("---\ndate: 2025-10-16\n---\nText without a heading", Trouble.NO_TITLE, 1),
        ("---\ntitle: {a: b}\n---\nc", Trouble.BAD_TITLE, 2),
        ("---\ntitle: a\ndate: 2025-13-45\n---\nb", Trouble.BAD_DATE, 3),
        ("---\ntitle: a\ndate: 10/11/2025\n---\nb", Trouble.UNDECIDED_DATE, 3),
    ],
    ids=lambda value: value.value if isinstance(value, Trouble) else "",
)
def test_what_is_wrong_with_a_text_has_its_kind(text, kind, line):
    with pytest.raises(ClippingError) as raised:
        read_clipping(make_source(text.encode(), "a.md"))

    assert (raised.value.kind, raised.value.line) == (kind, line)
