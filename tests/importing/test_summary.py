"""What lists print of an article: the words of its Markdown, without the marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.importing import summary
from articles.importing.summary import summarise, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Bold** opening.\n\n> Quote", "Bold opening. Quote"),
        ("*One* and _two_ and ***three***, ~~not~~ four.", "One and two and three, not four."),
        ("un*frigging*believable **U**nited", "un*frigging*believable United"),
        ("3 * 4 is snake_case, 5*6", "3 * 4 is snake_case, 5*6"),
        ("The [treaty](https://example.org/a) holds.", "The treaty holds."),
        (
            'See [it](https://example.org/a_(b) "A title"), [there][1].\n\n[1]: https://x.org',
            "See it, there.",
        ),
        ("In [2024] it rained [sic].", "In [2024] it rained [sic]."),
        ("Said so.[^1]\n\n[^1]: In a letter.", "Said so."),
        ("![A port](port.jpg) The port.", "The port."),
        ("[![A port](port.jpg)](https://example.org) The port.", "The port."),
        ("<https://example.org/a> says", "https://example.org/a says"),
        ("A &amp; B &#8217;s &amp;lt; &nbsp;end", "A & B ’s &lt; end"),
        ("AT&T and R&D; &notit", "AT&T and R&D; &notit"),
        ("<p>One<br>two <b>U</b>nited</p><p>3 < 4</p>", "One two United 3 < 4"),
        ("<!-- a note --><script>alert(1)</script>Text", "Text"),
        ("# Talks #\n\nThey met.\n\nLater\n-----\n\nThey left.", "Talks They met. Later They left."),
        ("- one\n- two\n  * three\n+ [x] four", "one two three four"),
        ("1. Mai 2025 in Berlin", "1. Mai 2025 in Berlin"),
        ("One.\n\n* * *\n\nTwo.\n\n---\n\nThree.", "One. Two. Three."),
        ("| Land | Seats |\n|:-----|------:|\n| Laos | 3 |", "Land Seats Laos 3"),
        ("Reuters | World", "Reuters | World"),
        ("`make run` and\n\n```sh\nmake test\n```", "make run and make test"),
        (r"\*not\* emphasis, 1\. and \[so\]", "*not* emphasis, 1. and [so]"),
        ("", ""),
    ],
)
def test_the_words_of_a_text(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("word " * 100, "word " * 58 + "word…"),
        ("[a](https://example.org/" + "x" * 3000 + ") end", "a end"),
        ("![](" + "x" * 50_000 + ") end", ""),
    ],
    ids=["cut at a word", "a long address takes no words", "an endless one ends the summary"],
)
def test_summary(text, summary):
    assert summarise(text) == summary


MARKS = [*"[]()!*_`<>&|#-~\\\n ", "[a", "](", "![", "<a", "*a ", "[^", "<!--"]


@pytest.mark.parametrize("mark", MARKS)
def test_no_text_takes_long(mark):
    assert len(summarise(mark * 20_000)) <= 300


@given(text=st.text(st.sampled_from("ab \t\n\\.-=+:#>|*_~`<[]()!&;1é\U0010f02a")))
@example(text="a\n- b")
@example(text="a\n   ---")
def test_a_text_without_marks_is_read_as_any_other(text):
    quick = words_of(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary, "_MARKED", re.compile(""))

        assert words_of(text) == quick
