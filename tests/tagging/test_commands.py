"""The two commands that show what the tagger does: explain_tags for people, tag_text for programs."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from articles.management.commands.explain_tags import why
from articles.tagging import Tagger, read_data
from tests.factories import make_article

CLIPPING = """---
title: Georgia recalls its envoy
date: "2024-05-02"
categories:
- BBC
---

**The government in Tbilisi has protested against a remark that was made in another capital.**

Georgia recalled its ambassador on Thursday. Vladimir Putin was told. We ate turkey.
"""

EXPLAINED = """\
Title:      Georgia recalls its envoy
Standfirst: The government in Tbilisi has protested against a remark that was made in another
            capital.
Published:  2024-05-02
Outlet:     BBC
Body:       84 characters

Actors (1)
  Vladimir Putin [actor:vladimir-putin]  main, salience 0.61
      lead 1.0 + count 2.0 + spread 0.1 = 3.1, main from 2.0
      'Vladimir Putin' name, body 45
Countries (1)
  Georgia [country:georgia]  main, salience 0.81
      title 5.0 + standfirst 4.0 + count 2.0 + spread 0.4 + alone 4.0 = 15.4, main from 3.5
      'Georgia' name, title; 'Tbilisi' capital, standfirst; 'Georgia' name, body 0
Organisations (0)
Topics (4)
  Embassies, expulsions and breaks in relations [topic:embassies-expulsions]  main, salience 0.69
      'recalls its envoy' 20.0 + 'recalled its ambassador' 10.0 = 30.0, main from 13.5
      'recalls its envoy' trigger, title; 'recalled its ambassador' trigger, body 8
  Diplomacy and negotiation [topic:diplomacy]  mentioned, salience 0.69
      follows from a narrower topic
      'recalls its envoy' implied, title; 'recalled its ambassador' implied, body 8
  People, rights and law [topic:human-security]  mentioned, salience 0.43
      follows from a narrower topic
      'protested against' implied, standfirst
  Protests and unrest [topic:protests-unrest]  mentioned, salience 0.43
      'protested against' 10.0 = 10.0, main from 13.5
      'protested against' trigger, standfirst
Suggested persons (0)
Refused (3)
  United States [country:united-states]  'Georgia' place, title: means Georgia in this article
  United States [country:united-states]  'Georgia' place, body 0: means Georgia in this article
  Turkey [country:turkey]  'turkey' name, body 77: written in small letters

Gazetteer …, offices as of 2024-05-02
"""

SUGGESTED = """
Suggested persons (1)
  Ana Zzoto, foreign minister (pe)  main, salience 0.74
      'Ana Zzoto' name, body 25
Refused ("""


@pytest.fixture
def clipping(tmp_path):
    """Return the path of a small clipping."""
    path = tmp_path / "recall.md"
    path.write_text(CLIPPING, encoding="utf-8")
    return path


def explain(*arguments, **options) -> str:
    out = io.StringIO()
    call_command("explain_tags", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tag_text(lines: str, monkeypatch, *arguments) -> list[dict]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    out = io.StringIO()
    call_command("tag_text", "--jsonl", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_explain_tags_prints_the_clipping_as_understood(clipping):
    printed = explain(clipping)

    assert "Title:      Georgia recalls its envoy" in printed
    assert "Standfirst: The government in Tbilisi has protested" in printed
    assert "Outlet:     BBC" in printed


def test_explain_tags_prints_findings_with_evidence_and_rule(clipping):
    printed = explain(clipping)

    assert "Georgia [country:georgia]  main" in printed
    assert "'Georgia' name, title; 'Tbilisi' capital, standfirst; 'Georgia' name, body 0" in printed
    assert "'Vladimir Putin' name, body" in printed


def test_explain_tags_prints_refused_candidates_with_the_reason(clipping):
    printed = " ".join(explain(clipping).split())

    assert "Turkey [country:turkey] 'turkey' name, body 77: written in small letters" in printed


def test_what_explain_tags_prints(clipping):
    printed = explain(clipping)

    assert re.sub(r"(?<=Gazetteer )\w+", "…", printed) == EXPLAINED


def test_explain_tags_prints_persons_the_gazetteer_lacks_with_office_country_and_words(tmp_path):
    path = tmp_path / "soto.md"
    path.write_text("---\ntitle: Talks\n---\nPeru's foreign minister, Ana Zzoto, spoke in Lima.\n")

    printed = explain(path)

    assert SUGGESTED in printed


def test_explain_tags_says_that_it_suggests_nobody(clipping):
    assert "\nSuggested persons (0)\nRefused (" in explain(clipping)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("country:ge", "Georgia [country:georgia]: tagged, main"),
        ("country:turkey", "not tagged: 'turkey' name, body 77: written in small letters"),
        (
            "actor:xi-jinping",
            "Xi Jinping [actor:xi-jinping]: not tagged: none of its names stands in the article",
        ),
    ],
    ids=["a tag it has", "a refused candidate", "a name that is not there"],
)
def test_why_not_always_has_an_answer(clipping, asked, answer):
    assert answer in " ".join(explain(clipping, why_not=[asked]).split())


def test_why_not_has_an_answer_for_every_entry():
    entries = read_data()
    tagged = Tagger(entries).tag(title="Georgia recalls its envoy", body="Putin ate turkey.", on=None)

    assert [entry.slug for entry in entries if "tagged" not in " ".join(why(entry, tagged))] == []


def test_why_not_names_an_entry_the_gazetteer_lacks(clipping):
    with pytest.raises(CommandError, match="the gazetteer has no 'country:zz'; write it like country:ge"):
        explain(clipping, why_not=["country:zz"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"---\ntitle: [\n---\ntext\n",
            "{path}, line 3: broken YAML: did not find expected node content; correct that line",
        ),
        (
            b"\xff\xfe\x00title",
            "{path}, line 1: it has no title; add a line `title: ...` to its front matter, or a heading "
            "`# ...` above the text",
        ),
        (b"", "{path}: the file is empty; remove it or write the article into it"),
    ],
    ids=["bad YAML", "UTF-16 without a title", "empty"],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "recall.md"
    path.write_bytes(content)

    with pytest.raises(CommandError) as error:
        explain(path)
    assert str(error.value) == sentence.format(path=path)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"missing.md: no such file"):
        explain(tmp_path / "missing.md")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(CommandError, match="is a folder; name one file"):
        explain(tmp_path)


@pytest.mark.django_db
def test_a_stored_article_is_explained_with_the_database_gazetteer():
    article = make_article(title="Georgia recalls its envoy", body="Nothing else.")

    printed = explain(article=article.pk)

    assert "Title:      Georgia recalls its envoy" in printed
    assert "Countries (0)" in printed  # the database holds no gazetteer here


@pytest.mark.django_db
def test_persons_suggested_for_a_stored_article_are_printed():
    article = make_article(title="Talks", body="The foreign minister, Ana Zzoto, spoke.")

    printed = explain(article=article.pk)

    assert "\nSuggested persons (1)\n  Ana Zzoto, foreign minister  " in printed


@pytest.mark.django_db
def test_an_article_that_is_not_stored_is_one_sentence():
    with pytest.raises(CommandError, match="there is no article 77"):
        explain(article=77)


def test_tag_text_writes_one_line_for_each_article(monkeypatch):
    lines = (
        '{"id": "a", "title": "Peru votes", "text": "Voters in Lima queued.", "date": "2024-05-02"}\n'
        "\n"
        '{"id": 7, "title": "", "text": "The presidential election in Crimea, NATO said.", "date": "2024"}\n'
    )
    rows = tag_text(lines, monkeypatch)

    assert [row["id"] for row in rows] == ["a", "7"]
    assert [country["value"] for country in rows[0]["countries"]] == ["PE"]
    assert rows[0]["countries"][0]["role"] == "main"
    assert "UA" in [country["value"] for country in rows[1]["countries"]]
    assert [body["value"] for body in rows[1]["orgs"]] == ["NATO"]
    assert [topic["value"] for topic in rows[1]["topics"]] == ["elections"]


def test_tag_text_says_what_it_reads_instead_of_waiting_for_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal())

    with pytest.raises(
        CommandError, match=r"read from standard input, .*: .* tag_text --jsonl < articles"
    ) as error:
        call_command("tag_text")
    assert error.value.returncode == 2


def test_tag_text_marks_persons_the_gazetteer_lacks(monkeypatch):
    line = (
        '{"id": "a", "title": "", "text": "Latvian transport minister Ilze Vitolina resigned.", "date": ""}\n'
    )

    (row,) = tag_text(line, monkeypatch)

    assert [(one["value"], one["suggested"]) for one in row["persons"]] == [("Ilze Vitolina", True)]


@pytest.mark.parametrize(
    "line", ["not json", "[1, 2]", '{"id": "a", "text": ["x"]}', "[" * 100_000, '"x"', '{"body": "x"}'],
    ids=["no JSON", "a list", "a text that is a list", "deeply nested", "a string", "no text"],
)  # fmt: skip
def test_tag_text_passes_over_a_line_that_is_no_article(monkeypatch, line):
    out = io.StringIO()
    err = io.StringIO()
    lines = f'{line}\n{{"id": "b", "title": "Peru", "text": "", "date": null}}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))

    with pytest.raises(CommandError, match="1 line could not be read"):
        call_command("tag_text", "--jsonl", stdout=out, stderr=err)

    assert err.getvalue().startswith("line 1: ")
    assert json.loads(out.getvalue())["id"] == "b"
