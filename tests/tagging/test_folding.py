"""Folding: every character keeps its place, or its place is remembered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.tagging.folding import fold, fold_name


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Erdoğan", " Erdogan "),
        ("Erdog\u0306an", " Erdogan "),
        ("Łódź", " Lodz "),
        ("Sa’ar", " Sa ar "),
        ("Guinea-Bissau", " Guinea Bissau "),
        ("White\u00a0House", " White House "),
        ("White \n House", " White House "),
        ("White\n House", " White House "),
        ("White   House", " White House "),
        ("one\n\ntwo", " one  two "),
        ("one\n   two", " one  two "),
        ("one \n\t\n two", " one  two "),
        ("Saudi. Arabia", " Saudi  Arabia "),
        ("Zelen\u00adsky", " Zelensky "),
        ("OPEC+", " OPEC+ "),
        ("Путин", " Путин "),
        ("Йемен", " Иемен "),
        ("", "  "),
    ],
    ids=[
        "accents",
        "combining accents",
        "letters with a stroke",
        "an apostrophe is a gap",
        "a hyphen is a gap",
        "a no-break space",
        "a gap of several signs is one",
        "nor is an indent of one blank",
        "blanks beyond one go",
        "paragraphs stay apart",
        "so do indented ones",
        "a line of blanks is empty",
        "a sentence's end stays apart",
        "a soft hyphen leaves no trace",
        "a plus is part of a name",
        "other scripts stay",
        "their accents go",
        "nothing",
    ],
)
def test_fold(text, folded):
    assert fold(text).text == folded


def test_places_lead_back_to_the_original():
    text = "So\u00adft  Tu\u0308rkiye"
    folded = fold(text)
    start = folded.text.index("Turkiye")

    assert text[folded.origin(start) : folded.origin(start + 6) + 1] == "Tu\u0308rkiye"


@given(st.text())
def test_every_place_in_folded_text_has_one_in_the_original(text):
    folded = fold(text)
    origins = [folded.origin(place) for place in range(1, len(folded.text) - 1)]

    assert origins == sorted(set(origins))
    assert all(0 <= origin < max(1, len(text)) for origin in origins)


@given(st.text(alphabet="aB é-\u0301\u00ad\n \r"))
def test_a_place_is_found_again_from_its_origin(text):
    folded = fold(text)
    places = range(1, len(folded.text) - 1)

    assert [folded.place(folded.origin(place)) for place in places] == list(places)


@given(st.text(alphabet="aB é-'.\u0301\u00ad\n+"))
def test_folding_a_folded_name_changes_nothing(text):
    name = fold_name(text)

    assert fold_name(name) == name or "  " in name
