"""The `curl` examples of the documents do what stands beside them, on the archive of a new installation."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import QueryDict

from articles.lists.searchbox import redirect_of
from articles.models import Article
from tests.factories import make_article

DOCS = Path(__file__).resolve().parent.parent / "docs"
DOCUMENTS = [DOCS / "search.md", DOCS / "api.md", DOCS / "exports.md"]
SITE = "http://127.0.0.1:8000"

# What follows the pipe: each of these programs of jq prints these lines.
PRINTED: dict[str, Callable[[dict], list[str]]] = {
    ".title": lambda answer: [answer["title"]],
    ".notes[]": lambda answer: answer["notes"],
    ".title, .notes[]": lambda answer: [answer["title"], *answer["notes"]],
    ".suggestions[0].operator": lambda answer: [answer["suggestions"][0]["operator"]],
    ".suggestions[].name": lambda answer: [one["name"] for one in answer["suggestions"]],
    ".errors[][]": lambda answer: [message for messages in answer["errors"].values() for message in messages],
}


def examples(document: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a document, and the lines that are said to come of it."""
    for block in re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
        command, lines = "", []
        for line in [*block.splitlines(), ""]:
            if line.startswith("#> "):
                lines.append(line.removeprefix("#> "))
                continue
            if command.startswith("curl "):
                yield command, lines
            command, lines = line, []


def run(client, command: str) -> list[str]:
    """Return what the command prints; nothing for one that prints a whole answer, which must be one."""
    words = shlex.split(command)
    curl, jq = (words[: words.index("|")], words[words.index("|") + 1 :]) if "|" in words else (words, [])
    url = next(word for word in curl if word.startswith(SITE))
    pairs = parse_qsl(urlsplit(url).query)
    for option, value in pairwise(curl):
        if option in {"-d", "--data-urlencode"}:
            pairs.append(tuple(value.split("=", 1)))
    # The documents name the first article of an archive; PostgreSQL numbers on after other tests.
    path = re.sub(r"/1/", f"/{Article.objects.earliest('pk').pk}/", urlsplit(url).path)
    response = client.get(f"{path}?{urlencode(pairs)}")
    if "%{redirect_url}\\n" in curl:
        return [SITE + response["Location"]]
    if jq:
        return PRINTED[jq[-1]](response.json())
    assert response.status_code == 200
    return []


@pytest.fixture
def gazetteer(db) -> None:
    call_command("load_gazetteer")


def test_the_examples_of_the_documents_do_what_stands_beside_them(gazetteer, client):
    call_command("import_articles", str(settings.NEWSROOM_SEEDS))

    told = [example for document in DOCUMENTS for example in examples(document)]

    assert len(told) > 15
    assert [(command, run(client, command)) for command, _ in told] == told


def test_the_table_of_the_search_box_is_what_lines_become(gazetteer):
    make_article(outlet="Newsroom Briefs")
    section = (DOCS / "search.md").read_text("utf-8").split("\n## The search box\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", section, re.MULTILINE)

    assert len(rows) > 9
    assert [(line, redirect_of(QueryDict(urlencode({"q": line})), "")) for line, _ in rows] == [
        (line, f"?{query}") for line, query in rows
    ]
