"""How much text two articles share, estimated from their sketches."""

from __future__ import annotations

import random
import re
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.sketches import RUN, SHORTEST, SIZE, share_of, sketch_of, words_of

TEXTS = st.lists(st.sampled_from([f"w{number}" for number in range(40)]), max_size=200).map(" ".join)


def words(count: int, *, seed: int) -> str:
    """Return a text of made-up words that shares none of its runs with that of another seed."""
    dice = random.Random(seed)
    return " ".join(f"{seed}x{dice.randrange(10**6)}" for _ in range(count))


@given(TEXTS, TEXTS)
def test_the_share_is_the_same_either_way_round(one, other):
    first, second = sketch_of(one), sketch_of(other)

    assert share_of(first, second) == share_of(second, first)
    assert 0 <= share_of(first, second) <= 100


@given(TEXTS, st.integers(0, 400))
def test_a_sketch_is_the_smallest_of_all_numbers_of_a_text(text, more):
    text += " " + words(SHORTEST, seed=5) + " again and again" * more
    said = words_of(text)
    numbers = {crc32(b" ".join(said[start : start + RUN])) for start in range(len(said) - RUN + 1)}

    assert sketch_of(text) == tuple(sorted(numbers)[:SIZE])


@given(TEXTS)
def test_a_text_shares_all_with_itself(text):
    text += words(SHORTEST, seed=5)

    assert share_of(sketch_of(text), sketch_of(text)) == 100


def test_texts_without_a_common_sentence_share_nothing():
    assert share_of(sketch_of(words(300, seed=1)), sketch_of(words(300, seed=2))) == 0


@pytest.mark.parametrize(
    "text", ["", "Talks ended.", words(SHORTEST - 1, seed=1)], ids=["none", "two words", "59"]
)
def test_a_short_text_is_not_compared(text):
    assert sketch_of(text) == ()
    assert share_of(sketch_of(text), sketch_of(text)) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("**The** [ministers](x) met", "The ministers x met"),
        ("THE MINISTERS\nMET", "the ministers met"),
        ("“The ministers” met —", '"The ministers" met.'),
    ],
    ids=["Markdown", "capitals and line breaks", "quotes and dashes"],
)
def test_what_is_no_word_makes_no_difference(one, other):
    rest = words(SHORTEST, seed=3)

    assert sketch_of(f"{one} {rest}") == sketch_of(f"{other} {rest}")


def test_texts_in_other_scripts_are_compared():
    assert len(sketch_of("Министры встретились в Вене и говорили о мире. " * 20)) > 0


def test_a_sketch_has_a_fixed_size_however_long_the_text():
    assert len(sketch_of(words(20_000, seed=4))) == SIZE


@pytest.mark.parametrize("common", [100, 200, 300], ids=["a fifth", "a half", "all but a tenth"])
def test_the_share_is_near_the_true_one(common):
    """Of 330 words each, so many are common: the estimate may be 25 points off, four times its deviation."""
    shares = []
    for seed in range(20):
        story = words(common, seed=1000 + seed)
        one = f"{story} {words(330 - common, seed=2000 + seed)}"
        other = f"{words(330 - common, seed=3000 + seed)} {story}"
        shares.append(share_of(sketch_of(one), sketch_of(other)))
    true = 100 * common / (660 - common)

    assert abs(sum(shares) / len(shares) - true) < 7
    assert all(abs(share - true) < 30 for share in shares)


@given(text=st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("ab _’—。\u00a0\n"))))
def test_words_are_letters_and_digits_of_any_script(text):
    assert words_of(text) == [word.encode() for word in re.findall(r"[^\W_]+", text.lower())]
