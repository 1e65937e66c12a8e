"""Hostile queries and requests, as collected in the shared folder, sent to the routes there are."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from articles.models import Article
from tests.factories import make_article

pytestmark = pytest.mark.django_db

ROUTES = {
    "{list}": "/articles/",
    "{search}": "/articles/",
    "{api}": "/api/v1/articles/",
    "{feed}": "/articles/feed/",
    "{published_id}": "{published_id}-ministers-meet-in-vienna",
    " (related articles, prev/next)": "",
}
ABSENT = re.compile(r"^/(feed|export|archive|media|og-image|static)\b|\.json$|^/[^/]*$|^/x%|^/%")
# The server in front of Django answers these.
NOT_OURS = {"HTT-032": "request smuggling", "HTT-010": "ranges of static files"}


def is_400(response) -> bool:
    return response.status_code == 400


def is_404(response) -> bool:
    return response.status_code == 404


def is_answered(response) -> bool:
    return response.status_code in {200, 404}


def has_a_problem_shown_and_nothing_else(response) -> bool:
    html = response.content.decode()
    return response.status_code == 200 and "is-problem" in html and 'class="story"' not in html


def is_refused_with_a_sentence(response) -> bool:
    return response.status_code == 400 and b"characters, these are" in response.content


def says_what_was_ignored(response) -> bool:
    return response.status_code in {200, 400} and b"is-problem" in response.content


def has_a_page_or_a_problem(response) -> bool:
    # Punctuation alone, or more than 200 characters, is refused with a sentence instead of a result.
    return response.status_code == 200


def is_json(response) -> bool:
    return json.loads(response.content, parse_constant=pytest.fail) is not None


def is_a_feed(response) -> bool:
    entry = ElementTree.fromstring(response.content).find("{*}entry/{*}title")
    return response.status_code == 200 and entry is not None and str(entry.text).startswith("Ministers meet")


def is_no_error(response) -> bool:
    return response.status_code < 500


# What a case expects, by how the sentence begins.
EXPECTED: dict[str, Callable[..., bool]] = {
    "404 or a clamped page": is_answered,
    "404 or empty 200": is_answered,
    "404": is_404,
    "400 or ignored": is_no_error,
    "400 or connection closed": is_400,
    "400": is_400,
    "414/400 from server or app cap": is_refused_with_a_sentence,
    "200 with results for the literal words": has_a_page_or_a_problem,
    "200 with form error shown": has_a_problem_shown_and_nothing_else,
    "200 empty, says so": has_a_problem_shown_and_nothing_else,
    "200 or 404, value escaped": has_a_problem_shown_and_nothing_else,
    "no regex lookups are exposed": says_what_was_ignored,
    "status < 500, ends within limit, message tells": is_no_error,
    "ignored unless a trusted proxy is configured": is_a_feed,
    "200, character removed": is_a_feed,
    "ignored": is_no_error,
    "no off-site redirect": says_what_was_ignored,
    "valid JSON": is_json,
    "": is_no_error,
}


def read_cases(shared: Path) -> list[dict]:
    lines = (shared / "hostile" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    return [
        case
        for case in cases
        if case["area"] in {"query", "http"} and case["how"] == "http" and case["id"] not in NOT_OURS
    ]


def send(client, case: dict, hidden: int, published: int):
    """Return the answer to one case, at the route of ours that its address stands for."""
    request = case["input"]
    path = request["path"]
    for name, ours in ROUTES.items():
        path = path.replace(name, ours)
    path = path.replace("{draft_id}", str(hidden)).replace("{published_id}", str(published))
    if "U+0001" in request.get("setup", ""):
        Article.objects.filter(pk=published).update(title="Ministers\x01 meet")
    headers = {name: value for name, value in request.get("headers", {}).items() if name != "Content-Type"}
    if request["method"] == "POST":
        kind = request.get("headers", {}).get("Content-Type", "multipart/form-data; boundary=part")
        part = '--part\r\nContent-Disposition: form-data; name="p{}"\r\n\r\n1\r\n'
        parts = "".join(map(part.format, range(10_000)))
        body = parts if "multipart" in request.get("body", "") else request.get("body", "x")
        return client.post(path, body, content_type=kind, headers=headers)
    return client.generic(request["method"], path, headers=headers)


def complaints(case: dict, response) -> list[str]:
    """Return what an answer does wrong, whatever the case."""
    found = []
    if response.status_code >= 500:
        found.append(f"status {response.status_code}")
    if b"<script>alert" in response.content:
        found.append("script reflected")
    if b"evil.example" in response.content:
        found.append("a stranger's name in the answer")
    if any("evil" in response.headers.get(name, "") for name in ("Location", "Access-Control-Allow-Origin")):
        found.append("led or allowed off site")
    if "as" not in case["input"] and not case["input"]["path"].startswith("/admin") and response.cookies:
        found.append("a cookie")
    if "Content-Security-Policy" not in response.headers:
        found.append("no security policy")
    return found


def test_every_hostile_request_is_answered_as_it_should(client, alice, shared, caplog):
    published = make_article().pk
    hidden = make_article(title="SECRETWORD", body="SECRETWORD", status=Article.Status.DRAFT).pk

    wrong = {}
    for case in read_cases(shared):
        if case["input"].get("as") or case["id"] == "QUE-036":
            client.force_login(alice)
        caplog.clear()
        response = send(client, case, hidden, published)
        client.logout()
        client.cookies.clear()
        expect = next(check for start, check in EXPECTED.items() if case["expected"].startswith(start))
        if ABSENT.search(case["input"]["path"]):
            expect = is_404
        found = complaints(case, response)
        if not expect(response):
            found.append(f"{response.status_code}, expected {case['expected']!r}")
        if any(re.search(r"[\x00-\x1f\x7f]", record.getMessage()) for record in caplog.records):
            found.append("a control character in the log")
        if found:
            wrong[case["id"], case["input"]["path"][:60]] = found
    assert wrong == {}


def test_a_hidden_article_cannot_be_told_from_a_missing_one(client, shared):
    published = make_article(tags=["topic/Talks"]).pk
    cases = [case for case in read_cases(shared) if case["title"].startswith("draft/rejected leak")]
    before = [send(client, case, 900_001, published) for case in cases]

    for number, status in enumerate((Article.Status.DRAFT, Article.Status.WITHDRAWN)):
        make_article(id=900_001 + number, title="SECRETWORD", main=["topic/Talks"], status=status)

    after = [send(client, case, 900_001, published) for case in cases]
    assert len(cases) > 5
    assert [(r.status_code, r.content) for r in after] == [(r.status_code, r.content) for r in before]
