"""The sources that a clipping names."""

from __future__ import annotations

import pytest

from articles.reader.references import MAX_REFERENCES, Reference, references_of

STATEMENT = "UN Secretary-General, statement of 26 July 2023"
PAGE = "https://example.org/statement"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([STATEMENT, PAGE, STATEMENT], [Reference(STATEMENT), Reference(PAGE, PAGE)]),
        (f"  {STATEMENT}\n ", [Reference(STATEMENT)]),
        (
            [{"title": "A statement", "author": ["Ann A", "Bob B"], "URL": PAGE}],
            [Reference("A statement, Ann A, Bob B", PAGE)],
        ),
        ([{"url": PAGE}], [Reference(PAGE, PAGE)]),
        ([{"title": "A statement", "url": "javascript:alert(1)"}],
         [Reference("A statement, javascript:alert(1)")]),
        (["javascript:alert(1)", "http://[::", "see https://example.org"],
         [Reference("javascript:alert(1)"), Reference("http://[::"), Reference("see https://example.org")]),
        ([2023, None, "", [], {}, {"title": None}], [Reference("2023")]),
        ([[STATEMENT, "page 3"]], [Reference(f"{STATEMENT}, page 3")]),
        (None, []),
        (["x" * 600], [Reference("x" * 499 + "…")]),
        ([f"https://example.org/{'x' * 600}"], [Reference("https://example.org/" + "x" * 479 + "…")]),
    ],
    ids=[
        "a list", "a text", "a mapping", "an address alone", "a mapping without a web address",
        "what is no web address", "what is no text", "a list in a list", "nothing", "too long",
        "a cut address",
    ],
)  # fmt: skip
def test_references(given, expected):
    assert references_of({"references": given}) == expected


def test_the_key_may_be_written_in_capitals_and_the_list_has_an_end():
    assert len(references_of({"References": [str(number) for number in range(500)]})) == MAX_REFERENCES
    assert references_of({"rating": 3}) == []
