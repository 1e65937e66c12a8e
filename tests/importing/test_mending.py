"""The part of a file that is corrected at the desk; all that is not shown keeps its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.decoding import decode
from articles.importing.mending import MAX_WHOLE, MendingError, mended, part_of
from articles.importing.problems import ClippingError

HEAD = "---\ntitle: a\ndate: 2025-13-45\n---\n"


@pytest.mark.parametrize(
    ("text", "shown", "is_whole"),
    [
        (f"{HEAD}Text.\n", HEAD.rstrip(), False),
        ("Title: a\nDate: soon\n\nText.\n", "Title: a\nDate: soon", False),
        ('{"title": "a"}\nText.', '{"title": "a"}', False),
        ("---\ntitle: a\nText.", "---\ntitle: a\nText.", True),
        ("Text alone.", "Text alone.", True),
        (
            "# A\n\n- **Source:** b\n- **Date:** c\n\nText",
            "# A\n\n- **Source:** b\n- **Date:** c\n\nText",
            True,
        ),
        ("", "", True),
    ],
    ids=["fenced", "header", "bare JSON", "not closed", "none", "a list below the title", "empty"],
)
def test_the_front_matter_is_shown_where_there_is_one_else_the_whole_text(text, shown, is_whole):
    part = part_of(text.encode())

    assert (part.text, part.is_whole) == (shown, is_whole)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0" * 100, "not a text file"),
        (b"a" * (MAX_WHOLE + 1), "more than a form holds"),
    ],
    ids=["no text", "too long"],
)
def test_what_no_form_is_the_place_for_is_refused(content, words):
    with pytest.raises(MendingError, match=words):
        part_of(content)


def test_the_text_below_keeps_its_bytes():
    body = "Cafe\u0301 \u202e soft\u00adhyphen\r\n\r\n\x07 bell  \n\u2028end".encode()
    content = HEAD.encode() + body

    corrected = mended(content, part_of(content), HEAD.replace("2025-13-45", "2025-10-16"))

    assert corrected == HEAD.replace("2025-13-45", "2025-10-16").encode() + body


def test_line_ends_and_byte_order_mark_stay_as_they_were():
    content = b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode() + b"Text.\r\n"

    corrected = mended(content, part_of(content), "---\r\ntitle: b\r\n---")

    assert corrected == b"\xef\xbb\xbf---\r\ntitle: b\r\n---\r\nText.\r\n"


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_file_in_another_encoding_is_corrected_as_utf_8(encoding):
    content = f"{HEAD}Café.\n".encode(encoding)

    corrected = mended(content, part_of(content), "---\ntitle: b\n---")

    assert corrected.decode() == "---\ntitle: b\n---\nCafé.\n"


@given(st.text(max_size=80), st.sampled_from(["", HEAD, "Title: a\nDate: b\n\n", "---\ntitle: x\n"]))
def test_a_part_sent_back_as_it_was_changes_no_word(body, head):
    content = (head + body).encode("utf-8", "replace")
    try:
        before = decode(content)[0]
        part = part_of(content)
    except (ClippingError, MendingError):
        return
    if not before.strip():
        return

    after = decode(mended(content, part, part.text.replace("\n", "\r\n")))[0]

    assert after.rstrip("\n") == before.rstrip("\n")
