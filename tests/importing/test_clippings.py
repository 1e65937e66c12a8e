"""Whole clippings against what they should be read as, and every way in which a file can be refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import tomllib
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from unittest import mock

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.importing.clipping import (
    READER_VERSION,
    Clipping,
    ClippingError,
    Notice,
    Precision,
    read_clipping,
)
from articles.importing.decoding import decode
from articles.importing.sources import find_sources, read_source
from articles.importing.troubles import Trouble
from tests.importing.clips import HANG_S, make_source, problem_with, read

GOLDEN = Path(__file__).with_name("clippings")
EXPECTED = ".expected.toml"
NAMES = sorted({path.name.removesuffix(EXPECTED) for path in GOLDEN.iterdir()})


def as_table(clipping: Clipping) -> dict[str, object]:
    """Return the clipping's fields that differ from their defaults, as a TOML file holds them."""
    table = {}
    for field in fields(clipping):
        value = getattr(clipping, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if value != default:
            table[field.name] = list(value) if isinstance(value, tuple) else value
    for name in ("cuts", "notices"):
        if name in table:
            table[name] = [
                {key: part for key, part in asdict(entry).items() if part is not None}
                for entry in table[name]
            ]
    return table


@pytest.mark.parametrize("name", NAMES)
def test_clipping_is_read_as_expected(name):
    source = make_source((GOLDEN / name).read_bytes(), name)

    expected = tomllib.loads((GOLDEN / (name + EXPECTED)).read_text(encoding="utf-8"))

    assert as_table(read_clipping(source)) == expected


def test_the_version_of_the_reader_rises_with_what_is_read():
    """Files already imported are read again only then; a pair that was merely added needs no new version."""
    expected = b"".join((GOLDEN / (name + EXPECTED)).read_bytes() for name in NAMES)

    assert (READER_VERSION, hashlib.sha256(expected).hexdigest()[:12]) == ("8", "7ba2489755d2")


@pytest.fixture(scope="module")
def real(shared) -> Clipping:
    """Return the real clipping that the project was designed for."""
    [found] = find_sources([shared / "seeds"])
    return read_clipping(read_source(found))


def test_the_real_clipping_has_its_facts(real):
    assert real.title == (
        "Trump says he will meet Putin in Hungary for Ukraine talks after 'very productive' call"
    )
    assert (real.byline, real.authors, real.outlet, real.section) == (
        "BySean Seddon",
        ("Sean Seddon",),
        "BBC",
        "",
    )
    assert (real.published_on, real.clipped_on) == (dt.date(2025, 10, 16), dt.date(2025, 10, 17))
    assert (real.notices, real.extra) == ((), {})


@pytest.mark.parametrize(
    ("authors", "byline", "names"),
    [
        ('[Jane Doe, "Rossi, Marco"]', "Jane Doe; Rossi, Marco", ("Jane Doe", "Marco Rossi")),
        ("[Jane Doe, Marco Rossi]", "Jane Doe, Marco Rossi", ("Jane Doe", "Marco Rossi")),
        ('"Rossi, Marco"', "Rossi, Marco", ("Rossi, Marco",)),
    ],
)
def test_a_surname_first_in_a_list_of_authors_is_one_person(authors, byline, names):
    clipping = read(f"---\ntitle: Talks go on\nauthors: {authors}\n---\n\nThe talks went on.\n")

    assert (clipping.byline, clipping.authors) == (byline, names)


def test_the_real_clipping_has_its_standfirst_apart(real):
    assert real.standfirst.startswith(
        'US President Donald Trump says "great progress" was made during a phone call'
    )
    assert real.standfirst.endswith("talks in Hungary.")
    assert "*" not in real.standfirst + real.body


def test_the_real_clipping_is_joined_into_paragraphs(real):
    paragraphs = real.body.split("\n\n")

    assert len(paragraphs) == 29
    assert not any("\n" in paragraph for paragraph in paragraphs)
    assert paragraphs[0].startswith(
        'He said the call, the first with Putin since mid-August, was "very productive", ad'
    )


def test_the_real_clipping_keeps_what_was_cut(real):
    assert [(cut.step, cut.text[:27]) for cut in real.cuts] == [
        ("published line", "> Published 16 October 2025"),
        ("caption", "The two leaders last met in"),
    ]
    assert "Published" not in real.body
    assert "last met in Alaska" not in real.body


PLAIN = "---\ntitle: Talks\ndate: 2025-10-16\n---\n"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "the file is empty; remove it or write the article into it"),
        (b" \n\t\n", None, "the file is empty; remove it or write the article into it"),
        (
            "---\ntitle: Talks\nThe text.\n",
            2,
            "the front matter is not closed; add a line '---' after the last line of the front matter",
        ),
        (
            "\n\n+++\ntitle = 'a'\n",
            4,
            "the front matter is not closed; add a line '+++' after the last line of the front matter",
        ),
        (
            "---\ntitle: Talks\nauthors: [a\n---\nText.",
            3,
            "broken YAML: a list is opened with [ and not closed; correct that line",
        ),
        ("---\ntitle: a\ndate: 2025\ntitle: b\n---\n", 4, "the key 'title' stands there twice; keep one"),
        ('{"title": "a", "title": "b"}\nText.', 1, "the key 'title' stands there twice; keep one"),
        (
            "---\ntitle: a\ndate: 2025-02-30\n---\n",
            3,
            "date '2025-02-30' is not a day of the calendar; write YYYY-MM-DD",
        ),
        (
            "---\ntitle: a\npublished_time: 10/11/2025\n---\n",
            3,
            "published_time '10/11/2025' may be 10 November 2025 or 11 October 2025; write YYYY-MM-DD",
        ),
        (
            "---\ndate: 2025-01-01\n---\nThe ministers met.\n\nThey talked.",
            1,
            "it has no title; add a line `title: ...` to its front matter, or a heading `# ...` above the"
            " text",
        ),
        (
            "---\ntitle: {a: b}\n---\nText.",
            2,
            "'title' is not one text; put the title in quotes",
        ),
        ("- a\n".join(("---\n", "---\n")), 2, "the front matter is a list; write `key: value` lines"),
        (
            b"\x01\x8b\x08\x00" + b"\x00" * 9000,
            None,
            "not a text file, or UTF-16 without a byte order mark; save it as UTF-8",
        ),
        (
            "---\ntitle: Президент\n---\nПрезидент прибыл".encode("cp1251"),
            2,
            "neither UTF-8 nor Windows-1252; save it as UTF-8",
        ),
        (
            b"---\ntitle: Caf\xe9 \x81\n---\nText of the article.",
            2,
            "byte 0x81 is neither UTF-8 nor Windows-1252; save the file as UTF-8",
        ),
        (b"\xff\xfea\x00b", None, "damaged UTF-16; save it again as UTF-8"),
        (PLAIN + "\x01\x02" * 20, None, "not a text file: 40 control characters; export it as plain text"),
        (
            PLAIN + "a\n\n" * 10_001,
            None,
            "more than 10,000 paragraphs; split the file, one article to a file",
        ),
        (
            "---\ntitle: a\nauthors: [" + ", ".join(f"Author Number{n}" for n in range(101)) + "]\n---\n",
            3,
            "101 authors, more than 100; name the authors only",
        ),
    ],
    ids=[
        "empty", "blank", "fence not closed", "TOML fence not closed", "bad YAML", "key twice",
        "key twice in JSON", "impossible date", "two days possible", "no title", "title is a mapping",
        "front matter is a list", "binary", "Windows-1251", "byte without meaning", "damaged UTF-16",
        "control characters", "too many paragraphs", "too many authors",
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_line_and_remedy(content, line, message):
    assert problem_with(content) == (line, message)


@pytest.mark.parametrize(
    ("content", "stray"), [(b"Gespr\xe4che.", "1 byte is"), (b"Gespr\xe4che \xfcber.", "2 bytes are")]
)
def test_bytes_of_another_encoding_are_counted(content, stray):
    _, (notice,) = decode(content)

    assert notice.message == (
        f"{stray} not UTF-8, read as Windows-1252; check the accents, then save it as UTF-8"
    )


def test_control_characters_are_left_out_with_a_notice():
    clipping = read(PLAIN + "Iran\0 san\x07ctions \u202egnp.")

    assert clipping.body == "Iran sanctions gnp."
    assert clipping.notices == (
        Notice("left out 3 control characters (U+0000)", 5, Trouble.CONTROL_CHARACTERS),
    )


def test_an_escaped_control_character_is_left_out_with_a_notice():
    clipping = read('---\ntitle: "a\\0b"\ndate: 2025-10-16\n---\nText.')

    assert clipping.title == "ab"
    assert clipping.notices == (
        Notice("left out 1 control character (U+0000)", 2, Trouble.CONTROL_CHARACTERS),
    )


def test_line_ends_do_not_change_a_clipping():
    text = PLAIN + "# Talks\n\nThe first.\n\nThe second.\n"

    assert read(text.replace("\n", "\r\n")) == read(text.replace("\n", "\r")) == read(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_unicode_encoding_is_read(encoding):
    clipping = read((PLAIN + "Přátelé – друзья.").encode(encoding))

    assert clipping.body == "Přátelé – друзья."


def test_composed_and_decomposed_letters_are_the_same():
    assert read(PLAIN + "cafe\u0301") == read(PLAIN + "caf\u00e9")


def test_a_title_too_long_for_the_database_is_shortened_and_kept_whole():
    title = "word " * 200

    clipping = read(f"---\ntitle: {title}\ndate: 2025-10-16\n---\nText.")

    assert len(clipping.title) <= 500
    assert clipping.extra == {"title": title.strip()}
    assert clipping.notices == (
        Notice("the title has 999 characters, shortened to 500", kind=Trouble.SHORTENED),
    )


def test_the_texts_own_date_beats_a_bare_date_which_is_the_clip_date():
    clipping = read("---\ntitle: a\ndate: 2025-10-17\n---\n> Published 16 October 2025\n\nText.")

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2025, 10, 16), dt.date(2025, 10, 17))


def test_a_text_dated_after_its_clipping_is_believed_and_reported():
    clipping = read("---\ntitle: a\ndate: 2025-10-14\n---\nPublished 16 October 2025\n\nText.")

    assert (clipping.published_on, clipping.clipped_on) == (dt.date(2025, 10, 16), None)
    assert clipping.notices == (
        Notice("date says 2025-10-14, the text 2025-10-16; the text was believed", 3, Trouble.DATES_DISAGREE),
    )


@pytest.mark.parametrize(
    ("name", "url", "published", "precision"),
    [
        ("2024-05-03-talks.md", "", dt.date(2024, 5, 3), Precision.DAY),
        ("2024/05/talks.md", "", dt.date(2024, 5, 1), Precision.MONTH),
        ("talks.md", "https://example.org/2026/feb/20/talks", dt.date(2026, 2, 20), Precision.DAY),
        ("2024-05-03-talks.md", "https://example.org/2024/05/02/talks", dt.date(2024, 5, 2), Precision.DAY),
        ("69b19c08c63a42f4.md", "", None, Precision.DAY),
    ],
    ids=["file name", "folder", "address", "address before file name", "digits that are no date"],
)
def test_a_date_is_taken_from_address_or_name_where_the_file_has_none(name, url, published, precision):
    clipping = read(f"---\ntitle: a\nurl: {url}\n---\nText.", name)

    assert (clipping.published_on, clipping.published_precision) == (published, precision)


def test_a_date_that_differs_from_the_file_name_is_reported_not_repaired():
    clipping = read("---\ntitle: a\ndate: 2024-05-14\n---\nText.", "2024-05-03-talks.md")

    assert clipping.published_on == dt.date(2024, 5, 14)
    assert clipping.notices == (
        Notice(
            "published on 2024-05-14, but the file name says 2024-05-03; check which is right",
            kind=Trouble.DATES_DISAGREE,
        ),
    )


@pytest.mark.parametrize(
    ("day_first", "day"), [(True, dt.date(2025, 11, 10)), (False, dt.date(2025, 10, 11))]
)
def test_the_folder_settles_dates_that_may_be_two_days(day_first, day):
    assert read("---\ntitle: a\ndate: 10/11/2025\n---\nb", day_first=day_first).published_on == day


def test_a_clip_date_that_cannot_be_read_is_kept_as_text():
    clipping = read("---\ntitle: a\ndate: 2025-10-16\nscraped_at: soon\n---\nText.")

    assert (clipping.clipped_on, clipping.extra) == (None, {"scraped_at": "soon"})
    assert clipping.notices == (
        Notice("scraped_at 'soon' is not a date; write YYYY-MM-DD; kept as text", 4, Trouble.BAD_DATE),
    )


@pytest.mark.parametrize(
    ("line", "is_published"),
    [
        ("draft: true", False),
        ("published: false", False),
        ("status: draft", False),
        ("private: true", False),
        ("posted: false", False),
        ("posted: 2025-10-16", True),
        ("private: false", True),
        ("draft: no", True),
        ("published: yes", True),
        ("status: publish", True),
        ("status: unclear", True),
    ],
)
def test_drafts_are_not_published(line, is_published):
    assert read(f"---\ntitle: a\n{line}\n---\nText.").is_published is is_published


@pytest.mark.parametrize(
    ("lines", "outlet", "section"),
    [
        ("categories: [BBC]", "BBC", ""),
        ("categories: [World, bbc news, Europe]", "BBC", "World, Europe"),
        ("source: BBC News\ncategories: [Reuters]", "BBC", "Reuters"),
        ("source: The Village Voice", "The Village Voice", ""),
        ("source: https://www.bbc.co.uk/news/articles/c1", "BBC", ""),
        ("source: bbc.co.uk", "BBC", ""),
        ("url: https://www.example.org/a", "example.org", ""),
        ("source: file:///etc/passwd", "", ""),
    ],
)
def test_outlet_and_section(lines, outlet, section):
    clipping = read(f"---\ntitle: a\n{lines}\n---\nText.")

    assert (clipping.outlet, clipping.section) == (outlet, section)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//example.org/a", "https://a"]
)
def test_only_web_addresses_are_kept_as_addresses(url):
    clipping = read(f"---\ntitle: a\ndate: 2025-10-16\nurl: '{url}'\n---\nText.")

    assert (clipping.url, clipping.canonical_url) == ("", "")
    assert clipping.notices == (
        Notice("'url' is no web address, not used as one; write https://...", 4, Trouble.BAD_ADDRESS),
    )


@pytest.mark.parametrize(
    ("summary", "standfirst", "extra"),
    [
        ("What the talks were about", "What the talks were about", {}),
        ("The ministers met on...", "", {"summary": "The ministers met on..."}),
    ],
    ids=["says more", "only how the text begins"],
)
def test_a_summary_is_the_standfirst_where_the_text_has_none(summary, standfirst, extra):
    clipping = read(f"---\ntitle: a\nsummary: {summary}\n---\nThe ministers met on Friday in Vienna.")

    assert (clipping.standfirst, clipping.extra) == (standfirst, extra)


def test_bombs_never_reach_libyaml():
    bombs = {
        "dashes": "- " * 26_500,
        "question marks": "? " * 30_000,
        "brackets": "a: " + "[" * 5000,
        "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "itself": "a: &a [*a]",
        "merge keys": "a: &a {x: 1}\nb: {<<: {<<: {<<: {y: 2}}}}",
        "digits": "n: " + "9" * 5000,
        "size": "".join(f"k{n}: v\n" for n in range(10_000)),
    }
    with mock.patch.object(yaml, "load", side_effect=AssertionError("libyaml was called")):
        problems = {name: problem_with(f"---\ntitle: t\n{bomb}\n---\nb")[1] for name, bomb in bombs.items()}

    assert problems == {
        "dashes": "lists nested too deep; write one `- ` a line",
        "question marks": "lists nested too deep; write one `- ` a line",
        "brackets": "5000 brackets in the front matter, more than 500; write plain lists",
        "aliases": "the alias `*a` is not read; write the value out",
        "itself": "the alias `*a` is not read; write the value out",
        "merge keys": "merge keys (`<<:`) are not read; write the values out",
        "digits": "a number of more than 1000 digits; remove it",
        "size": "88,899 characters of front matter, more than 65,536; move text to the body",
    }


SNIPPETS = [
    "---\n", "+++\n", ";;;\n", "---json\n", "```yaml\n", "```\n", "title: a\n", "title = 'a'\n",
    '{"title": "a"}\n', "# H\n", "date: 2025-10-16\n", "date: 10/11/2025\n", "authors: [By A B, C]\n",
    "> Published 16 October 2025\n", "**bold**\n", "- **Date**: 2020\n", "- [a](b)\n", "<!--", "-->", "{{<",
    ">}}", "{%", "%}", "| a |\n", "a-\n", "\\\n", "  \n", "\n\n\n", "By Ann Lee\n", "Related:\n",
    "(AP Photo/A B)\n", "\u0301" * 9, "\u202e", "\0", "\ud800", "é", "&amp;", "\x85", "\ufeff",
    "tags: 'a, b'\n", "url: https://a.example/b\n", "*a", "&a ", "<<: ", "!x ", "'", '"', ": ", "[", "}",
    "\t", "1" * 50,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=20), max_size=30).map("".join)


def is_read_or_refused(content: bytes) -> bool:
    begin = time.process_time()
    try:
        clipping = read_clipping(make_source(content))
    except ClippingError:
        return time.process_time() - begin < HANG_S
    stored = json.dumps(asdict(clipping), default=str, ensure_ascii=False)
    stored.encode()  # a lone surrogate would stop the database
    limits = {"title": 500, "byline": 500, "outlet": 200, "section": 200, "language": 20, "url": 2000}
    fits = all(len(getattr(clipping, name)) <= limit for name, limit in limits.items())
    return bool(clipping.title) and fits and "\\u0000" not in stored and time.process_time() - begin < HANG_S


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_is_read_or_refused(text):
    assert is_read_or_refused(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"---\ntitle: a\n---\n", b"\xff\xfe", b"\xef\xbb\xbf---\n"]),
)
def test_any_bytes_are_read_or_refused(content, beginning):
    assert is_read_or_refused(beginning + content)


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", "<!-- -->", "{%%}", "```\n", "# a\n", "**a**\n", "> a\n\n", "- [a](b)  ", "a-\n",
     "e\u0301\u0316",
     "|-|-\n", "<div>\n", "a\n---\n", "Related: \n\n", "\\\n", "AP. ", "[", "-->\n<!--\n", "== ",
     "==a ", "%%\n\n", "%% ", "[[a", " ^ab", "` ", "> [!a]\n", "[View Highlight](a) ", " a:: \n", "{{a}}"],
    ids=repr,
)  # fmt: skip
def test_two_megabytes_of_anything_end_in_bounded_time(piece):
    content = (PLAIN + piece * (1_900_000 // len(piece.encode()))).encode()

    assert is_read_or_refused(content)


@pytest.mark.parametrize(
    ("dates", "published", "clipped"),
    [
        ("date: 2025-10-17\npublished_at: 2025-10-16", dt.date(2025, 10, 16), dt.date(2025, 10, 17)),
        ("date: 2025-10-15\npublished_at: 2025-10-16", dt.date(2025, 10, 15), None),
        ("date: 2025-10-17\npublishDate: 2025-10-16", dt.date(2025, 10, 17), None),
        ("date: 2025-10-17\npublished: true", dt.date(2025, 10, 17), None),
        (
            "date: 2025-10-17\npublished_at: 2025-10-16\nscraped_at: 2025-10-20",
            dt.date(2025, 10, 16),
            dt.date(2025, 10, 20),
        ),
    ],
    ids=["date is later", "date is earlier", "Hugo's day of showing", "a flag", "a clip date besides"],
)
def test_a_date_later_than_the_day_of_publication_is_the_clip_date(dates, published, clipped):
    clipping = read(f"---\ntitle: a\n{dates}\n---\nText.")

    assert (clipping.published_on, clipping.clipped_on) == (published, clipped)


@pytest.mark.parametrize(
    "line", ["permalink: /2025/10/16/talks/", "url: /2025/10/16/talks/", "slug: 2025-10-16-talks"]
)
def test_the_path_on_the_site_it_is_from_dates_an_article_that_has_no_date(line):
    clipping = read(f"---\ntitle: a\n{line}\n---\nText.")

    assert (clipping.published_on, clipping.url, clipping.notices) == (dt.date(2025, 10, 16), "", ())


def test_a_date_without_a_digit_is_none_and_the_file_is_imported():
    clipping = read("---\ntitle: a\ndate: desconhecida\n---\nText.")

    assert (clipping.published_on, clipping.extra) == (None, {"date": "desconhecida"})
    assert [notice.kind for notice in clipping.notices] == [Trouble.NO_DATE]


@pytest.mark.parametrize(
    ("title", "url", "read_as", "outlet"),
    [
        ("Talks - Port Times", "https://www.port-times.example/1", "Talks", "port-times.example"),
        ("Talks | The Port Times", "https://port-times.co.uk/1", "Talks", "port-times.co.uk"),
        ("Talks - Port Times", "https://other.example/1", "Talks - Port Times", "other.example"),
        ("Talks - AB", "https://ab.example/1", "Talks - AB", "ab.example"),
        ("Talks - BBC News", "https://www.bbc.com/1", "Talks", "BBC"),
    ],
)
def test_a_site_s_name_at_the_end_of_a_title_is_cut(title, url, read_as, outlet):
    clipping = read(f"---\ntitle: {title}\ndate: 2025-10-16\nurl: {url}\n---\nText.")

    assert (clipping.title, clipping.outlet) == (read_as, outlet)


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("Talks in Belfast | Northern Ireland | BBC", "Talks in Belfast"),
        ("Talks in Belfast | Northern Ireland", "Talks in Belfast | Northern Ireland"),
        ("Talks in Belfast - Northern Ireland | BBC", "Talks in Belfast - Northern Ireland"),
        ("Talks in Belfast | Peace at last | BBC", "Talks in Belfast | Peace at last"),
    ],
    ids=["before the outlet", "without an outlet", "after a dash", "no topic of the file's"],
)
def test_the_section_before_an_outlet_is_cut_from_the_title(title, read_as):
    clipping = read(f"---\ntitle: {title}\nsource: BBC\ntags: [northern ireland]\n---\nText.")

    assert clipping.title == read_as


def test_a_feed_s_address_is_not_that_of_its_article():
    clipping = read(
        "---\ntitle: a\nsource_url: https://a.example/feed\nlink: https://b.example/1\n---\nText."
    )

    assert clipping.url == "https://b.example/1"


def test_wikilinks_are_shown_by_their_names():
    front = "title: a\nauthor: '[[people/ann|Ann Lee]]'\ncategory: '[[Clippings]]'\ntags: '#[[a]] [[b]], #c'"

    clipping = read(f"---\n{front}\n---\nText.")

    assert (clipping.byline, clipping.section, clipping.keywords) == ("Ann Lee", "Clippings", ("a", "b", "c"))


def test_the_line_of_a_clipping_tool_is_no_title():
    text = "Clipped from: https://a.example/1\n\nThe ministers met, and they talked."

    assert problem_with(text)[0] == 1


def test_a_name_that_repeats_the_title_is_no_outlet():
    assert read("---\ntitle: Talks\nsource_name: Talks\n---\nText.").outlet == ""


def test_the_link_to_the_original_is_the_address():
    text = "# Talks\n\n[Read Original](https://a.example/1)\n\nText."

    assert read(text).url == "https://a.example/1"
    assert read("# Talks\n\nClipped from: https://a.example/1\n\nText.").url == "https://a.example/1"
    assert read(f"---\nurl: https://b.example/2\n---\n{text}").url == "https://b.example/2"


@pytest.mark.parametrize(
    ("printed", "keywords"),
    [
        ("#gaza #qatar", ("gaza", "qatar")),
        ("#gaza #[[black sea]], oil", ("gaza", "black sea", "oil")),
        ("C# and F#", ("C# and F",)),
        ("Radio #1 hits", ("Radio #1 hits",)),
    ],
)
def test_keywords_that_are_hashtags_need_no_commas(printed, keywords):
    assert read(f"---\ntitle: Talks\ntags: '{printed}'\n---\nText.\n").keywords == keywords


@pytest.mark.parametrize("printed", ["[[Oct 10th, 2025]]", "'[[Oct 10th, 2025]]'", "[2025-10-10]"])
def test_a_date_may_be_a_link_that_yaml_takes_for_a_list(printed):
    clipping = read(f"---\ntitle: Talks\ndate: {printed}\n---\nText.\n")

    assert clipping.published_on == dt.date(2025, 10, 10)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"PK\x03\x04" + bytes(range(256)), None, "a document of an office program, or a zip"),
        (b"{\\rtf1\\ansi Talks in Geneva}", None, "a document in RTF"),
        (b"%PDF-1.7 talks", None, "a PDF"),
        (b"<!DOCTYPE html>\n<html><title>Talks</title></html>", 1, "a whole page in HTML, not an article"),
        (b"\n<!-- saved -->\n<HTML lang='fr'><body>Talks</HTML>", 1, "a whole page in HTML, not an article"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_called_by_its_name(content, line, what):
    found, message = problem_with(content)

    assert (found, message.startswith(what)) == (line, True)


def test_a_text_with_html_in_it_is_an_article():
    assert read("---\ntitle: Talks\n---\n<html is what they wrote>").body == "<html is what they wrote>"
    assert read("<p>They met.</p>\n\n# Talks\n\nText.").title == "Talks"


@pytest.mark.parametrize(
    ("front", "keywords"),
    [
        ("tags: 乌克兰，法国、海", ("乌克兰", "法国", "海")),
        ("tags: أوكرانيا، فرنسا", ("أوكرانيا", "فرنسا")),
        ("tags: Ukraine|France", ("Ukraine", "France")),
        ('tags: "[[places/ua|Ukraine]], [[France]]"', ("Ukraine", "France")),
        ("topics: {main: talks, other: [sea, grain]}", ("talks", "sea", "grain")),
        ("tags: [{name: sea, slug: the-sea}]", ("sea",)),
    ],
)
def test_lists_of_keywords_in_other_forms(front, keywords):
    assert read(f"---\ntitle: Talks\n{front}\n---\nText.").keywords == keywords


def test_values_in_curly_quotation_marks_are_read():
    clipping = read("---\ntitle: Talks\ndate: “2025-10-16”\nurl: “https://x.example/a”\n---\nText.")

    assert (clipping.published_on, clipping.url, clipping.notices) == (
        dt.date(2025, 10, 16), "https://x.example/a", (),
    )  # fmt: skip


def test_the_outlet_of_the_address_is_cut_from_the_title_by_its_name():
    clipping = read("---\ntitle: Talks - The New York Times\nurl: https://www.nytimes.com/a\n---\nText.")

    assert (clipping.title, clipping.outlet) == ("Talks", "The New York Times")


def test_a_second_front_matter_in_the_text_is_told():
    clipping = read(
        "---\ntitle: Talks\ndate: 2025-10-16\n---\nText.\n\n---\ntitle: Votes\ndate: 2025-10-17\n---\nMore."
    )

    assert [(notice.line, notice.message) for notice in clipping.notices] == [
        (7, "a second front matter begins here, read as text; split the file, one article to a file")
    ]
    assert (
        read("---\ntitle: Talks\ndate: 2025-10-16\n---\n---\n\nHis title: king.\n\n---\nText.").notices == ()
    )


def test_an_address_with_a_blank_in_it_is_refused_with_that_reason():
    [notice] = read("---\ntitle: a\ndate: 2025-10-16\nurl: https://x.example/a b\n---\nText.").notices

    assert notice.message == "'url' is no web address, not used as one; write https://..., without blanks"


@pytest.mark.parametrize(
    "author", ["{first_name: Ann, last_name: Lee}", "[{given: Ann, family: Lee}]", "{name: Ann Lee, url: x}"]
)
def test_an_author_in_parts_is_one_name(author):
    assert read(f"---\ntitle: Talks\nauthor: {author}\n---\nText.").authors == ("Ann Lee",)


def test_a_byte_order_mark_alone_is_an_empty_file():
    assert problem_with(b"\xef\xbb\xbf \n") == (
        None,
        "the file is empty; remove it or write the article into it",
    )
