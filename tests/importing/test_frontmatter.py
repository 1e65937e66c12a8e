"""Front matter of every kind: where it begins and ends, and what its values are."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.frontmatter import read_front_matter
from articles.importing.keys import same_key, sort_fields, texts
from articles.importing.problems import ClippingError, Notice
from articles.importing.troubles import Trouble
from tests.importing.clips import read

TITLE_AND_TAGS = {"title": "Talks", "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("text", "body_line"),
    [
        ("---\ntitle: Talks\ntags: [a, b]\n---\nText.", 5),
        ("---\ntitle: Talks\ntags:\n- a\n- b\n...\nText.", 7),
        ("\n\n--- # front matter\ntitle: Talks\ntags: [a, b]\n-----\nText.", 7),
        ("---yaml\ntitle: Talks\ntags: [a, b]\n---\nText.", 5),
        ("```yaml\ntitle: Talks\ntags: [a, b]\n```\nText.", 5),
        ("+++\ntitle = 'Talks'\ntags = ['a', 'b']\n+++\nText.", 5),
        ("---toml\ntitle = 'Talks'\ntags = ['a', 'b']\n---\nText.", 5),
        (';;;\n"title": "Talks",\n"tags": ["a", "b"]\n;;;\nText.', 5),
        ('---json\n{"title": "Talks", "tags": ["a", "b"]}\n---\nText.', 4),
        ('```json\n{"title": "Talks", "tags": ["a", "b"]}\n```\nText.', 4),
        ('{"title": "Talks", "tags": ["a", "b"]}\nText.', 2),
        ("---\n\ntitle: Talks\ntags: [a, b]\n\n---\nText.", 7),
        ('{\n  "title": "Talks",\n  "tags": ["a", "b"]\n}\nText.', 5),
    ],
    ids=[
        "YAML", "YAML closed by dots", "YAML after empty lines", "YAML named", "YAML in a code fence", "TOML",
        "TOML named", "JSON without braces", "JSON named", "JSON in a code fence", "JSON on one line",
        "YAML among empty lines", "JSON",
    ],
)  # fmt: skip
def test_every_kind_of_fence_is_read(text, body_line):
    front = read_front_matter(text)

    assert (front.values, front.body, front.body_line) == (TITLE_AND_TAGS, "Text.", body_line)


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        (
            "Title: Talks: a start\nDate: 2019-01-02\nTags: a,\n    b\n\nText: more.",
            {"Title": "Talks: a start", "Date": "2019-01-02", "Tags": "a, b"},
            "\nText: more.",
        ),
        (
            "# Talks\n\n- **Date**: 2019-01-02\n* **Source:** BBC\n\nText.",
            {"Date": "2019-01-02", "Source": "BBC"},
            "# Talks\n\n\nText.",
        ),
    ],
    ids=["header lines", "bullets"],
)
def test_metadata_without_fences_is_read(text, values, body):
    front = read_front_matter(text)

    assert (front.values, front.body) == (values, body)


@pytest.mark.parametrize(
    "text",
    [
        "Just a text.\n\n---\n\nMore.",
        "---\n\nA text that opens with a rule\n\n---\nMore.",
        "---\nA quiet day in the capital\n---\nMore.",
        "***\n\nText.",
        "{% include 'a' %}\nText.",
        "{: .lead}\nText.",
        "Note: this is prose.\n\nText.",
        "Geneva: the talks go on\nand on.\n\nText.",
        "Date: the fruit is exported\nto three countries.\n\nText.",
        "- **Russia** said no\n- **Ukraine** said yes\n",
        "```python\nprint()\n```\n",
        "----",
    ],
)
def test_a_text_without_front_matter_loses_nothing(text):
    front = read_front_matter(text)

    assert (front.values, front.body, front.is_given) == ({}, text, False)


def test_a_comment_above_the_fence_belongs_to_the_body():
    front = read_front_matter("<!-- made by a program -->\n---\ntitle: Talks\n---\nText.")

    assert (front.values, front.body) == ({"title": "Talks"}, "<!-- made by a program -->\nText.")
    assert (front.line_of("title"), front.body_line) == (3, 4)


def test_an_unclosed_fence_below_a_comment_is_an_error_with_its_line():
    with pytest.raises(ClippingError, match="is not closed") as caught:
        read_front_matter("<!-- made by a program -->\n---\ntitle: Talks\n\nText.")

    assert caught.value.line == 3


def test_an_empty_block_is_front_matter_without_values():
    assert read_front_matter("---\n---\nText.").values == {}


def test_scalars_stay_as_they_are_written():
    front = read_front_matter(
        "---\na: NO\nb: 12:30\nc: 012\nd: 2025-02-30\ne: 1.10\nf: ~\ng:\nh: true\n1: x\nno: y\n---\n"
    )

    assert front.values == {
        "a": "NO", "b": "12:30", "c": "012", "d": "2025-02-30", "e": "1.10", "f": "~", "g": "", "h": "true",
        "1": "x", "no": "y",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '{"n": 1.10, "big": 12345678901234567890, "t": true, "z": null}\n',
        "+++\nn = 1.10\nbig = '12345678901234567890'\nt = true\nz = ''\n+++\n",
    ],
    ids=["JSON", "TOML"],
)
def test_numbers_and_truth_values_of_other_kinds_become_text(text):
    assert read_front_matter(text).values == {
        "n": "1.10",
        "big": "12345678901234567890",
        "t": "true",
        "z": "",
    }


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("title: Analysis: what next", "Analysis: what next"),
        ("title: 'Zone' of fire", "'Zone' of fire"),
        ('title: "Zone" of fire', '"Zone" of fire'),
        ("title: *Exclusive* talks", "*Exclusive* talks"),
        ("title: @minister speaks", "@minister speaks"),
        ("title: {{title}}", "{{title}}"),
    ],
)
def test_values_that_lack_quotes_are_read_with_a_notice(line, value):
    front = read_front_matter(f"---\ndate: 2025-01-01\n{line}\n---\n")

    assert front.values == {"date": "2025-01-01", "title": value}
    [notice] = front.notices
    assert notice.line == 3
    assert notice.message.endswith("read as plain text: put such a value in quotes")


@pytest.mark.parametrize(
    ("text", "line", "beginning"),
    [
        ("---\na: 1\nb: [\n---\n", 4, "broken YAML: "),
        ('---\na: [x, "b\nc: 1\n---\n', 2, "broken YAML: a quotation mark is opened here and not closed"),
        ("---\na:\n\tb: 1\n---\n", 3, "broken YAML: there is a tab at the start; indent with spaces"),
        (
            "---\na: !!python/object/apply:os.system ['x']\n---\n",
            2,
            "the tag `!!python/object/apply:os.system` is not read; remove it",
        ),
        ("---\na: !!int '1'\n---\n", 2, "the tag `!!int` is not read; remove it"),
        ("---\n? [a]\n: b\n---\n", 2, "a key is not text; put a value"),
        ("---\na: {b: 1, b: 2}\n---\n", 2, "the key 'b' stands there twice; keep one"),
        ("+++\na = 1\nb = \n+++\n", 3, "broken TOML: a value without its quotation marks"),
        ("+++\na = 1\na = 2\n+++\n", 3, "a key stands there twice; keep one"),
        ("+++\nd = 2025-02-30\n+++\n", 2, "broken TOML: a date that does not exist"),
        ('{\n"a": 1,\n"b" 2}\n', 3, "broken JSON: there is no colon after the key; correct the front matter"),
        (";;;\n'a': 1\n;;;\n", 2, "broken JSON: "),
        ("Title: a\nDate: b\nTitle: c\n\nText.", 1, "the key 'Title' stands there twice; keep one"),
        (
            "---\n{a, b}\n",
            1,
            "the front matter is not closed; add a line '---' after the last line of the front matter",
        ),
        ("+++\n" + ".".join("a" * 20) + " = 1\n+++\n", 2, "a key of more than 16 parts; write plain keys"),
    ],
)
def test_broken_front_matter_is_refused_with_its_line(text, line, beginning):
    with pytest.raises(ClippingError) as caught:
        read_front_matter(text)

    assert caught.value.line == line
    assert caught.value.message.startswith(beginning)


def test_deep_nesting_by_indentation_ends_in_bounded_depth():
    block = "".join(" " * depth + "a:\n" for depth in range(350))

    front = read_front_matter(f"---\n{block}---\nText.")

    assert list(front.values) == ["a"]


def test_the_line_of_a_key_is_found_again():
    front = read_front_matter("---\ntitle: a\n\n# date: old\n'date': b\n---\n")

    assert (front.line_of("title"), front.line_of("date"), front.line_of("none")) == (2, 5, None)


def first(front, field):
    taken = sort_fields(front).first(field)
    return taken and (taken.key, taken.value)


@pytest.mark.parametrize("key", ["publishDate", "publish_date", "Publish-Date", "PUBLISH DATE"])
def test_keys_are_compared_without_case_and_separators(key):
    assert same_key(key) == "publishdate"
    assert first({key: "2025-01-01"}, "date") == (key, "2025-01-01")


def test_the_best_key_is_taken_and_the_others_kept():
    fields = sort_fields({"headline": "b", "title": "a", "mood": "calm", "empty": ""})

    assert fields.first("title").value == "a"
    assert fields.extra == {"headline": "b", "mood": "calm"}


@pytest.mark.parametrize(
    ("front", "field", "taken"),
    [
        ({"published": "false"}, "date", None),
        ({"published": "false"}, "status", ("published", "false")),
        ({"published": "2025-01-01"}, "date", ("published", "2025-01-01")),
        ({"source": "BBC"}, "outlet", ("source", "BBC")),
        ({"source": "https://bbc.com/a"}, "outlet", None),
        ({"source": "https://bbc.com/a"}, "url", ("source", "https://bbc.com/a")),
        ({"from": "a friend"}, "url", None),
        ({"permalink": "https://own.example/a"}, "url", None),
        ({"title": "null", "headline": "a"}, "title", ("headline", "a")),
    ],
)
def test_a_value_goes_to_the_field_it_fits(front, field, taken):
    assert first(front, field) == taken


def test_every_keyword_key_counts():
    fields = sort_fields({"tags": ["a"], "countries": "b", "people": ["c"]})

    assert [taken.value for taken in fields.taken["keywords"]] == [["a"], "b", ["c"]]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a", ["a"]),
        ("~", []),
        (["a", "", ["b"]], ["a", "b"]),
        ({"name": "Eva", "email": "e"}, ["Eva"]),
        ([{"Foo": "bar"}], ["Foo: bar"]),
    ],
)
def test_texts_of_a_value(value, found):
    assert texts(value) == found


def test_a_notice_about_quotes_says_what_the_parser_missed():
    front = read_front_matter("---\ntitle: Analysis: what next\n---\n")

    reason = "broken YAML: a second colon stands in the value"
    assert front.notices == (
        Notice(f"{reason}; read as plain text: put such a value in quotes", 2, Trouble.MISSING_QUOTES),
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: a\ntags:\n- x\n  - y\n\nNote: it rained.\n", 5),
        ("---\ntitle: a\nThe ministers said this: peace.\n", 2),
        ("---json\n{\n", 1),
    ],
    ids=["a blank line ends it", "prose ends it", "of JSON nobody knows"],
)
def test_a_fence_that_is_not_closed_is_marked_where_the_front_matter_seems_to_end(text, line):
    with pytest.raises(ClippingError, match="after the last line of the front matter") as refused:
        read_front_matter(text)

    assert refused.value.line == line


def first_of(front, name):
    given = sort_fields(front).first(name)
    return given and (given.key, given.value)


@pytest.mark.parametrize(
    ("front", "name", "taken"),
    [
        ({"source_url": "https://a.example/feed", "link": "https://b.example/1"}, "url", "link"),
        ({"source_url": "https://a.example/1", "link": "[[a note]]"}, "url", "source_url"),
        ({"date": "unknown", "published_date": "2025-10-16"}, "date", "published_date"),
        ({"dateline": "KYIV"}, "date", None),
        ({"dateline": "May 14, 2014, 4:04 pm"}, "date", "dateline"),
        ({"data": {"route": "news 1"}}, "date", None),
        ({"data": "16/10/2025"}, "date", "data"),
        ({"description": "for machines", "deck": "for readers"}, "summary", "deck"),
        ({"slurped": "2025-10-20", "created": "2025-10-16"}, "clipped", "slurped"),
        ({"fetched": "true"}, "clipped", None),
        ({"author_name": "Ann Lee"}, "authors", "author_name"),
        ({"published": "true", "posted": "April 4, 2025"}, "date", "posted"),
        ({"auteur": "Jean Petit"}, "authors", "auteur"),
        ({"Título": "Los ministros"}, "title", "Título"),
        ({"автор": "Анна Ли"}, "authors", "автор"),
        ({"fuente": "https://a.example/1"}, "url", "fuente"),
        ({"fuente": "La Voz"}, "outlet", "fuente"),
    ],
)  # fmt: skip
def test_the_key_that_fills_a_field(front, name, taken):
    assert first_of(front, name) == (taken and (taken, front[taken]))


def test_mappings_that_only_group_keys_are_laid_open():
    fields = sort_fields({"title": "Talks", "taxonomies": {"tags": ["a"], "title": "Other"}})

    assert [item.value for item in fields.taken["keywords"]] == [["a"]]
    assert fields.first("title").value == "Talks"


def test_a_source_given_as_a_mapping_says_outlet_address_and_author():
    source = {"author": "Ann Lee", "link": {"name": "The Paper", "url": "https://a.example/1"}, "page": "3"}
    fields = sort_fields({"source": source})

    assert fields.first("outlet").value == "The Paper"
    assert fields.first("url").value == "https://a.example/1"
    assert fields.first("authors").value == "Ann Lee"
    assert fields.extra == {"source_page": "3"}


def test_a_grouped_key_that_is_also_there_alone_is_read_with_it():
    front = {"taxonomies": {"tags": ["ukraine", "nato"], "places": ["kyiv"]}, "tags": ["x"], "places": ["a"]}
    fields = sort_fields(front)

    assert [item.value for item in fields.taken["keywords"]] == [["x"], ["ukraine", "nato"]]
    assert fields.extra == {"places": ["a"], "taxonomies_places": ["kyiv"]}


def test_what_a_source_says_beside_the_same_key_is_kept():
    source = {"url": "https://b.example/1", "link": "https://c.example/1", "name": "The Paper", "title": "P"}
    fields = sort_fields({"source_url": "https://a.example/1", "source": source})

    assert (fields.first("url").value, fields.first("outlet").value) == ("https://a.example/1", "The Paper")
    assert fields.extra == {
        "source_link": "https://c.example/1",
        "source_title": "P",
        "source_url_2": "https://b.example/1",
    }


def test_what_a_field_takes_in_part_is_kept_whole():
    fields = sort_fields(
        {"author": {"name": "Eva Berg", "email": "eva"}, "outlet": ["AP", "BBC"], "tags": ["a"]}
    )

    assert fields.extra == {}
    assert fields.partly == {"author": {"name": "Eva Berg", "email": "eva"}, "outlet": ["AP", "BBC"]}


def test_a_list_of_metadata_that_says_something_else_is_kept_beside_the_front_matter():
    text = "---\nauthor: Ann Lee\n---\n# Talks\n\n## Metadata\n\n- Author: Bob Roy\n- URL: https://a.example/1\n\nText."
    front = read_front_matter(text)

    assert front.values == {"author": "Ann Lee", "metadata_Author": "Bob Roy", "URL": "https://a.example/1"}


def leaves(value):
    if isinstance(value, str):
        return {value}
    children = value.values() if isinstance(value, dict) else value
    return {leaf for child in children for leaf in leaves(child)}


# Letters only: a value with a digit may be a wrong date, for which the file is refused.
WORDS = st.text("bcdfghjkmpqrstvwz", min_size=8, max_size=12)
CHILD_KEYS = st.sampled_from(
    ["name", "title", "url", "link", "author", "tags", "places", "date", "categories"]
)
VALUES = st.recursive(
    WORDS | WORDS.map("https://example.org/{}".format),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CHILD_KEYS, inner, max_size=4),
    max_leaves=8,
)
TOP_KEYS = st.sampled_from(
    [
        "tags", "Tags", "keywords", "countries", "places", "taxonomies", "taxonomy", "source", "source_url",
        "source_title", "source_link", "taxonomies_tags", "url", "author", "authors", "summary",
        "description", "outlet", "categories", "section", "language", "draft", "status", "date", "published",
        "created", "updated", "mood",
    ]
)  # fmt: skip


@given(st.dictionaries(TOP_KEYS, VALUES, max_size=8))
def test_every_value_of_front_matter_is_in_a_field_or_kept(front):
    text = json.dumps({"title": "Talks", **front}) + "\nThe ministers met in the old hall.\n"

    clipping = asdict(read(text))

    del clipping["notices"]
    said = " ".join(leaves_of_fields(clipping))
    assert {leaf for leaf in leaves(front) if leaf not in said.lower()} == set()


def leaves_of_fields(value):
    if isinstance(value, dict):
        return [text for child in value.values() for text in leaves_of_fields(child)]
    if isinstance(value, list | tuple):
        return [text for child in value for text in leaves_of_fields(child)]
    return [str(value)]


def test_every_value_that_lacks_quotes_is_counted():
    front = read_front_matter(
        "---\ntitle: Talks: a summary\nnote: a: b\nsource: 'AP' and Reuters\n---\nText."
    )

    [notice] = front.notices
    assert notice.line == 2
    assert notice.message.endswith("put such a value in quotes, here and on 2 more lines")


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ('+++\ntitle = "Talks\ndate = 2025-10-16\n+++\n', "a quotation mark is opened here and not closed"),
        ("+++\ntitle: Talks\n+++\n", "there is no = after the key"),
        ('---json\n{"title": "Talks"\n---\n', "a comma, or a bracket at the end, is missing"),
        ("---json\n{title: 1}\n---\n", "a key without its double quotation marks"),
        ("---\ntags:\n\t- oil\n---\n", "there is a tab at the start; indent with spaces"),
        ("---\ndate: !!timestamp 2025-10-16\n---\n", "the tag `!!timestamp` is not read; remove it"),
        ("---\ntitle: !mine Talks\n---\n", "the tag `!mine` is not read; remove it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_plain_words(front, said):
    with pytest.raises(ClippingError, match=re.escape(said)):
        read_front_matter(front + "Text.")


@pytest.mark.parametrize(
    "head",
    [
        "Talks\n=====\n\n:author: Ann Lee\n:date: 2025-10-16\n\n",
        ":title: Talks\n:author: Ann Lee\n:date: 2025-10-16\n\n",
        "#+TITLE: Talks\n#+AUTHOR: Ann Lee\n#+DATE: <2025-10-16 Thu>\n\n",
        "# Talks\n\nAuthor(s): Ann Lee\nDate: 2025-10-16\nURL: https://x.example/a\n\n",
    ],
    ids=["reStructuredText", "fields without a heading", "Org", "a key in the plural or not"],
)
def test_fields_at_the_head_of_other_languages_of_markup_are_read(head):
    clipping = read(head + "They met.")

    assert (clipping.title, clipping.authors, clipping.published_on, clipping.body) == (
        "Talks", ("Ann Lee",), dt.date(2025, 10, 16), "They met.",
    )  # fmt: skip
