"""Metadata without fences, as site generators and clipping tools put it above a text."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.frontmatter import find_block, read_front_matter
from tests.importing.clips import read

LINE = {"Title": "Talks", "Date": "2025-10-16"}


@pytest.mark.parametrize(
    ("text", "values", "body", "body_line"),
    [
        ("Title: Talks\nDate: 2025-10-16\n\nText.", LINE, "\nText.", 3),
        ("Title: Talks\nDate: 2025-10-16\n---\nText.", LINE, "Text.", 4),
        ("permalink: /a\nTitle: Talks\nDate: 2025-10-16\n---\nText.", LINE | {"permalink": "/a"}, "Text.", 5),
        ("Title: Talks\n\nDate: 2025-10-16\n\nText.", LINE, "\nText.", 4),
        ("Title: Talks\n\nDate: 2025-10-16\n\nMarkdown Content:\nSource: all.", LINE, "Source: all.", 6),
        ("Title: 'Talks'\nDate: \"2025-10-16\"\n\nText.", LINE, "\nText.", 3),
        (
            "# Talks\n\nDate: 2025-10-16\nSource: BBC\n\nText.",
            {"Date": "2025-10-16", "Source": "BBC"},
            "# Talks\n\n\nText.",
            3,
        ),
        (".. Title: Talks\n.. Date: 2025-10-16\n\nText.", LINE, "\nText.", 3),
        ("<!--\n.. Title: Talks\n.. Date: 2025-10-16\n-->\n\nText.", LINE, "\nText.", 5),
        ("Title:: Talks\nDate:: 2025-10-16\n\nText.", LINE, "\nText.", 3),
        ("**Title:** Talks\n**Date**: 2025-10-16\n\nText.", LINE, "\nText.", 3),
        ("# A\n\n## Metadata\n- Title: Talks\n- Date: 2025-10-16\n\nText.", LINE, "# A\n\n\nText.", 4),
    ],
    ids=[
        "header lines", "header closed by a rule", "header that begins with another key", "lines apart",
        "Jina Reader", "values in quotes", "header below a heading", "Nikola", "Nikola in a comment",
        "Logseq", "bold keys", "Readwise",
    ],
)  # fmt: skip
def test_metadata_without_fences_is_read(text, values, body, body_line):
    front = read_front_matter(text)

    assert (front.values, front.body, front.body_line) == (values, body, body_line)


@pytest.mark.parametrize(
    "text",
    [
        "Title of a paragraph\n---\nText.",
        "Name: Ann Lee\nAge: 40\n\nText.",
        "# Interview\n\nName: Ann Lee\nCountry: Spain\n\nText.",
        "Note: one\nDate: 2025-10-16\n\nText.",
        "Title: Talks go on,\nthe minister said.\n\nText.",
        "Date: 2025-10-16\n\nText.",
        "<!-- .. note: a comment -->\n\nText.",
        "<!--\n.. title: a\n.. date: b\n\nText without an end of the comment.",
        ".. note: one\n.. warning: two\n\nText.",
        "## Metadata\n\n- Size: large\n- Colour: red\n\nText.",
        "Text.\n\n## Metadata\n- Author: Ann Lee\n- Date: 2025-10-16\n",
        "**Russia:** no\n**Ukraine:** yes\n",
        "# Poem\n\nFrom: the sea\nBy: the shore\n\nIt goes on.",
    ],
)
def test_a_text_that_only_looks_like_metadata_loses_nothing(text):
    front = read_front_matter(text)

    assert (front.values, front.body, front.is_given) == ({}, text, False)


def test_a_line_with_a_known_key_below_the_first_paragraph_is_text():
    front = read_front_matter("Title: Talks\n\nText.\n\nSource: the ministry\n")

    assert (front.values, front.body) == ({"Title": "Talks"}, "\nText.\n\nSource: the ministry\n")


def test_the_list_of_a_clipping_tool_adds_to_the_front_matter_and_replaces_nothing():
    front = read_front_matter(
        "---\ntitle: Talks\nurl:\n---\n\n# Talks\n\n## Metadata\n- Title: Other\n- URL: https://a.example/b\n"
        "- Date: never\n\nText."
    )

    assert front.values == {
        "title": "Talks",
        "url": "",
        "metadata_Title": "Other",
        "URL": "https://a.example/b",
        "Date": "never",
    }
    assert (front.body, front.body_line) == ("\n# Talks\n\n\nText.", 9)
    assert [front.line_of(key) for key in ("title", "URL", "Date")] == [2, 10, 11]


@pytest.mark.parametrize(
    "text",
    [
        "Title: Talks\nDate: 2025-10-16\n\nText {{< figure >}} here.",
        ".. title: Talks\n.. date: 2025-10-16\n\nText {{< figure >}} here.",
        "# Talks\nDate: 2025-10-16\nSource: BBC\nText {{< figure >}} here.",
    ],
    ids=["header", "Nikola", "no header"],
)
def test_a_notice_names_the_line_of_the_file_whatever_stands_above_it(text):
    [notice] = [notice for notice in read(text).notices if notice.line]

    assert notice.line == 4


LINES = [
    "# Talks", "", "---", "Title: a", "Date: 2025", "Source: b", "x", "## Metadata", "- URL: c", "<!--",
    "-->", ".. title: d", ".. date: 2025", "Markdown Content:", "**By:** e", "- **Date:** f", "  g",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_no_line_of_the_text_is_lost(lines):
    text = "\n".join(lines)
    if next(filter(None, lines), "---") == "---":  # nothing, or a fence
        return
    block = find_block(text)

    if block is not None:
        missing = [line for line in lines if line not in block.text + block.body]
        assert set(missing) <= {"---", "Markdown Content:", "<!--", "-->", "## Metadata"}
        assert block.body.removeprefix(block.above).strip("\n") == "\n".join(
            lines[block.body_line - 1 + block.above.count("\n") :]
        ).strip("\n")


@pytest.mark.parametrize(
    "head",
    [
        "From: The Desk <desk@paper.example>\nSubject: Talks: in Geneva\n"
        "Date: Mon, 24 Apr 2023 07:02:11 +0200\n",
        "Message-ID: <1@paper.example>\nDate: Mon, 24 Apr 2023 07:02:11 +0200\n"
        'From: "The Desk" <desk@paper.example>\nSubject: Talks: in Geneva\n',
    ],
    ids=["as a reader shows it", "whole"],
)
def test_the_head_of_an_e_mail_names_title_date_and_outlet(head):
    clipping = read(f"{head}To: me@inst.example\n\nThe text.")

    assert (clipping.title, clipping.outlet, clipping.published_on, clipping.body) == (
        "Talks: in Geneva", "The Desk", dt.date(2023, 4, 24), "The text.",
    )  # fmt: skip


def test_a_subject_is_a_title_in_an_e_mail_only():
    assert read("---\nsubject: Oil\n---\n# Talks\n\nText.").title == "Talks"
