"""What the settings read from the environment."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from newsroom.settings import read_number


@pytest.mark.parametrize(("written", "number"), [("", 16), (" ", 16), ("0", 0), (" 20 ", 20)])
def test_a_number_is_read_and_an_empty_one_is_the_default(written, number, monkeypatch):
    monkeypatch.setenv("PAGES", written)

    assert read_number("PAGES", default=16) == number


@pytest.mark.parametrize(
    ("written", "least", "complaint"),
    [
        ("many", 0, "PAGES=many; write a whole number, 0 or more, such as 16"),
        ("-1", 0, "PAGES=-1; write a whole number, 0 or more, such as 16"),
        ("1.5", 0, "PAGES=1.5; write a whole number, 0 or more, such as 16"),
        ("٣", 0, "PAGES=٣; write a whole number, 0 or more, such as 16"),
        ("0", 1, "PAGES=0; write a whole number, 1 or more, such as 16"),
    ],
    ids=["words", "below 0", "a fraction", "digits of another script", "below the least"],
)
def test_what_is_no_number_is_refused_with_what_to_write(written, least, complaint, monkeypatch):
    monkeypatch.setenv("PAGES", written)

    with pytest.raises(ImproperlyConfigured) as refused:
        read_number("PAGES", default=16, least=least)

    assert str(refused.value) == complaint
