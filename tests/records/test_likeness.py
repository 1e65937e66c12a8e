"""Names that different hands spelled: which may be one person's, and which are not."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.records.likeness import LONGEST, Against, last_name, likeness, may_be_same, skeleton


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Olga Stefanishina", "Olha Stefanishyna"),
        ("Sergei Lavrov", "Sergey Lavrov"),
        ("Serhiy Kyslytsya", "Sergiy Kislitsa"),
        ("Dmytro Kuleba", "Dmitry Kuleba"),
        ("Mohammed al-Jalali", "Mohammad al-Jalali"),
        ("Ana Soto", "Aná SOTO"),
        ("Ana Soto", "Anna Sotto"),
        ("J. Smith", "John Smith"),
        ("Mohammed al-Jalali", "Mohammad Jalali"),
        ("Karim El-Sotani", "Kareem al-Sotani"),
        ("王毅", "王毅"),
    ],
)
def test_spellings_of_one_name_are_alike_either_way_round(name, other):
    assert may_be_same(name, other)
    assert may_be_same(other, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ana Soto", "Eva Soto"),
        ("John Smith", "Jane Smith"),
        ("J. Smith", "Karl Smith"),
        ("Wu Zhaohui", "Xi Jinping"),
        ("Li Wei", "Li Na"),
        ("Ed Stefanishin", "Olga Stefanishina"),
        ("", "Ana Soto"),
        ("Mohammed al-Jalali", "Mohamed Irfaan Ali"),
        ("Karim al-Sotani", "Karim al-Bodri"),
        ("Nasser el-Ali", "Nasser Lulu"),
    ],
)
def test_other_people_are_not(name, other):
    assert not may_be_same(name, other)


@pytest.mark.parametrize(
    "name", ["", " ", "’", "Aoi Ueo", "王毅", "Олена Зеленська", "A" * 5_000, "B" * 5_000]
)
def test_every_name_has_a_skeleton_that_its_column_can_hold(name):
    assert len(skeleton(name)) <= LONGEST
    assert bool(skeleton(name)) == any(letter.isalnum() for letter in name)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Karim al-Sotani", "sotani"),
        ("Karim bin Sotani", "sotani"),
        ("Karim al Sotani", "sotani"),
        ("Karim Ali", "ali"),
        ("Karim Alsop", "alsop"),
        ("Anna De-Sotó", "soto"),
        ("al-", "al"),
    ],
)
def test_particles_are_no_part_of_a_last_name(name, last):
    assert last_name(name) == last


@given(st.text("abcde ", max_size=20), st.text("abcde ", max_size=20), st.floats(0, 1))
def test_a_likeness_below_what_is_asked_for_is_none(name, other, least):
    share = SequenceMatcher(None, name, other, autojunk=False).ratio()

    assert Against(other).likeness(name, least=least) == (share if share >= least else 0.0)


def test_likeness_is_a_share():
    assert (likeness("Ana Soto", "ana sotó"), likeness("Ana", "xyz")) == (1.0, 0.0)
