"""Doubt: what the tagger knows speaks for and against a finding; and the order in which people look."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.tagging import Kind, Role, read_data
from articles.tagging.doubt import (
    GROUND_WORDS,
    POINTS,
    RULES,
    Seen,
    doubt_of,
    ground_number,
    ground_of,
    grounds,
    reasons_of,
    turn_of,
)


def seen(
    *rules: str, kind: str = "country", role: str = "mentioned", salience: float = 0.2,
    is_in_file: bool = False, is_ambiguous: bool = False,
) -> Seen:  # fmt: skip
    return Seen(kind, role, salience, rules, is_in_file, is_ambiguous)


@pytest.mark.parametrize(
    ("found", "doubt"),
    [
        (seen("name", "name", "name"), 5),
        (seen("name", "name"), 10),
        (seen("name"), 20),
        (seen("surname", "surname", "name", kind="actor"), 5),
        (seen("surname", kind="actor"), 60),
        (seen("surname", "surname", "surname", kind="actor"), 45),
        (seen("office", kind="actor"), 50),
        (seen("demonym"), 35),
        (seen("metonym"), 45),
        (seen("metonym", kind="organisation"), 55),
        (seen("trigger", kind="topic"), 40),
        (seen("trigger", "trigger", kind="topic"), 25),
        (seen("trigger", "trigger", "trigger", kind="topic"), 15),
        (seen("name", is_ambiguous=True), 50),
        (seen("name", "name", "name", is_ambiguous=True), 20),
        (seen("capital", is_ambiguous=True), 40),
        (seen("place", is_ambiguous=True), 35),
        (seen("implied", "implied", "implied", is_ambiguous=True), 25),
        (seen("metonym", "metonym", "metonym", is_ambiguous=True), 30),
        (seen("name", "name", "name", salience=0.5), 25),
        (seen("name", "name", "name", salience=0.46), 15),
        (seen("demonym", is_in_file=True), 15),
        (seen("name", is_in_file=True), 0),
        (seen(is_in_file=True), 20),
        (seen("surname", kind="actor", is_ambiguous=True, salience=0.5), 100),
        (seen("a_rule_to_come"), 55),
    ],
    ids=[
        "named in full, often", "named twice", "named once", "surnames after a full name", "one surname",
        "surnames alone", "an office alone", "a demonym", "the Kremlin", "Brussels for the EU",
        "one phrase", "two phrases", "three phrases", "Georgia, once", "Georgia, often",
        "Ankara for Turkey", "Izmir for Turkey", "Turkey from its president", "its seat for Georgia",
        "at the border", "near the border", "a demonym that the file bears out", "never below 0",
        "the file alone", "never above 100", "a rule that has no points yet",
    ],
)  # fmt: skip
def test_doubt(found, doubt):
    assert doubt_of(found) == doubt


def test_the_reasons_add_up_and_the_ground_comes_first():
    reasons = reasons_of(seen("surname", kind="actor", is_ambiguous=True, salience=0.46, is_in_file=True))

    assert [(one.signed, one.words) for one in reasons] == [
        ("+45", "by surname only"),
        ("+15", "named once"),
        ("+30", "its name means other things too"),
        ("−20", "the file's own tags name it as well"),
        ("+10", "near the border between main subject and mentioned"),
    ]


def test_the_best_rule_is_the_ground():
    assert ground_of(["surname", "office", "name"]) == "name"
    assert ground_of(["metonym", "demonym"]) == "demonym"
    assert ground_of([]) == "file"


def test_a_mistake_about_the_main_subject_comes_before_one_in_passing():
    main, passing = seen("demonym", role="main"), seen("demonym", role="mentioned")

    assert turn_of(main)[1] > turn_of(passing)[1]


def test_of_equal_doubt_a_person_comes_before_a_topic_and_the_more_central_before_the_other():
    person, topic = seen("name", "name", kind="actor"), seen("trigger", "trigger", kind="topic")
    central, passing = seen("name", salience=0.4), seen("name", salience=0.1)

    assert turn_of(person)[1] > turn_of(topic)[1] * 10 / 25
    assert turn_of(central)[1] > turn_of(passing)[1]


def test_grounds_tell_kinds_and_rules_apart():
    numbers = [ground_number(kind, rule) for kind, rule in itertools.product(Kind, RULES)]

    assert len(set(numbers)) == len(numbers)
    assert sorted(grounds()) == sorted(numbers)
    assert grounds("actor", "surname") == [ground_number("actor", "surname")]
    assert grounds("", "surname") == [ground_number(kind, "surname") for kind in Kind]
    assert len(grounds("topic")) == len(RULES)


def test_every_rule_has_points_and_words():
    assert set(POINTS) == set(RULES) == set(GROUND_WORDS)


@given(
    st.lists(st.sampled_from([*RULES, "unheard_of"]), max_size=6),
    st.sampled_from([kind.value for kind in Kind]),
    st.sampled_from([role.value for role in Role]),
    st.floats(0, 1),
    st.booleans(),
    st.booleans(),
)
def test_whatever_was_found_has_a_doubt_and_a_rank_that_the_database_holds(
    rules, kind, role, salience, is_in_file, is_ambiguous
):
    found = seen(
        *rules, kind=kind, role=role, salience=salience, is_in_file=is_in_file, is_ambiguous=is_ambiguous
    )
    ground, rank = turn_of(found)

    assert 0 <= doubt_of(found) <= 100
    assert 0 <= rank < 2**15
    assert 0 <= ground < 2**15


def test_no_ground_is_told_with_the_names_of_one_country():
    words = " ".join(f"{text} " for text in GROUND_WORDS.values())
    names = {alias.text for entry in read_data() if entry.kind is Kind.COUNTRY for alias in entry.aliases}

    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", words)] == []
