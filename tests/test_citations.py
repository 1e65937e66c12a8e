"""One article as other people cite it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from articles.citations import Record, RecordTag, bibtex, citation, csl, one_line, ris

FULL = Record(
    id=12,
    url="https://news.example/articles/12-envoys-meet/",
    title="Envoys meet: 50% of it & more",
    standfirst="A first round.",
    outlet="The Courier",
    authors=("Ada Quill", "Bo Ek"),
    published_on=dt.date(2025, 10, 16),
    clipped_on=dt.date(2025, 10, 17),
    language="en",
    original_url="https://courier.example/a_b?c=1&d=%20",
    tags=(
        RecordTag("country", "russia", "Russia", "main", 0.9, is_main=True),
        RecordTag("topic", "sanctions", "Sanctions", "mentioned", 0.2, is_main=False),
    ),
)
BARE = Record(id=3, url="https://news.example/articles/3-x/", title="A clipping")


def test_a_citation_says_who_what_where_when_and_both_addresses():
    assert citation(FULL) == (
        "Ada Quill and Bo Ek, “Envoys meet: 50% of it & more”, The Courier, 16 October 2025. "
        "https://courier.example/a_b?c=1&d=%20 "
        "(archived at https://news.example/articles/12-envoys-meet/, clipped 17 October 2025)"
    )


def test_a_citation_leaves_out_what_is_not_known():
    assert citation(BARE) == "“A clipping”, undated. https://news.example/articles/3-x/"


@pytest.mark.parametrize(
    ("precision", "written", "tex", "line", "parts"),
    [
        (
            "day",
            "16 October 2025",
            ["year = {2025}", "month = oct", "day = {16}"],
            "2025/10/16/",
            [2025, 10, 16],
        ),
        ("month", "October 2025", ["year = {2025}", "month = oct"], "2025/10//", [2025, 10]),
        ("year", "2025", ["year = {2025}"], "2025///", [2025]),
    ],
)
def test_no_citation_knows_a_date_better_than_the_archive(precision, written, tex, line, parts):
    record = replace(FULL, published_precision=precision)

    dates = [
        field.strip(" ,")
        for field in bibtex(record).splitlines()
        if field.strip().startswith(("y", "m", "d"))
    ]
    assert f", {written}. " in citation(record)
    assert dates == tex
    assert f"DA  - {line}\r\n" in ris(record)
    assert csl(record)["issued"] == {"date-parts": [parts]}


def test_bibtex_of_an_article_with_everything():
    assert bibtex(FULL) == (
        "@article{newsroom-12,\n"
        "  author = {Ada Quill and Bo Ek},\n"
        "  title = {{Envoys meet: 50\\% of it \\& more}},\n"
        "  journal = {The Courier},\n"
        "  year = {2025},\n"
        "  month = oct,\n"
        "  day = {16},\n"
        "  url = {https://courier.example/a_b?c=1&d=%20},\n"
        "  urldate = {2025-10-17},\n"
        "  language = {en},\n"
        "  note = {Archived at https://news.example/articles/12-envoys-meet/},\n"
        "}\n"
    )


def test_bibtex_of_an_article_without_anything():
    assert bibtex(BARE) == (
        "@misc{newsroom-3,\n  title = {{A clipping}},\n  url = {https://news.example/articles/3-x/},\n}\n"
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada Quill", "Ada Quill"),
        ("Research and Analysis", "{Research and Analysis}"),
        ("Quill, Ada", "{Quill, Ada}"),
        ("AT&T", r"AT\&T"),
        ("Newsroom desk", "{Newsroom desk}"),
        ("Associated Press", "{Associated Press}"),
        ("Foreign Ministry", "{Foreign Ministry}"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
    ],
)
def test_bibtex_takes_no_name_for_two_and_turns_none_round(name, written):
    assert f"author = {{{written}}}" in bibtex(replace(FULL, authors=(name,)))


def test_no_title_ends_its_bibtex_field_or_commands_tex():
    hostile = replace(FULL, title=r"}\input{/etc/passwd}{#$%^_~", original_url="https://x.example/}\\{ b")

    text = bibtex(hostile)

    assert r"\}\textbackslash{}input\{/etc/passwd\}\{\#\$\%\textasciicircum{}\_\textasciitilde{}" in text
    assert "url = {https://x.example/%7D%5C%7B%20b}" in text


def test_ris_of_an_article_with_everything():
    assert ris(FULL).split("\r\n") == [
        "TY  - NEWS",
        "ID  - newsroom-12",
        "TI  - Envoys meet: 50% of it & more",
        "AU  - Ada Quill",
        "AU  - Bo Ek",
        "T2  - The Courier",
        "PY  - 2025",
        "DA  - 2025/10/16/",
        "Y2  - 2025/10/17/",
        "UR  - https://courier.example/a_b?c=1&d=%20",
        "LA  - en",
        "AB  - A first round.",
        "KW  - Russia",
        "KW  - Sanctions",
        "N1  - Archived at https://news.example/articles/12-envoys-meet/",
        "ER  - ",
        "",
    ]


def test_csl_of_an_article_with_everything_and_without():
    assert csl(FULL) == {
        "id": "newsroom-12",
        "type": "article-newspaper",
        "title": "Envoys meet: 50% of it & more",
        "container-title": "The Courier",
        "author": [{"literal": "Ada Quill"}, {"literal": "Bo Ek"}],
        "abstract": "A first round.",
        "language": "en",
        "URL": "https://courier.example/a_b?c=1&d=%20",
        "archive": "Newsroom",
        "archive_location": "https://news.example/articles/12-envoys-meet/",
        "keyword": "Russia, Sanctions",
        "issued": {"date-parts": [[2025, 10, 16]]},
        "accessed": {"date-parts": [[2025, 10, 17]]},
    }
    assert csl(BARE) == {
        "id": "newsroom-3",
        "type": "article-newspaper",
        "title": "A clipping",
        "URL": "https://news.example/articles/3-x/",
        "archive": "Newsroom",
        "archive_location": "https://news.example/articles/3-x/",
    }


def test_a_text_becomes_one_line_that_xml_can_hold():
    assert one_line("a\x01b\r\nER  - \x0c c\ud800\ufffe d\u2028e") == "ab ER - c d e"
