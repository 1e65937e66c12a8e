"""The steps that clean a body, one by one, and that they lose nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importing.addresses import canonical_url, web_address
from articles.importing.blocks import About, Kind, split_blocks
from articles.importing.body import clean_body
from articles.importing.titles import clean_title, shorten, split_outlet
from articles.importing.wrapping import unwrap

WRAPPED = (
    "The ministers of the two countries met for three hours in a hotel on the lake and\n"
    "agreed to meet again before the end of the month, their spokesmen said on Friday."
)


def clean(text, title="Talks", outlet=""):
    return clean_body(split_blocks(text), About(title, outlet))


def cuts(text, **about):
    return [(cut.step, cut.text) for cut in clean(text, **about).cuts]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("# a\ntext\n## b", [Kind.HEADING, Kind.PARAGRAPH, Kind.HEADING]),
        ("a\n===\n\nb\n---", [Kind.HEADING, Kind.HEADING]),
        ("- a\n- b\n\n1. c", [Kind.LIST, Kind.LIST]),
        ("> a\n> b", [Kind.QUOTE]),
        ("```\na\n\nb\n```\nc", [Kind.CODE, Kind.PARAGRAPH]),
        ("```\nnever closed\n\nb", [Kind.CODE]),
        ("| a |\n|---|\n\na | b\n--|--", [Kind.TABLE, Kind.TABLE]),
        ("---\n\n* * *\n\n___", [Kind.RULE, Kind.RULE, Kind.RULE]),
        ("<div>\na\n</div>", [Kind.HTML]),
        ("<!-- a\n\nb --> \n\nc", [Kind.COMMENT, Kind.PARAGRAPH]),
        ("    code\n\n![a](b)\n\n[1]: c", [Kind.OTHER, Kind.OTHER, Kind.OTHER]),
        ("**bold** a\n\n3.5 million\n\n-a", [Kind.PARAGRAPH, Kind.PARAGRAPH, Kind.PARAGRAPH]),
    ],
)
def test_kinds_of_blocks(text, kinds):
    assert [block.kind for block in split_blocks(text)] == kinds


def test_a_block_knows_its_line_and_the_empty_lines_before_it():
    assert [(block.line, block.gap) for block in split_blocks("\na\n\n\nb\nc\n# d")] == [
        (2, 1),
        (5, 2),
        (7, 0),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Published 16 October 2025",
        "> Published 16 October 2025\n> ",
        "*Posted on October 16, 2025, 10:15 BST*",
        "Published: 3 hours ago",
        "First published 16 October 2025 | Last updated 17 October 2025",
        "Date: 16 October 2025",
        "Publié le jeudi 16 octobre 2025 à 10:15 | Mis à jour le 17 octobre 2025",
        "Publicado el 16 de octubre de 2025",
        "*Veröffentlicht am 16.10.2025*",
        "Опубликовано: 16 октября 2025",
        "发布时间：2025年10月16日 10:15",
    ],
)
def test_a_published_line_is_cut(line):
    assert cuts(f"{line}\n\nText.") == [("published line", line)]


@pytest.mark.parametrize(
    "line",
    [
        "Published in Vienna, the book sold well.",
        "Publié à Vienne, le livre s'est vendu.",
        "Published 16 October 2025 by the ministry, the list names 12 firms and 9 ships.",
    ],
)
def test_a_sentence_about_publishing_is_no_published_line(line):
    assert cuts(f"{line}\n\nText.") == []


def test_a_published_line_far_down_stays():
    assert "Published 2020" in clean("Text.\n\n" * 6 + "Published 2020").body


def test_the_title_as_a_heading_is_cut_once():
    cleaned = clean("# *Talks!*\n\nText.\n\n# Talks")

    assert [(cut.step, cut.text) for cut in cleaned.cuts] == [("title", "# *Talks!*")]
    assert cleaned.body == "Text.\n\n# Talks"


@pytest.mark.parametrize(
    ("opening", "standfirst"),
    [
        ("**The ministers of both countries met\nagain.**", "The ministers of both countries met again."),
        ("__The ministers of both countries met again.__", "The ministers of both countries met again."),
        ("**Key points**", ""),
        ("**KYIV** - The ministers of both countries met **again**", ""),
        ("The ministers of both countries met **for the third time**", ""),
    ],
    ids=["bold", "underscores", "a heading", "bold at both ends", "bold at the end"],
)  # fmt: skip
def test_a_bold_opening_is_the_standfirst(opening, standfirst):
    cleaned = clean(f"{opening}\n\nText.")

    assert cleaned.standfirst == standfirst
    assert cleaned.body == ("Text." if standfirst else f"{opening}\n\nText.")


@pytest.mark.parametrize(
    ("paragraph", "step"),
    [
        ("Image source, Reuters", "photo credit"),
        ("*Photo: Jane Doe/AFP*", "photo credit"),
        ("The ministers in Vienna (Jane Doe/AFP via Getty Images)", "photo credit"),
        ("Getty Images", "photo credit"),
        ("Sign up to our newsletter to get the news by e-mail", "newsletter"),
        ("Follow us on Facebook and X", "newsletter"),
        ("ADVERTISEMENT", "advertisement"),
        ("Story continues below advertisement", "advertisement"),
        ("Share this article", "sharing"),
        ("Copyright 2025 The Paper", "copyright"),
        ("© 2025. All rights reserved.", "copyright"),
        ("Read more: Why they met", "related"),
        ("Related articles", "related"),
    ],
)
def test_boilerplate_is_cut(paragraph, step):
    cleaned = clean(f"Text.\n\n{paragraph}\n\nMore text.")

    assert [(cut.step, cut.text) for cut in cleaned.cuts] == [(step, paragraph)]
    assert cleaned.body == "Text.\n\nMore text."


@pytest.mark.parametrize(
    "paragraph",
    [
        "The photo, taken in May, shows both ministers.",
        "Images of the meeting were shown on television.",
        "Related to this, the minister said, was the question of visas.",
        "Share prices fell after the talks.",
        "Follow the money, the prosecutor said.",
        "The ministers signed the treaty (see annex).",
        "Reuters reported that they had signed.",
        "Copyright law was the last point on the list, and the ministers did not reach it.",
    ][:-1],
)
def test_sentences_that_begin_like_boilerplate_stay(paragraph):
    assert clean(f"Text.\n\n{paragraph}").body == f"Text.\n\n{paragraph}"


def test_a_list_of_links_at_the_end_is_cut():
    links = "- [One](https://example.org/1)\n- [Two](https://example.org/2)"

    assert cuts(f"Text.\n\n{links}") == [("related", links)]
    assert cuts(f"{links}\n\nText.") == []


def test_an_outlets_habit_is_cut_from_that_outlet_only():
    text = "Text.\n\nFollow BBC Africa on the radio"

    assert cuts(text, outlet="BBC") == [("outlet's habit", "Follow BBC Africa on the radio")]
    assert cuts(text, outlet="Reuters") == []


CAPTION = "The two ministers at their last meeting in the spring of 2024"


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [
        (f"{WRAPPED}\n\n\n{CAPTION}\n\n{WRAPPED}", True),
        (f"{WRAPPED}\n\n{CAPTION}\n\n{WRAPPED}", False),
        (f"{WRAPPED}\n\n\n{CAPTION}.\n\n{WRAPPED}", False),
        (f"{WRAPPED}\n\n\nWhat comes next\n\n{WRAPPED}", False),
        (f"{WRAPPED}\n\n\n## {CAPTION}\n\n{WRAPPED}", False),
        (f"{'Text. ' * 30}\n\n\n{CAPTION}\n\n{'Text. ' * 30}", False),
    ],
    ids=["caption", "no extra gap", "a sentence", "a cross-heading", "a heading", "text that is not wrapped"],
)
def test_stray_captions(text, is_cut):
    assert bool(cuts(text)) is is_cut


def test_program_text_is_cut_with_a_warning_and_code_is_left():
    cleaned = clean("A {{< ref >}} b {% c %} d {{< e >}}<!-- f -->.\n\n```\n{{< g >}}\n```")

    assert cleaned.body == "A  b  d .\n\n```\n{{< g >}}\n```"
    assert [(cut.step, cut.text) for cut in cleaned.cuts] == [
        ("shortcode", "{{< ref >}}\n{{< e >}}"),
        ("template tag", "{% c %}"),
        ("comment", "<!-- f -->"),
    ]
    assert [notice.message for notice in cleaned.notices] == [
        "left out shortcode '{{< ref >}} {{< e >}}'",
        "left out template tag '{% c %}'",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "In `{{ x }}` and ``a ` {% b %}`` code.",
        r"The rate is $\frac{{a}}{{b}}$ a year.",
        "A comment is `<!-- so -->` here.",
    ],
    ids=["code", "a formula", "a comment in code"],
)
def test_what_programs_read_is_text_in_code_and_formulas(text):
    assert (clean(text).body, clean(text).cuts) == (text, ())


def test_what_stands_beside_code_is_cut_with_its_line():
    cleaned = clean("Code is\n`{{ x }}` and\nnot {{ y }} here.")

    assert (cleaned.body, [(notice.line, notice.message) for notice in cleaned.notices]) == (
        "Code is  \n`{{ x }}` and  \nnot  here.",
        [(3, "left out template tag '{{ y }}'")],
    )


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (WRAPPED, WRAPPED.replace("\n", " ")),
        ("a line that is broken  \nand another", "a line that is broken  \nand another"),
        ("a line that is broken\\\nand another", "a line that is broken  \nand another"),
        ("Roses are red,\nViolets blue,\nSo are you.", "Roses are red,  \nViolets blue,  \nSo are you."),
        ("The Ministry\nVienna", "The Ministry  \nVienna"),
        ("the talks on a face-\nto-face meeting", "the talks on a face-to-face meeting"),
        (
            "One sentence stands on this line and ends here.\nAnother one stands on this line.\nA third.",
            "One sentence stands on this line and ends here. Another one stands on this line. A third.",
        ),
        ("Q: Will they?\nA: They will, he\nsaid at noon.", "Q: Will they?  \nA: They will, he said at noon."),
        ("他们在日内瓦\n会面。", "他们在日内瓦会面。"),
        ("one line ", "one line"),
    ],
    ids=[
        "wrapped", "spaces", "backslash", "verse", "address", "hyphen", "a sentence a line", "speakers",
        "Chinese", "one line",
    ],
)  # fmt: skip
def test_lines_are_joined_where_only_the_width_broke_them(lines, joined):
    assert unwrap(lines) == joined


def test_a_word_broken_by_a_hyphen_is_mended_only_if_the_text_knows_it():
    text = f"{WRAPPED} An inter-\nnational meeting of the high-\nlevel kind, the only international one."

    assert "An international meeting of the high-level kind" in clean(text).body


WORDS = st.sampled_from(
    ["# ", "> ", "- ", "**", "\n", "\n\n", "\n\n\n", "a", "Published 2020", "By Ann Lee", "word ",
     "Photo: ", "{{< x >}}", "<!--", "-->", "```", "| ", "- [a](b)\n", "Talks", ". ", "-\n", "Share",
     "  \n", "---\n", "Read more: ", "==", "%%", "%%\n", "[[", "]]", "![[", "|", "> [!note] ",
     " ^a1", "\nid:: ",
     "([View Highlight](x))", "    - Note: ", "{{embed ", "}}", "`", "a@b.example"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_no_step_loses_a_word(text):
    cleaned = clean(text)
    kept = "\n".join([cleaned.body, cleaned.standfirst, *(cut.text for cut in cleaned.cuts)])

    letters = Counter(c for c in text if c.isalnum()) - Counter(c for c in kept if c.isalnum())
    assert not letters


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Talks &amp; more", "Talks & more"),
        ("<b>Talks</b> in <i>Vienna</i>", "Talks in Vienna"),
        ("Alert: <script>", "Alert: <script>"),
        ("**Talks**", "Talks"),
        ("**Talks** and **more**", "**Talks** and **more**"),
        ("Talks\u00a0in\n  Vienna", "Talks in Vienna"),
        ("Pu\u200btin\u202e", "Putin"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("cafe\u0301", "café"),
    ],
)
def test_titles_are_cleaned(printed, title):
    assert clean_title(printed) == title


@pytest.mark.parametrize(
    ("title", "names", "expected"),
    [
        ("Talks | BBC News", [], ("Talks", "BBC")),
        ("Talks - Reuters", ["Reuters"], ("Talks", "Reuters")),
        ("Talks - Reuters", ["BBC"], ("Talks - Reuters", "")),
        ("Talks – example.org", ["example.org"], ("Talks", "example.org")),
        ("Talks fail | Explainer News | Al Jazeera", [], ("Talks fail", "Al Jazeera")),
        ("Vienna - a city of talks", ["BBC"], ("Vienna - a city of talks", "")),
        ("BBC", ["BBC"], ("BBC", "")),
    ],
)
def test_the_outlet_at_the_end_of_a_title_is_cut_if_it_is_the_outlet(title, names, expected):
    assert split_outlet(title, names) == expected


def test_a_text_is_shortened_between_words():
    assert shorten("one two three", 10) == "one two…"


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("https://www.BBC.com/news/articles/c1?at_medium=RSS#top", "bbc.com/news/articles/c1"),
        ("http://bbc.com/news/articles/c1/", "bbc.com/news/articles/c1"),
        ("https://example.org/a?id=3&utm_source=x", "example.org/a?id=3"),
        ("https://example.org:443/A?b", "example.org/A?b"),
        ("https://example.org:8080/a", "example.org:8080/a"),
        ("https://user:secret@example.org/a", "example.org/a"),
        ("https://example.org/", ""),
        ("https://example.org", ""),
        ("ftp://example.org/a", ""),
        ("https://example.org:99999/a", ""),
        ("https:///a", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_canonical_addresses(address, canonical):
    assert canonical_url(address) == canonical


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        (" <https://example.org/a> ", "https://example.org/a"),
        ("https://example.org/a b", ""),
        ("https://example.org/" + "a" * 2000, ""),
        ('https://example.org/"onclick=x', ""),
        ("mailto:a@example.org", ""),
    ],
)
def test_web_addresses(printed, address):
    assert web_address(printed) == address


def test_what_a_clipping_tool_puts_above_the_text_is_cut():
    links = "[Read on Omnivore](https://a.example/1)  \n[Read Original](https://b.example/2)"

    assert cuts(f"#Omnivore\n\n{links}\n\nText.") == [
        ("clipping tool", "#Omnivore"),
        ("clipping tool", links),
    ]


@pytest.mark.parametrize(
    "paragraph",
    [
        "[Read the original treaty](https://b.example/2)",
        "[Original](https://b.example/2) and copy differ.",
        "Clipped from the margin of the page.",
        "#Oman",
        "#matter",
        "Read on Omnivore",
    ],
)
def test_a_link_of_the_text_itself_stays(paragraph):
    assert clean(f"{paragraph}\n\nText.").body == f"{paragraph}\n\nText."


def test_the_excerpt_of_a_clipping_tool_is_kept_apart_from_the_text():
    cleaned = clean("> ## Excerpt\n> The ministers met\n> again.\n\n---\nText.")

    assert (cleaned.excerpt, cleaned.body) == ("The ministers met again.", "---\n\nText.")


def test_the_title_with_the_outlet_at_its_end_is_cut_as_well():
    about = About("Talks", printed="Talks - The Paper")

    assert clean_body(split_blocks("# Talks - The Paper\n\nText."), about).body == "Text."


@pytest.mark.parametrize(
    ("heading", "outlet", "body"),
    [
        ("# Talks fail | The Paper", "The Paper", "Text."),
        ("# Talks fail - Reuters", "", "Text."),
        ("# Talks fail - Reuters", "Reuters", "Text."),
        ("# Talks fail - an overview", "The Paper", "# Talks fail - an overview\n\nText."),
        ("# Talks fail - The Paper", "The Courier", "# Talks fail - The Paper\n\nText."),
    ],
    ids=["its outlet", "a known one", "a known one, its outlet", "no outlet", "another outlet"],
)
def test_the_title_is_cut_with_the_outlet_that_only_the_heading_has(heading, outlet, body):
    assert clean(f"{heading}\n\nText.", "Talks fail", outlet).body == body


def test_text_right_below_a_rule_is_a_block_of_its_own():
    assert [block.kind for block in split_blocks("---\nText\nof two lines.")] == [Kind.RULE, Kind.PARAGRAPH]


def test_the_line_of_a_clipping_tool_is_cut_from_the_paragraph_below_it():
    cleaned = clean("#pin\n\nClipped from: https://a.example/1\nThe ministers met.")

    assert [(cut.step, cut.text) for cut in cleaned.cuts] == [
        ("clipping tool", "Clipped from: https://a.example/1")
    ]
    assert cleaned.body == "#pin\n\nThe ministers met."


@pytest.mark.parametrize(
    ("head", "cut"),
    [
        ("By Ann Lee\n\nann@x.example", [("byline", "By Ann Lee"), ("author's address", "ann@x.example")]),
        ("By Ann Lee\nann@x.example", [("byline", "By Ann Lee"), ("author's address", "ann@x.example")]),
        ("Email: ann@x.example", [("author's address", "Email: ann@x.example")]),
        ("Write to ann@x.example.", []),
    ],
)
def test_the_address_of_the_author_at_the_head_is_cut(head, cut):
    assert cuts(f"{head}\n\nText.") == cut


def test_an_address_far_down_is_text():
    assert clean("Text.\n\n" * 6 + "ann@x.example").body.endswith("ann@x.example")
