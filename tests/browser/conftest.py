"""A real Chromium, and a small archive to read in it."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from articles.models import Alias, Article, Office
from tests.factories import make_article, make_tag, make_tagging

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing; on Debian: apt-get install chromium")
    # The driver keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Start the server once the test database exists, so that it shares the connection to it."""
    return live_server


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window: ``open_page(width=360, color_scheme="dark")``.

    When the test ends, no page may have had an error, a violation of the security policy, a missing file, a
    cookie, or a request to another site.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window(*, width: int = 1440, **options) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_complaint(message)))
        page.on("request", lambda request: complaints.extend(_stranger(request, live_server.url)))
        page.on("response", lambda response: complaints.extend(_missing(response)))
        return page

    yield open_window
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert complaints == []
    assert cookies == []


@pytest.fixture
def open_for(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window in which somebody is logged in: ``open_for(alice, width=360)``.

    When the test ends, no page may have had an error or a violation of the security policy.  ``complain``
    returns what of a message of the console counts; by default every error and warning.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window(person, *, width: int = 1440, complain=_any_complaint, **options) -> Page:
        client = Client()
        client.force_login(person)
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(complain(message)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def _any_complaint(message) -> list[str]:
    return [message.text] if message.type in {"error", "warning"} else []


def _complaint(message) -> list[str]:
    # The status of a page that is rightly missing is logged as well; see _missing for files.
    is_status = message.text.startswith("Failed to load resource")
    # A connection that a test cuts is reported by htmx too.
    is_cut = message.text.startswith("htmx: htmx:error: Failed to fetch")
    return [] if is_status or is_cut else _any_complaint(message)


def _missing(response) -> list[str]:
    is_file = response.request.resource_type not in {"document", "fetch"}
    return [f"{response.status}: {response.url}"] if response.status >= 400 and is_file else []


def _stranger(request, own: str) -> list[str]:
    return [] if request.url.startswith((own, "data:")) else [f"request to {request.url}"]


@pytest.fixture
def archive(live_server) -> Article:
    """Return the article that the tests read, in an archive with every kind of tag."""
    tags = {
        "country/Russia": ("ru", ["Russia", "Russian", "Moscow"]),
        "country/Ukraine": ("ua", ["Ukraine", "Kyiv"]),
        "actor/Vladimir Putin": ("", ["Vladimir Putin", "Putin"]),
        "organisation/NATO": ("", ["NATO"]),
        "topic/Sanctions": ("", ["sanctions"]),
    }
    made = {name: make_tag(name, key=key, description="One line.") for name, (key, _) in tags.items()}
    make_tag("topic/Export controls", parent=made["topic/Sanctions"])
    make_tag("actor/Nobody Yet")
    Alias.objects.create(tag=made["country/Russia"], text="Russian", kind=Alias.Kind.DEMONYM)
    Office.objects.create(
        holder=made["actor/Vladimir Putin"], of=made["country/Russia"], title="President",
        role="head_of_state", start_on=dt.date(2012, 5, 7),
    )  # fmt: skip
    article = make_article(
        title="Envoys of Russia and Ukraine meet in Ankara",
        standfirst="The first round of talks about sanctions ends without a date for the next.",
        body=(
            "Moscow said it would go on talking to Kyiv. Vladimir Putin was told of the result at night.\n\n"
            "Diplomats of NATO followed the talks. The Russian side asked for sanctions to be lifted.\n\n"
            + "A long afternoon of talks followed, with one break.\n\n"
            * 12
        ),
        outlet="The Courier",
        authors=["Ada Quill"],
        url="https://courier.example/envoys",
        clipped_on=dt.date(2025, 10, 17),
    )
    for name, (_, words) in tags.items():
        is_main = name == "country/Russia"
        make_tagging(
            article, made[name], mentions=_mentions(article, words), release="3fa9c01be2d7",
            role="main" if is_main else "mentioned", salience=0.9 if is_main else 0.4,
        )  # fmt: skip
    make_article(title="Gas talks resume", tags=[made["country/Russia"]], published_on=dt.date(2019, 5, 2))
    make_article(title="A clipping without anything", body="", published_on=None)
    make_article(title="انطلاق محادثات السلام في جنيف", body="بدأت المحادثات.", language="ar")
    for number in range(30):
        make_article(title=f"Brief number {number}", published_on=dt.date(2018, 1, 1 + number))
    return article


def _mentions(article: Article, words: list[str]) -> list[list[object]]:
    return [
        [part, match.start(), match.end(), "name"]
        for part in ("title", "standfirst", "body")
        for match in re.finditer(rf"\b(?:{'|'.join(words)})\b", getattr(article, part))
    ]
