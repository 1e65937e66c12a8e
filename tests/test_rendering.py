"""Markdown to safe HTML, and evidence on exactly the words that earned it."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.guard import Guard, GuardError
from articles.rendering import (
    ALLOWANCE,
    GROWTH,
    MAX_LENGTH,
    Mark,
    RenderingError,
    render_body,
    render_line,
    render_plain,
    show_marks,
)

ALLOWED = {
    "p": set(), "em": set(), "strong": set(), "blockquote": set(), "ul": set(), "ol": {"start"}, "li": set(),
    "code": set(), "pre": set(), "hr": set(), "br": set(), "h2": set(), "h3": set(), "h4": set(),
    "table": set(), "thead": set(), "tbody": set(), "tr": set(), "th": set(), "td": set(),
    "a": {"href", "rel"}, "mark": {"class", "data-tag"},
}  # fmt: skip
VOID = {"br", "hr"}


class Reader(HTMLParser):
    """Reads HTML strictly: what is outside the allow-list, unbalanced, or in a mark."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.marked: list[tuple[str, str]] = []  # tags, words
        self.text = ""
        self._tag = ""
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> left open" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        if tag not in ALLOWED:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ALLOWED.get(tag, ()):
                self.wrong.append(f"<{tag} {name}>")
            if name == "href" and not re.match(r"(https?|mailto):", value, re.IGNORECASE):
                self.wrong.append(f"href {value}")
            if name == "rel" and value != "noopener noreferrer nofollow":
                self.wrong.append(f"rel {value}")
        if tag == "mark":
            self.marked.append((dict(attrs)["data-tag"], ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data):
        self.text += data
        if "mark" in self.open:
            tags, words = self.marked[-1]
            self.marked[-1] = (tags, words + data)

    def handle_comment(self, data):
        self.wrong.append("comment")

    def handle_decl(self, decl):
        self.wrong.append("declaration")

    def handle_pi(self, data):
        self.wrong.append("instruction")


def marks_of(text: str, words: str, tag: str = "country:ru") -> list[Mark]:
    """Return a mark on each place where the words stand."""
    kind, _, key = tag.partition(":")
    return [Mark(match.start(), match.end(), kind, key) for match in re.finditer(re.escape(words), text)]


def short(text: str) -> str:
    """Return HTML with its marks written [tags|words]."""
    marked = re.sub(r'<mark class="evidence[^"]*" data-tag="([^"]*)">', r"[\1|", text)
    return marked.replace("</mark>", "]").replace(' rel="noopener noreferrer nofollow"', "")


def without_marks(text: str) -> str:
    return re.sub(r"</?mark[^>]*>", "", text)


# --- Markdown ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One.\n\nTwo *and* **three**.", "<p>One.</p>\n<p>Two <em>and</em> <strong>three</strong>.</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("```\nx < y\n```", "<pre><code>x &lt; y\n</code></pre>"),
        ("[x](https://e.example/?a=1&b=2)", '<p><a href="https://e.example/?a=1&amp;b=2">x</a></p>'),
        ("<https://e.example/>", '<p><a href="https://e.example/">https://e.example/</a></p>'),
        ("", ""),
    ],
    ids=[
        "emphasis",
        "list",
        "numbers kept",
        "quote",
        "hard break",
        "rule",
        "code",
        "link",
        "bare link",
        "empty",
    ],
)
def test_markdown(body, expected):
    assert short(render_body(body)) == expected


@pytest.mark.parametrize(
    ("body", "levels"),
    [
        ("# a\n\n## b\n\n### c\n\n#### d", ["h2", "h3", "h4", "h4"]),
        ("### a\n\n#### b", ["h2", "h3"]),
        ("<h1>a</h1>\n\n## b", ["h2", "h3"]),
    ],
    ids=["from the top", "starting low", "raw HTML"],
)
def test_headings_begin_below_the_title_of_the_page_and_skip_no_level(body, levels):
    assert re.findall(r"<(h\d)>", render_body(body)) == levels


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("![alt](https://e.example/p.gif) text", "<p> text</p>"),
        ("[![alt](p.gif)](https://e.example/)\n\ntext", "<p>text</p>"),
        ("[x](/relative) [y](javascript:alert(1)) [z](#top)", "<p>x y z</p>"),
        ('<p id="main" class="page" style="x" onclick="y">a</p>', "<p>a</p>"),
        ("a <script>alert(1)</script> b", "<p>a  b</p>"),
        ("a <!-- hidden --> b", "<p>a  b</p>"),
        ('[x](https://e.example "title")', '<p><a href="https://e.example">x</a></p>'),
        ('<mark class="evidence" data-tag="country:ru">forged</mark>', "<p>forged</p>"),
        ('<ol start="javascript:1"><li>a</li></ol>', "<ol><li>a</li></ol>"),
    ],
    ids=[
        "an image", "a linked image leaves no empty link", "other links", "attributes", "script", "comment",
        "link title", "evidence in the clipping", "odd start",
    ],
)  # fmt: skip
def test_dropped(body, expected):
    assert short(render_body(body)) == expected


# --- Evidence ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words", "expected"),
    [
        ("In Russia now", "Russia", "<p>In [country:ru|Russia] now</p>"),
        ("*Russia*", "Russia", "<p><em>[country:ru|Russia]</em></p>"),
        ("**Russia**'s", "Russia", "<p><strong>[country:ru|Russia]</strong>'s</p>"),
        ("_Russia_", "Russia", "<p><em>[country:ru|Russia]</em></p>"),
        ("# Russia #", "Russia", "<h2>[country:ru|Russia]</h2>"),
        ("Russia\n======", "Russia", "<h2>[country:ru|Russia]</h2>"),
        ("- Russia", "Russia", "<ul>\n<li>[country:ru|Russia]</li>\n</ul>"),
        ("> Russia", "Russia", "<blockquote>\n<p>[country:ru|Russia]</p>\n</blockquote>"),
        ("`Russia`", "Russia", "<p><code>[country:ru|Russia]</code></p>"),
        ("    Russia", "Russia", "<pre><code>[country:ru|Russia]\n</code></pre>"),
        (
            "[Russia](https://e.example/Russia)",
            "Russia",
            '<p><a href="https://e.example/Russia">[country:ru|Russia]</a></p>',
        ),
        (
            "[Russia]\n\n[russia]: https://e.example/Russia",
            "Russia",
            '<p><a href="https://e.example/Russia">[country:ru|Russia]</a></p>',
        ),
        (
            "<https://e.example/Russia>",
            "Russia",
            '<p><a href="https://e.example/Russia">https://e.example/[country:ru|Russia]</a></p>',
        ),
        ("<b class=Russia>Russia</b>", "Russia", "<p>[country:ru|Russia]</p>"),
        ("White\nHouse", "White\nHouse", "<p>[country:ru|White\nHouse]</p>"),
        ("White **House**", "White **House", "<p>[country:ru|White] <strong>[country:ru|House]</strong></p>"),
        ("the U.S. is", "U.S.", "<p>the [country:ru|U.S.] is</p>"),
        ("Guinea-Bissau", "Guinea-Bissau", "<p>[country:ru|Guinea-Bissau]</p>"),
        ("Tom &amp; Ann", "Tom &amp; Ann", "<p>[country:ru|Tom &amp; Ann]</p>"),
        ("Côte d'Ivoire", "Côte d'Ivoire", "<p>[country:ru|Côte d'Ivoire]</p>"),
        ("Россия и 中国", "中国", "<p>Россия и [country:ru|中国]</p>"),
        ("Russia, Russia", "Russia", "<p>[country:ru|Russia], [country:ru|Russia]</p>"),
        ("![Russia](p.gif) in Russia", "Russia", "<p> in [country:ru|Russia]</p>"),
        ("a <!-- Russia --> Russia", "Russia", "<p>a  [country:ru|Russia]</p>"),
        ("a_b Russia c_d_", "Russia", "<p>a_b [country:ru|Russia] c_d_</p>"),
        (r"\*Russia\*", "Russia", "<p>*[country:ru|Russia]*</p>"),
    ],
    ids=[
        "plain", "emphasis", "strong", "underscores", "heading", "underlined heading", "list", "quote",
        "code", "code block", "link text, not its target", "reference link", "bare link", "raw HTML",
        "across a line break", "across emphasis", "with dots", "hyphen", "entity", "apostrophe and accent",
        "other scripts", "twice", "not in an image", "not in a comment", "beside underscores",
        "beside escapes",
    ],
)  # fmt: skip
def test_evidence_is_marked(body, words, expected):
    rendered = render_body(body, marks_of(body, words))

    assert short(rendered) == expected


def test_words_of_several_tags_carry_all_of_them():
    body = "US President Donald Trump spoke"
    marks = [
        *marks_of(body, "US", "country:us"),
        *marks_of(body, "US President Donald Trump", "actor:donald-trump"),
    ]

    assert short(render_body(body, marks)) == (
        "<p>[actor:donald-trump country:us|US] [actor:donald-trump|President Donald Trump] spoke</p>"
    )


def test_a_word_that_would_change_the_text_is_left_unmarked_and_the_others_are_marked():
    body = "2025. Russia"

    rendered = render_body(body, [*marks_of(body, "2025", "topic:year"), *marks_of(body, "Russia")])

    assert short(rendered) == '<ol start="2025">\n<li>[country:ru|Russia]</li>\n</ol>'


@pytest.mark.parametrize("body", ["a &#xF0000;Russia&#x100000; b", "a \U000f0000Russia\U00100000 b"])
def test_evidence_cannot_be_forged(body):
    marks = marks_of(body, "b")

    assert "Russia" not in [words for _, words in Reader(render_body(body, marks)).marked]
    assert Reader(render_body(body, marks)).wrong == []


def test_marks_outside_the_text_are_ignored():
    marks = [
        Mark(-5, 2, "country", "ru"),
        Mark(3, 99, "country", "cn"),
        Mark(4, 4, "topic", "x"),
        Mark(9, 1, "a", "b"),
    ]

    assert short(render_body("ab cd", marks)) == "<p>[country:ru|ab] [country:cn|cd]</p>"


def test_a_tag_with_odd_characters_cannot_leave_its_attribute():
    rendered = render_body("word", [Mark(0, 4, "x", '"><script>')])

    assert Reader(rendered).wrong == []
    assert Reader(rendered).marked == [('x:"><script>', "word")]


def test_plain_text_is_escaped_in_paragraphs_and_lines():
    text = "\n\n<b>*One*</b>\ntwo\n \n\nthree & four\n"

    assert short(render_plain(text, marks_of(text, "<b>*One*</b>\ntwo"))) == (
        "<p>[country:ru|&lt;b&gt;*One*&lt;/b&gt;]<br>\n[country:ru|two]</p>\n<p>three &amp; four</p>"
    )


def test_a_line_is_escaped_without_a_paragraph():
    text = 'Russia & "friends"'

    assert (
        short(render_line(text, marks_of(text, "Russia"))) == "[country:ru|Russia] &amp; &quot;friends&quot;"
    )


def test_only_the_chosen_marks_are_shown_and_numbered_through_all_parts():
    parts = [
        render_line("Russia", marks_of("Russia", "Russia")),
        render_body(
            "Russia, China",
            [*marks_of("Russia, China", "Russia"), *marks_of("Russia, China", "China", "country:cn")],
        ),
    ]

    assert show_marks(parts, ["country:ru", "country:xx"]) == [
        '<mark class="evidence evidence-country" data-tag="country:ru" id="evidence-1">Russia</mark>',
        '<p><mark class="evidence evidence-country" data-tag="country:ru" id="evidence-2">Russia</mark>'
        ", China</p>",
    ]
    assert show_marks(parts) == ["Russia", "<p>Russia, China</p>"]


# --- Any text whatever ------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    ["Russia", "Putin ", "the ", "é", "中国", "'", '"', ".", ":", "*", "**", "_", "`", "```\n", "[", "](",
     ")", "](https://e.example/Russia)", "![", "[x]: https://e.example\n", "[^1]", "<https://e.example>",
     "https://e.example/a_b_c ", "<a@e.example>", "<b>", "</b>", "<a href='x'>", "<div>", "<script>",
     "</p>", "<!--", "-->", "&amp;", "&lt;", "&#65;", "&#xF0000;", "\\", "\n", "\n\n", "# ", "- ", "1. ",
     "> ", "    ", "|", "\n---|---\n", "\n===\n", "~~", "\t", "\r\n", "\u2028", "\ufeff", "\U000f0001",
     "\U00100000", "\x00", "\x02", "\x03", "\ud800"]
)  # fmt: skip
BODIES = st.lists(FRAGMENTS, max_size=30).map("".join) | st.text(max_size=80)


@st.composite
def marked_bodies(draw) -> tuple[str, list[Mark]]:
    body = draw(BODIES)
    place = st.integers(-2, len(body) + 2)
    tags = st.sampled_from([("country", "ru"), ("actor", "putin"), ("topic", "talks")])
    return body, [
        Mark(start, end, *tag)
        for start, end, tag in draw(st.lists(st.tuples(place, place, tags), max_size=8))
    ]


@settings(deadline=None, max_examples=300)
@given(marked_bodies())
@example(("foo_bar_", [Mark(0, 3, "country", "ru")]))
@example(("[Russia]\n\n[Russia]: https://e.example", [Mark(1, 7, "country", "ru")]))
def test_marks_change_nothing_but_add_themselves(marked):
    body, marks = marked
    try:
        plain = render_body(body)
    except RenderingError:
        return

    assert without_marks(render_body(body, marks)) == plain


@settings(deadline=None, max_examples=300)
@given(marked_bodies())
def test_whatever_the_text_the_html_is_balanced_and_within_the_allow_list(marked):
    body, marks = marked
    try:
        rendered = render_body(body, marks)
    except RenderingError:
        rendered = render_plain(body, marks)

    assert Reader(rendered).wrong == []
    assert Reader(render_plain(body, marks)).wrong == []
    assert len(without_marks(rendered)) <= GROWTH * len(body) + ALLOWANCE


WORDS = st.lists(
    st.sampled_from(["Russia", "Putin", "talks", "U.S.", "Kyiv", "中国", "Orbán", "is", "a"]),
    min_size=1,
    max_size=6,
)
FRAMES = st.sampled_from(
    ["{}", "*{}*", "**{}**", "_{}_", "# {}", "- {}", "- a\n- {}", "> {}", "`{}`", "    {}", "1. {}", "({})",
     "[{}](https://e.example/x)", "| a | b |\n|---|---|\n| {} | c |", "<b>{}</b>", "a **b {} c** d",
     "*a* {} _b_", "“{}”", "a\n{}\nb"]
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(FRAMES, WORDS), min_size=1, max_size=4), st.data())
def test_every_marked_word_that_is_shown_stands_in_a_mark(blocks, data):
    body, marks = "", []
    for frame, words in blocks:
        text = " ".join(words)
        start = len(body) + frame.index("{}")
        body += frame.replace("{}", text) + "\n\n"
        number = data.draw(st.integers(0, len(words) - 1))
        start += sum(len(word) + 1 for word in words[:number])
        marks.append(Mark(start, start + len(words[number]), "country", "ru"))

    found = Reader(render_body(body, marks)).marked

    assert found == [("country:ru", body[mark.start : mark.end]) for mark in marks]


@settings(deadline=None)
@given(marked_bodies())
def test_plain_text_keeps_every_word(marked):
    body, marks = marked
    usable = re.sub(r"[\x00-\x1f\x7f\s\ud800-\udfff\ufffd\U000f0000-\U0010ffff]", "", body)

    shown = html.unescape(re.sub(r"<[^>]*>", "", render_plain(body, marks)))

    assert re.sub(r"[\s\ufffd\x1c-\x1f]", "", shown) == usable


# --- Hostile text, through the guard ----------------------------------------------------------------------

PATHOLOGICAL = {
    "brackets opened": "[" * 50_000,
    "brackets nested and closed": "[" * 20_000 + "a" + "]" * 20_000,
    "brackets in pairs": "[a](" * 20_000,
    "link text in link text": "[" * 90 + "a" + "](b)" * 90,
    "stars and words": "*a **a " * 30_000,
    "emphasis never closed": "*a_ " * 30_000,
    "underscores": "_" * 100_000,
    "quotes in quotes": "> " * 30_000 + "a",
    "a deeper quote on each line": "\n".join(">" * depth + " a" for depth in range(1, 1_000)),
    "lists in lists": "\n".join("    " * depth + "- a" for depth in range(1_000)),
    "backticks of every length": "".join("e" + "`" * number for number in range(1, 900)),
    "fences": "```a\n" * 20_000,
    "elements in elements": "<div>" * 100_000,
    "lists of raw HTML": "<ul><li>" * 40_000,
    "ends without beginnings between": "<div></b>" * 40_000,
    "elements never finished": "<a " * 50_000,
    "sections never finished": "<![CDATA[" * 5_000,
    "comments never finished": "<!--" * 50_000,
    "instructions": "<?" * 50_000,
    "entities": "&#x" * 60_000,
    "references to themselves": "[a]: b\n" * 20_000 + "[a]" * 20_000,
    "table of one line": "|" * 100_000 + "\n" + "|-" * 50_000,
    "one long word": "a" * 480_000,
    "blank lines": "\n" * 480_000,
    "hard breaks": "a  \n" * 60_000,
    "NUL and friends": "a\x00\x01\x02\x03" * 20_000,
    "too long": "word " * (MAX_LENGTH // 5 + 1),
}


@pytest.fixture(scope="module")
def guard():
    with Guard(seconds=1) as guard:
        guard.run(render_body, "warm up", [])
        yield guard


@pytest.fixture(scope="module")
def patient_guard():
    """Return a guard for what has to end by itself: whoever is stopped by this one hangs."""
    with Guard(seconds=20) as guard:
        yield guard


def shown(guard: Guard, patient_guard: Guard, body: str, marks: list[Mark]) -> str:
    """Return what a reader sees: the text as the guard lets it be rendered, or plain.

    Raise GuardError when even that does not end.
    """
    try:
        return guard.run(render_body, body, marks)
    except (GuardError, RenderingError):
        return patient_guard.run(render_plain, body, marks)


@pytest.mark.parametrize("body", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
def test_a_pathological_text_is_shown_within_the_guards_limits(guard, patient_guard, body):
    rendered = shown(guard, patient_guard, body, [Mark(0, 5, "country", "ru")])

    assert Reader(rendered).wrong == []
    assert len(without_marks(rendered)) <= GROWTH * 1.5 * len(body) + ALLOWANCE


def test_hostile_cases(guard, patient_guard, shared):
    lines = (shared / "hostile" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [
        case for case in map(json.loads, lines) if case["area"] == "render" and case["how"] in ("text", "py")
    ]
    failures = []
    for case in cases:
        text = eval(case["input"]) if case["how"] == "py" else case["input"]
        body = text.split("\n---\n", 1)[1]
        assert guard.seconds <= case.get("limit_s", 2)
        rendered = shown(guard, patient_guard, body, [])
        if wrong := Reader(rendered).wrong or Reader(render_plain(body)).wrong:
            failures.append((case["id"], wrong[:3]))

    assert failures == []
    assert len(cases) > 30
