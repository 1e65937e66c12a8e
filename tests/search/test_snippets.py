"""The words of a search, marked in a title and a few lines of text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.documents import tokens_of
from articles.search.letters import fold, words_in
from articles.search.query import Clause, Term, read_words
from articles.search.snippets import BODY_LIMIT, SNIPPET_LENGTH, Finder, Parts, Snippet

FILLER = "Nothing was said about it for a while. " * 40


def shown(parts: Parts) -> str:
    """Return the parts as one line, marks in square brackets."""
    return "".join(f"[{text}]" if is_marked else text for text, is_marked in parts)


def find(
    words: str, *, title: str = "", standfirst: str = "", body: str = "", summary: str = "Summary."
) -> Snippet:
    finder = Finder(read_words(words))
    return finder.snippet(title=title, standfirst=standfirst, body=body, summary=summary)


@pytest.mark.parametrize(
    ("words", "title", "marked"),
    [
        ("oil", "Oil and OIL, not soil or oils", "[Oil] and [OIL], not soil or oils"),
        ("orban", "Orbán’s visit", "[Orbán]’s visit"),
        ("ORBÁN", "Viktor Orban", "Viktor [Orban]"),
        ("orbán", "Orba\u0301n", "[Orbán]"),
        ("strasse", "Die Straße", "Die [Straße]"),
        ("straße", "STRASSE", "[STRASSE]"),
        ("lodz", "Łódź", "[Łódź]"),
        ('"peace talks"', "Peace  talks, peace or talks", "[Peace  talks], peace or talks"),
        ("long-range", "Long range, long–range, rangelong", "[Long range], [long–range], rangelong"),
        ("U.S.", "The U.S. and us", "The [U.S]. and us"),
        ("sanction*", "Sanctions, sanctioned, unsanctioned", "[Sanctions], [sanctioned], unsanctioned"),
        ("oil OR gas", "Gas for oil", "[Gas] for [oil]"),
        ("oil -gas", "Gas for oil", "Gas for [oil]"),
        ("北京", "在北京会谈", "在[北京]会谈"),
        ("京会", "在北京会谈", "在北[京会]谈"),
        ("हिन्दी", "हिन्दी भाषा", "[हिन्दी] भाषा"),
        ("ﬁne", "Fine fine", "[Fine] [fine]"),
        ("oil", "oil_price <b>oil</b>", "[oil]_price <b>[oil]</b>"),
        ("zzz", "Oil", "Oil"),
        ("oil", "", ""),
    ],
)  # fmt: skip
def test_a_title_is_marked_as_the_index_reads_it(words, title, marked):
    assert shown(find(words, title=title).title) == marked


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("grain", "[Grain] left Odesa. The ships sailed at dawn."),
        ("dawn", "Grain left Odesa. The ships sailed at [dawn]."),
        ("link", "A [link] ends the text."),
        ("target", "Summary."),
        ("bold", "So [bold] a word."),
        ("zzz", "Summary."),
    ],
)
def test_lines_around_the_words_are_shown_without_markdown(words, text):
    body = (
        "Grain left Odesa. The ships\nsailed at dawn.\n\nSo **bold** a word.\n\n"
        "A [link](https://example.org/target) ends the text."
    )

    assert shown(find(words, body=body).text) == text


def test_a_summary_that_holds_the_words_is_shown_marked():
    found = find("grain", standfirst="Grain left.", summary="Grain left.", body=f"{FILLER}Grain left again.")

    assert found == Snippet(
        title=(), text=(("Grain", True), (" left.", False)), places=("standfirst", "body")
    )


def test_words_far_apart_are_shown_in_two_pieces():
    found = find("grain missiles", body=f"Grain left Odesa. {FILLER}\n\nAt night missiles fell. {FILLER}")

    first, second = shown(found.text).split(" … ")
    assert first.startswith("[Grain] left Odesa. Nothing")
    assert second.startswith("At night [missiles] fell. Nothing")
    assert second.endswith("…")


def test_a_line_begins_where_a_sentence_or_a_word_does():
    body = f"{FILLER}{'and so on ' * 30}then grain left. {FILLER}\n\nThe U.S. army moved missiles."

    assert shown(find("grain", body=body).text).startswith("… on and so on")
    assert shown(find("missiles", body=body).text) == "The U.S. army moved [missiles]."


def test_what_stands_below_the_limit_is_not_looked_at():
    found = find("grain", body="x " * BODY_LIMIT + "grain")

    assert (shown(found.text), found.places) == ("Summary.", ())


@pytest.mark.parametrize(
    "body",
    ["oil" * 40_000, "oil " * 30_000, "oil" + "!" * 90_000, "o" * 90_000, "*oil " * 20_000, "[oil](" * 15_000,
     "<div oil>" * 10_000, "\u0301" * 90_000, "oil\u0301" * 20_000, "北" * 50_000, "\n\n" * 45_000 + "oil"],
    ids=lambda body: body[:8],
)  # fmt: skip
@pytest.mark.parametrize("words", ["oil", '"oil oil oil"', "oil*", "北 oil", "o OR i OR l OR x"])
def test_hostile_texts_are_marked_like_others(body, words):
    found = find(words, body=body)

    assert len("".join(text for text, _ in found.text)) <= SNIPPET_LENGTH


def letters(text: str) -> list[str]:
    """Return the letters and digits of a text without their accents, which a mark taken away may move."""
    return [letter for letter in unicodedata.normalize("NFD", text) if letter.isalnum()]


LETTERS = st.text("abcAB éßøœİ\u0301ﬁ北京क्ि.!-_*[]()<>`\n’—2²", max_size=60)
TERMS = st.builds(Term, st.text("abcAéßøœİﬁ北क्ि -’2", min_size=1, max_size=5), st.booleans())
CLAUSES = st.lists(
    st.builds(lambda terms: Clause(tuple(terms)), st.lists(TERMS, min_size=1, max_size=3)), max_size=3
)


@given(CLAUSES, LETTERS, LETTERS, st.lists(LETTERS, max_size=12))
def test_the_parts_are_the_text_and_every_mark_is_a_term(clauses, title, standfirst, pieces):
    body = "\n\n".join(piece * 20 for piece in pieces)
    found = Finder(clauses).snippet(title=title, standfirst=standfirst, body=body, summary="")

    assert "".join(text for text, _ in found.title) == unicodedata.normalize("NFC", title)
    assert len("".join(text for text, _ in found.text)) <= SNIPPET_LENGTH
    terms = [words_in(fold(term.text).text) for clause in clauses for term in clause.alternatives]
    begins = tuple(words[0] for words in terms if words)
    for text, is_marked in (*found.title, *found.text):
        assert text
        if is_marked:
            assert words_in(fold(text).text)[0].startswith(begins)
    for text, _ in found.text:
        source = iter(letters(standfirst + body))
        assert all(letter in source for letter in letters(text))


@given(st.text("abcXYZ éÉßøØœæþłđıĳñÖйЖάΩ北京カｱ１ﬁ²0.-_’'\u0301\n", max_size=40))
def test_words_are_those_of_the_index(text):
    assert words_in(fold(unicodedata.normalize("NFC", text)).text) == tokens_of(text)
