"""The marks of note-taking programs: a reader sees the words, the desk sees what was cut."""

from __future__ import annotations

import pytest

from articles.importing.blocks import About, Kind, split_blocks
from articles.importing.body import clean_body
from articles.importing.notes import without_marks
from tests.importing.clips import read


def clean(text):
    return clean_body(split_blocks(text), About("Talks"))


def cuts(text):
    return [(cut.step, cut.text) for cut in clean(text).cuts]


@pytest.mark.parametrize(
    ("text", "shown", "cut"),
    [
        ("They ==met again== on Friday.", "They met again on Friday.", ("highlighting", "==met again==")),
        ("==They met.==", "They met.", ("highlighting", "==They met.==")),
        ("他们==会面==了。", "他们会面了。", ("highlighting", "==会面==")),
        ("They met. ^a1b2c3", "They met.", ("block id", "^a1b2c3")),
        ("They met.\n^a1b2c3", "They met.", ("block id", "^a1b2c3")),
        ("They met %%really?%% again.", "They met again.", ("comment", "%%really?%%")),
        ("The map ![[map.png|300]] shows it.", "The map shows it.", ("embedded file", "![[map.png|300]]")),
        ("See ![[Accord]] for it.", "See for it.", ("embedded note", "![[Accord]]")),
        ("[[Ann Lee]] said so.", "Ann Lee said so.", ("wiki link", "[[Ann Lee]]")),
        ("[[people/ann|Ann Lee]] said so.", "Ann Lee said so.", ("wiki link", "[[people/ann|Ann Lee]]")),
        ("[[Accord#Article 3|it]] says so.", "it says so.", ("wiki link", "[[Accord#Article 3|it]]")),
        ("[[Accord#Part 3]] says so.", "Accord > Part 3 says so.", ("wiki link", "[[Accord#Part 3]]")),
        ("[[#^a1b2c3|above]] it says so.", "above it says so.", ("wiki link", "[[#^a1b2c3|above]]")),
        ("[[2025-10-16|That day]] they met.", "That day they met.", ("wiki link", "[[2025-10-16|That day]]")),
    ],
)  # fmt: skip
def test_a_mark_is_cut_and_its_words_stay(text, shown, cut):
    assert (clean(text).body, cuts(text)) == (shown, [cut])


@pytest.mark.parametrize(
    "text",
    [
        "if x==1 and y==2 then",
        "a == b and c == d",
        "`==code==` and `%%code%%` and `[[code]]`",
        "It rose 5%% in May and 10%% in June.",
        "An area of 10 km ^2",
        "The budget: 2 ^n",
        "A claim.[[1]](https://example.org/1) Another.[[2]](https://example.org/2)",
        "A claim [[1]], another [[2]].",
        "    indented [[code]] ==here==",
        "> A quote [not a callout] of him.",
        "> [!] Attention",
        "std::move and name::space",
        "I said ==",
        "It stood at 3^5x",
    ],
)
def test_what_only_looks_like_a_mark_stays(text):
    assert (clean(text).body.strip(), cuts(text)) == (text.strip(), [])


def test_marks_in_each_other_are_all_cut():
    assert (
        clean("They met ==[[ann|Ann]] `==` and [[Tom]]== in Vienna.").body
        == "They met Ann `==` and Tom in Vienna."
    )


def test_a_comment_of_several_paragraphs_is_cut_whole():
    text = "%%\nask again\n\nand again\n%%\n\nThe text."

    assert (clean(text).body, cuts(text)) == ("The text.", [("comment", "%%\nask again\n\nand again\n%%")])


@pytest.mark.parametrize(
    "text",
    [
        "%%\n\nThe text.",
        "%% One\n\nText.\n\n%% Two\n\nText.",
        "%%\nAll of it.\n\nMore.\n\nThe rate was 5%% higher in May.",
        "%% All of it. The rate\n\nwas 5%%\n\nMore.",
        "%%\nThe rate was 5%% higher in May.",
        "%%%\nThe text.\n%%%",
    ],
)
def test_a_comment_that_does_not_end_is_text(text):
    assert (clean(text).body.replace("  \n", "\n"), cuts(text)) == (text, [])


def test_a_comment_ends_at_its_mark_and_not_at_a_percentage():
    text = "%%\nask whether 5%% is right\n\nand 10%% too\n%%\n\nThe text."

    assert clean(text).body == "The text."


@pytest.mark.parametrize(
    ("comment", "is_told"),
    [
        ("%%\nask again\n%%", False),
        ("%%ask again%%", False),
        (f"%%{'ask again ' * 40}%%", True),
        (f"%%\n{'ask again\n\n' * 40}%%", True),
    ],
    ids=["short", "on one line", "long", "of many paragraphs"],
)
def test_a_long_comment_is_told_for_it_may_be_text(comment, is_told):
    notices = clean(f"{comment}\n\nThe text.").notices

    assert [(notice.line, notice.message.startswith("left out comment")) for notice in notices] == (
        [(1, True)] if is_told else []
    )


def test_text_behind_a_comment_of_several_lines_is_a_paragraph():
    [comment, text] = split_blocks("%%\nask again\n%% The text\n\nMore.")

    assert (comment.kind, text.kind) == (Kind.COMMENT, Kind.PARAGRAPH)
    assert clean("%%\nask again\n%% The text\nof two lines.").body == "The text\n\nof two lines."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> [!note]\n> They met.", "> They met."),
        ("> [!quote]- What he said\n> They met.", "> **What he said**\n>\n> They met."),
        ("> [!info|left]+ [Terms](b)\n> They met.", "> [Terms](b)\n>\n> They met."),
        ("> [!NOTE] Only a head", "> **Only a head**"),
        ("> > [!tip] In it\n> > They met.", "> > **In it**\n> >\n> > They met."),
    ],
)  # fmt: skip
def test_a_callout_is_a_quote_with_its_title(text, shown):
    assert clean(text).body == shown


def test_an_embedded_note_is_missed_and_a_picture_is_not():
    cleaned = clean("Text.\n\n![[map.png]]\n\n![[Accord of Varna]]")

    assert [(notice.line, notice.message) for notice in cleaned.notices] == [
        (5, "left out embedded note '![[Accord of Varna]]'")
    ]


def test_the_opening_is_the_standfirst_whatever_stands_above_it():
    opening = "**The ministers of ==both== countries met again in Vienna.**"
    notes = "![[a.png]]\n\n" * 8

    assert clean(f"{notes}{opening}\n\nText.").standfirst == (
        "The ministers of both countries met again in Vienna."
    )


def test_a_heading_is_the_title_without_its_marks():
    assert read("# Talks in ==[[Vienna]]== ^a1b2c3\n\nText of the talks.").title == "Talks in Vienna"
    assert without_marks("%%draft%% Talks") == "Talks"


@pytest.mark.parametrize(
    "text",
    [
        "# ![[cover.png]]\n\n# Talks fail\n\nText.",
        "# %%draft%%\n\n## Talks fail\n\nText.",
        "%%draft%%\n\nTalks fail\n\nText.",
    ],
    ids=["a picture", "a comment", "a comment above the first line"],
)
def test_the_title_is_the_first_heading_of_which_words_are_left(text):
    clipping = read(text)

    assert (clipping.title, clipping.body) == ("Talks fail", "Text.")


def test_a_program_that_obsidian_runs_is_cut_and_other_code_is_not():
    text = "Text.\n\n```dataview\nlist\n```\n\n```python\nlist\n```"

    assert cuts(text) == [("query", "```dataview\nlist\n```")]


def test_properties_of_logseq_are_cut_wherever_they_stand():
    clock = "\t  :LOGBOOK:\n\t  CLOCK: [2025]\n\t  :END:"
    text = f"- They met.\n  id:: 65a0\n  collapsed:: true\n\t- Again.\n{clock}"

    assert (clean(text).body, [step for step, _ in cuts(text)]) == (
        "- They met.\n\t- Again.",
        ["property"],
    )


def test_words_of_an_export_stay_in_a_text_that_is_none():
    text = "## Highlights\n\n- Note: they met.\n- Tags: none\n\nUpdated on 3 May, the list grew."

    assert (clean(text).body, cuts(text)) == (text, [])


MARKED = "The king.\n\n- Annotation: of the king, 1905.\n- Note: of the queen.\n\nUpdated on Monday he spoke."


@pytest.mark.parametrize(
    "sign",
    [
        "## Page Notes",
        "## Highlights\n\nSome.\n\n## Page Notes",
        "It was ([View Highlight](https://a.example/1)) of it.",
        "A program, [[1]](https://hyp.is/a), marks pages.",
    ],
)
def test_one_sign_of_an_export_makes_none(sign):
    text = f"{sign}\n\n{MARKED}"

    assert (clean(text).body, cuts(text)) == (text, [])


@pytest.mark.parametrize(
    ("head", "sign"),
    [
        (
            "",
            "- One. ([View Highlight](https://a.example/1))\n- Two. ([View Highlight](https://a.example/2))",
        ),
        ("", "## Page Notes\n\n- One. — [Updated on 2025-10-20](https://hyp.is/a)"),
        ("doc_type: hypothesis-highlights\n", "## Highlights"),
        ("category: '#articles'\n", "- One. ([View Highlight](https://a.example/1))"),
    ],
)
def test_two_signs_of_an_export_make_one_and_its_notes_are_told(head, sign):
    clipping = read(
        f"---\ntitle: Talks\ndate: 2025-10-16\n{head}---\n{sign}\n\nText.\n\n- Note: of the queen.\n"
    )

    assert [cut.text for cut in clipping.cuts if cut.step == "reader's note"] == ["- Note: of the queen."]
    assert [notice.message for notice in clipping.notices] == [
        "left out reader's note '- Note: of the queen.'"
    ]


def test_of_an_export_only_a_line_with_a_date_says_when_it_was_made():
    links = "- One. ([View Highlight](https://a.example/1))\n- Two. ([View Highlight](https://a.example/2))"
    lines = "Updated on [[Oct 20th, 2025]]\n\nUpdated on 2025-10-20 10:15\n\nUpdated on Monday he spoke."

    assert clean(f"{links}\n\n{lines}").body == "- One.\n- Two.\n\nUpdated on Monday he spoke."


def test_a_heading_that_begins_the_whole_title_is_not_shown_again():
    head = "# Ministers sign the accord\n\n## Metadata\n- Full Title: Ministers sign the accord on grain\n"

    clipping = read(f"{head}- URL: https://a.example/1\n\n## Highlights\n- One.\n")

    assert (clipping.title, clipping.body) == (
        "Ministers sign the accord on grain", "## Highlights\n\n- One.",
    )  # fmt: skip


def test_liquid_output_is_cut_with_a_warning():
    cleaned = clean("See [it]({{ site.baseurl }}/a) or {{ page.title }}.")

    assert cleaned.body == "See [it](/a) or ."
    assert [notice.message for notice in cleaned.notices] == [
        "left out template tag '{{ site.baseurl }} {{ page.title }}'"
    ]
