"""The sentences shown to an editor."""

from __future__ import annotations

import pytest

from articles.reader.evidence import excerpts


def shown(text, *words, part="body"):
    """Return what an editor reads when these words are mentions: evidence in brackets."""
    mentions, at = [], 0
    for word in words:
        at = text.index(word, at)
        mentions.append([part, at, at + len(word), "name"])
        at += len(word)
    return [
        "".join(f"[{piece}]" if is_evidence else piece for piece, is_evidence in excerpt.pieces)
        for excerpt in excerpts({part: text}, mentions)
    ]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("One. Kyiv agreed. Two.", ["Kyiv"], ["[Kyiv] agreed."]),
        ("Troops of the U.S. army left Kyiv. Later.", ["Kyiv"], ["Troops of the U.S. army left [Kyiv]."]),
        ("Kyiv met Moscow. End.", ["Kyiv", "Moscow"], ["[Kyiv] met [Moscow]."]),
        ("Kyiv said. Moscow said.", ["Kyiv", "Moscow"], ["[Kyiv] said.", "[Moscow] said."]),
        ("A head\n\nKyiv\nagreed", ["Kyiv"], ["[Kyiv] agreed"]),
        ("**Kyiv** agreed", ["Kyiv"], ["[Kyiv] agreed"]),
        ("He left Kyiv", ["Kyiv"], ["He left [Kyiv]"]),
        ('He left Kyiv." She stayed.', ["Kyiv"], ['He left [Kyiv]."']),
    ],
    ids=[
        "the sentence alone", "initials end no sentence", "two in one sentence", "two sentences",
        "a blank line ends",
        "marks of emphasis", "the end of the text", "a quotation mark after the stop",
    ],
)  # fmt: skip
def test_a_mention_is_shown_in_its_sentence(text, words, expected):
    assert shown(text, *words) == expected


def test_a_long_sentence_is_cut_at_words():
    text = "before " * 60 + "Kyiv" + " after" * 60

    [sentence] = shown(text, "Kyiv")

    assert sentence.startswith("… before before")
    assert sentence.endswith("after after …")
    assert len(sentence) < 420


def test_text_without_spaces_is_cut_at_the_mention():
    assert shown("x" * 500 + "Kyiv" + "y" * 500, "Kyiv") == ["… [Kyiv] …"]


def test_the_title_comes_first():
    texts = {"title": "Kyiv agrees", "body": "Kyiv agreed."}

    found = excerpts(texts, [["body", 0, 4, "name"], ["title", 0, 4, "name"]])

    assert [excerpt.part for excerpt in found] == ["title", "body"]


@pytest.mark.parametrize(
    "mention",
    [["body", 3, 99, "name"], ["body", 4, 2, "name"], ["body", -1, 2, "name"], ["margin", 0, 4, "name"]],
    ids=["beyond the end", "backwards", "before the beginning", "no such part"],
)
def test_a_mention_outside_the_text_is_left_out(mention):
    assert excerpts({"body": "Kyiv"}, [mention]) == []
