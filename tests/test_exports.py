"""Articles as files: whatever stands in a title, the file stays what it is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.citations import Record, RecordTag, one_line
from articles.exports import COLUMNS, FORMATS, Selection, safe_cell

RECORD = Record(
    id=12,
    url="https://news.example/articles/12-envoys-meet/",
    title="Envoys meet",
    standfirst="A first round.",
    outlet="The Courier",
    authors=("Ada Quill", "Bo Ek"),
    published_on=dt.date(2025, 10, 16),
    clipped_on=dt.date(2025, 10, 17),
    language="en",
    original_url="https://courier.example/envoys",
    tags=(
        RecordTag("country", "russia", "Russia", "main", 0.9, is_main=True),
        RecordTag("country", "ukraine", "Ukraine", "mentioned", 0.4, is_main=False),
        RecordTag("topic", "talks", "Talks", "main", 0.5, is_main=True),
    ),
)
BARE = Record(id=3, url="https://news.example/articles/3-x/", title="A clipping")


def written(name: str, *records: Record, notice: str = "") -> str:
    selection = Selection(
        "Articles about Russia", "https://news.example/articles/?country=ru", records, notice
    )
    return "".join(FORMATS[name].write(selection))


def rows(*records: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written("csv", *records).removeprefix("\ufeff"), newline="")))


def test_the_formats_are_these():
    assert {name: (one.suffix, one.is_citation) for name, one in FORMATS.items()} == {
        "csv": ("csv", False),
        "jsonl": ("jsonl", False),
        "markdown": ("md", False),
        "text": ("txt", True),
        "bibtex": ("bib", True),
        "ris": ("ris", True),
        "csl-json": ("json", True),
    }


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_reads_further_than_it_has_written(name):
    read: list[int] = []

    def records() -> Iterator[Record]:
        for number in range(3):
            read.append(number)
            yield replace(BARE, id=number)

    seen = []
    for _ in FORMATS[name].write(Selection("", "", records())):
        seen.append(len(read))
    assert seen[-1] == 3
    assert {1, 2, 3} <= set(seen)


def test_csv_has_a_line_for_each_article():
    assert rows(RECORD, BARE) == [
        {
            "id": "12",
            "published_on": "2025-10-16",
            "published_precision": "day",
            "clipped_on": "2025-10-17",
            "outlet": "The Courier",
            "authors": "Ada Quill; Bo Ek",
            "title": "Envoys meet",
            "standfirst": "A first round.",
            "language": "en",
            "url": "https://news.example/articles/12-envoys-meet/",
            "original_url": "https://courier.example/envoys",
            "actors": "",
            "main_actors": "",
            "countries": "Russia; Ukraine",
            "main_countries": "Russia",
            "organisations": "",
            "main_organisations": "",
            "topics": "Talks",
            "main_topics": "Talks",
        },
        {column.name: "" for column in COLUMNS}
        | {"id": "3", "title": "A clipping", "url": "https://news.example/articles/3-x/"},
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_no_cell_is_a_formula(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Envoys", "a=b", "'=1", "1-1"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=3, max_size=3))
def test_csv_comes_back_as_it_went(texts):
    title, outlet, author = map(one_line, texts)
    [row] = rows(replace(BARE, title=title, outlet=outlet, authors=(author,)))

    assert [row["title"], row["outlet"], row["authors"]] == [
        safe_cell(text) for text in (title, outlet, author)
    ]


def test_csv_is_read_as_unicode_by_spreadsheets():
    assert written("csv").encode().startswith(b"\xef\xbb\xbfid,published_on")


def test_jsonl_has_an_object_for_each_article():
    one, other = map(json.loads, written("jsonl", RECORD, BARE).splitlines())

    assert one == {
        "id": 12,
        "url": "https://news.example/articles/12-envoys-meet/",
        "title": "Envoys meet",
        "standfirst": "A first round.",
        "published_on": "2025-10-16",
        "published_precision": "day",
        "clipped_on": "2025-10-17",
        "outlet": "The Courier",
        "authors": ["Ada Quill", "Bo Ek"],
        "language": "en",
        "original_url": "https://courier.example/envoys",
        "actors": [],
        "countries": [
            {"slug": "russia", "name": "Russia", "role": "main", "salience": 0.9},
            {"slug": "ukraine", "name": "Ukraine", "role": "mentioned", "salience": 0.4},
        ],
        "organisations": [],
        "topics": [{"slug": "talks", "name": "Talks", "role": "main", "salience": 0.5}],
    }
    assert (other["published_on"], other["outlet"], other["countries"]) == (None, None, [])


def test_markdown_is_a_reading_list():
    assert written("markdown", RECORD, BARE, notice="One file holds 2 articles.") == (
        "# Articles about Russia\n\n<https://news.example/articles/?country=ru>\n\n"
        "One file holds 2 articles.\n\n"
        "- **[Envoys meet](<https://news.example/articles/12-envoys-meet/>)**  \n"
        "  The Courier, 16 October 2025, Ada Quill, Bo Ek, [original](<https://courier.example/envoys>)  \n"
        "  A first round.  \n"
        "  *Russia, Talks*\n"
        "- **[A clipping](<https://news.example/articles/3-x/>)**  \n"
        "  undated  \n"
    )


@pytest.mark.parametrize(
    "title",
    [
        "](https://evil.example)",
        "*a* _b_ `c`",
        "<script>x</script>",
        "# a | b ~~c~~ ![x](y)",
        "[a][b] &amp; \\",
    ],
)
def test_no_title_means_anything_in_markdown(title):
    text = written("markdown", replace(BARE, title=title))

    html = markdown.markdown(text)
    [shown] = re.findall(r'<strong><a href="https://news.example/articles/3-x/">(.*?)</a></strong>', html)
    assert unescape(shown) == title


CITED = {
    "text": """\
Ada Quill and Bo Ek, “Envoys meet”, The Courier, 16 October 2025. https://courier.example/envoys \
(archived at https://news.example/articles/12-envoys-meet/, clipped 17 October 2025)

“A clipping”, undated. https://news.example/articles/3-x/
""",
    "bibtex": """\
@article{newsroom-12,
  author = {Ada Quill and Bo Ek},
  title = {{Envoys meet}},
  journal = {The Courier},
  year = {2025},
  month = oct,
  day = {16},
  url = {https://courier.example/envoys},
  urldate = {2025-10-17},
  language = {en},
  note = {Archived at https://news.example/articles/12-envoys-meet/},
}

@misc{newsroom-3,
  title = {{A clipping}},
  url = {https://news.example/articles/3-x/},
}
""",
    "ris": """\
TY  - NEWS
ID  - newsroom-12
TI  - Envoys meet
AU  - Ada Quill
AU  - Bo Ek
T2  - The Courier
PY  - 2025
DA  - 2025/10/16/
Y2  - 2025/10/17/
UR  - https://courier.example/envoys
LA  - en
AB  - A first round.
KW  - Russia
KW  - Ukraine
KW  - Talks
N1  - Archived at https://news.example/articles/12-envoys-meet/
ER  -\x20
TY  - NEWS
ID  - newsroom-3
TI  - A clipping
UR  - https://news.example/articles/3-x/
ER  -\x20
""".replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", CITED)
def test_citations_of_several_articles_are_one_file(name):
    assert written(name, RECORD, BARE) == CITED[name]


def test_citations_in_json_are_one_list():
    assert json.loads(written("csl-json", RECORD, BARE)) == [
        {
            "id": "newsroom-12",
            "type": "article-newspaper",
            "title": "Envoys meet",
            "container-title": "The Courier",
            "author": [{"literal": "Ada Quill"}, {"literal": "Bo Ek"}],
            "abstract": "A first round.",
            "language": "en",
            "URL": "https://courier.example/envoys",
            "archive": "Newsroom",
            "archive_location": "https://news.example/articles/12-envoys-meet/",
            "keyword": "Russia, Ukraine, Talks",
            "issued": {"date-parts": [[2025, 10, 16]]},
            "accessed": {"date-parts": [[2025, 10, 17]]},
        },
        {
            "id": "newsroom-3",
            "type": "article-newspaper",
            "title": "A clipping",
            "URL": "https://news.example/articles/3-x/",
            "archive": "Newsroom",
            "archive_location": "https://news.example/articles/3-x/",
        },
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("csv", "\ufeff" + ",".join(column.name for column in COLUMNS) + "\r\n"),
        ("jsonl", ""),
        ("markdown", "# Articles about Russia\n\n<https://news.example/articles/?country=ru>\n\n"),
        ("text", ""),
        ("bibtex", ""),
        ("ris", ""),
        ("csl-json", "[\n]\n"),
    ],
)
def test_a_search_that_finds_nothing_is_a_file_too(name, text):
    assert written(name) == text


@pytest.mark.parametrize(
    ("title", "part", "name"),
    [
        ("Articles about Russia and “x/../y”", "", "newsroom-articles-about-russia-and-xy.csv"),
        ("All articles", "1-5000", "newsroom-all-articles-1-5000.csv"),
        ("محادثات", "", "newsroom-article.csv"),
        ("a" * 300 + "\r\nSet-Cookie: x", "", f"newsroom-{'a' * 60}.csv"),
    ],
)
def test_names_of_files_are_plain_letters(title, part, name):
    assert FORMATS["csv"].file_name(title, part=part) == name
