"""What the index says of the tagger's words: it never leaves an article out that holds them."""

from __future__ import annotations

import random

import pytest

from articles.search.documents import is_uneven
from articles.tagging.differences import Clue, Finder
from tests.search.entries import entry, make_index

ALPHABET = [
    *"abPutinéüøßæıİΣςσйأ한北京ʿﬁ½№٣", *"  \n\t,.-_+’'—…", "\u00ad", "\u0301", "\u200b", "\u00a0", "\x01",
]  # fmt: skip


def text(dice: random.Random, *, is_plain: bool) -> str:
    letters = ALPHABET[:10] + [" "] * 4 + [",", ".", "’", "\n"] if is_plain else ALPHABET
    return "".join(dice.choice(letters) for _ in range(dice.randint(1, 60)))


def clue(dice: random.Random, folded: str) -> Clue:
    """Return a clue that holds words of folded text, as a name, an open phrase, or words in small letters."""
    words = folded.split(" ")
    start = dice.randrange(len(words))
    some = " ".join(words[start : start + dice.randint(1, 3)]).strip()
    string = f" {some}" if dice.random() < 0.3 else f" {some} "
    other = frozenset({" Nowhere ", string})
    return Clue((other,), lower=frozenset({f" {some.lower()} "}) if dice.random() < 0.3 else frozenset())


@pytest.mark.parametrize("seed", range(12))
def test_every_article_that_answers_a_clue_is_found(seed, tmp_path):
    dice = random.Random(seed)
    texts = {
        pk: (text(dice, is_plain=pk % 2 == 0), text(dice, is_plain=True), text(dice, is_plain=pk % 2 == 0))
        for pk in range(1, 80)
    }
    engine = make_index(
        tmp_path / "index",
        [entry(pk, title=one, standfirst=two, body=three) for pk, (one, two, three) in texts.items()],
    )
    clues = [clue(dice, Finder([]).folded(*dice.choice(list(texts.values())))) for _ in range(60)]

    missed = {
        one: [pk for pk, parts in texts.items() if Finder([one]).reaches(*parts, None)]
        for one in clues
        if not {pk for pk, parts in texts.items() if Finder([one]).reaches(*parts, None)}
        <= set(engine.holding([one.sure]))
    }
    assert missed == {}


@pytest.mark.parametrize(
    ("words", "is_odd"),
    [
        ("Putin, Erdoğan and São Tomé “agreed” — at once…", False),
        ("Москва и Київ", False),
        ("北京", False),
        ("Pu\u00adtin", True),
        ("Straße", True),
        ("Æthelred", True),
        ("ΟΔΟΣ", True),
        ("한국", True),
        ("\x01", True),
        ("see https://a.example/" + "x" * 250, True),
        *(("a " * lead + "x" * 250 + " b" * 90, True) for lead in (0, 1, 31, 62, 63)),
        ("of no more\n" + "x" * 249 + "\tcharacters", False),
        (("x" * 249 + "\n") * 20 + "x" * 250, True),
        (("中" * 249 + "\u3000") * 20, False),
        ("word " * 100 + "x" * 249 + " " + "y" * 249, False),
    ],
)
def test_texts_of_which_index_and_tagger_see_other_words_are_told(words, is_odd):
    assert is_uneven(words) is is_odd


def test_a_name_is_found_without_reading_the_other_articles(tmp_path):
    engine = make_index(
        tmp_path / "index",
        [
            entry(1, body="The Kremlin spoke."),
            entry(2, body="The White House spoke."),
            entry(3, title="White", standfirst="House"),
            entry(4, body="They were sanctioned."),
            entry(5, body="The house is white."),
        ],
    )

    def found(*groups: set[str]) -> list[int]:
        return list(engine.holding([groups]))

    assert found({" Kremlin "}) == [1]
    assert found({" White House "}) == [2]
    assert found({" White  House "}) == [2, 3, 5]  # a superset: the words in any order
    assert found({" sanction"}) == [4]
    assert found({" sanction "}) == []
    assert found({" Kremlin ", " sanction"}) == [1, 4]
    assert found({" White House "}, {" spoke "}) == [2]
    assert list(engine.holding([])) == []
    assert found({" + "}) == found() == [1, 2, 3, 4, 5]
