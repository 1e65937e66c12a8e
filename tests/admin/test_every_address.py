"""Every address of the desk, with every role and without one, read and sent to: nothing is left to chance.

The addresses come from the resolver.  One that no table names makes a test fail: say in
`tests.admin.test_roles` who may open it (`PAGES` for pages of a table, `DESK` for the desk's own).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver

from articles.models import AuditItem
from tests.admin import test_roles
from tests.admin.test_roles import (
    ADMIN,
    DESK,
    DESK_ROWS,
    MODELS,
    NOBODY,
    PAGES,
    PEOPLE,
    TABLES,
    VIEWER,
    is_allowed,
    may,
    snapshot,
)  # fmt: skip

pytestmark = pytest.mark.django_db
people, archive = test_roles.people, test_roles.archive

# The first role that may read an address, and that may send something to it; None where nobody may.
type Who = tuple[str | None, str | None]

# Of the pages that Django makes for a table: what one must be allowed to do there.
STANDARD = {
    "changelist": ("v", "v"), "add": ("a", "a"), "history": ("v", "v"), "delete": ("d", "d"),
    "change": ("v", "c"), "": ("", ""),  # an address without its last word leads to the form
}  # fmt: skip
# Of the site itself: whoever is on the staff may, but for who is not logged in at all.
SITE: dict[str, Who] = {
    "index": (NOBODY, NOBODY),
    "login": (NOBODY, NOBODY),
    "logout": (None, NOBODY),
    "password_change": (NOBODY, NOBODY),
    "password_change_done": (NOBODY, NOBODY),
    "autocomplete": (VIEWER, None),
    "jsi18n": (NOBODY, NOBODY),
    "view_on_site": (NOBODY, NOBODY),
    "app_list": (VIEWER, VIEWER),  # to others there is no such page: 404
    "(?P<url>.*)$": (NOBODY, NOBODY),  # takes what nothing else took, and finds nothing
}
OPEN = {"login", "logout"}  # to people who are not logged in; the latter leads them to the index


def walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield every pattern below /admin/, with its name or, if it has none, its own words."""
    for one in patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, pattern)
        else:
            yield one.name or (pattern if not before else f"{before}:redirect"), pattern


ADDRESSES = dict(walk(admin.site.get_urls()))


def table_of(name: str, pattern: str) -> str:
    """Return the label of the table whose page this is; nothing for a page of the site or the desk."""
    words = pattern.split("/")
    label = ".".join(words[:2])
    return label if label in MODELS and name not in DESK else ""


def who_may(name: str, pattern: str) -> Who | None:
    """Return who may read and who may send; None for an address that no table names."""
    if name in DESK:
        return DESK[name]
    if name in PAGES:
        return PAGES[name]
    label = table_of(name, pattern)
    page = name.removeprefix(f"{label.replace('.', '_')}_") if label else name
    page = "" if page.endswith(":redirect") else page
    if label in TABLES and page in STANDARD:
        reading, sending = (first_with(label, letter) for letter in STANDARD[page])
        return reading, sending
    return SITE.get(name)


def first_with(label: str, letter: str) -> str | None:
    """Return the first role that may do this to a table's rows; None if nobody may."""
    if not letter:
        return NOBODY
    return next((person for person in PEOPLE if letter in may(TABLES[label], person)), None)


def address_of(name: str, pattern: str) -> str:
    """Return the address, with rows that there are."""
    label = table_of(name, pattern)
    model = DESK_ROWS.get(name) or MODELS.get(label)
    pk = model._default_manager.order_by("pk").last().pk if model else 1
    if name == "app_list":
        return "/admin/articles/"
    if name == "(?P<url>.*)$":
        return "/admin/no/such/page/"
    if name == "autocomplete":
        return f"/admin/{pattern}?app_label=articles&model_name=tagging&field_name=tag&term=a"
    return "/admin/" + re.sub(r"<(?:\w+:)?\w+>", str(pk), pattern)


@pytest.fixture
def ask(client, archive):
    """Return a function that says how the desk answers who reads an address or sends nothing to it.

    What was sent before may have removed the row that an address is about.
    """
    AuditItem.objects.update(verdict="wrong")
    addresses = {name: address_of(name, pattern) for name, pattern in ADDRESSES.items()}

    def answer(way: str, name: str) -> HttpResponse:
        return getattr(client, way)(addresses[name])

    return answer


def requests() -> Iterator[tuple[str, str, str | None]]:
    """Yield each address with both ways of asking, and the first role that may; logging out comes last."""
    for name in sorted(ADDRESSES, key=lambda name: (name == "logout", name)):
        reading, sending = who_may(name, ADDRESSES[name]) or (None, None)
        yield from [("get", name, reading), ("post", name, sending)]


# --- The tables are complete ------------------------------------------------------------------------------


def test_every_address_is_in_a_table():
    assert [name for name, pattern in ADDRESSES.items() if who_may(name, pattern) is None] == []


def test_no_table_names_an_address_that_there_is_not():
    assert {*DESK, *PAGES, *SITE} - set(ADDRESSES) == set()


# --- Each role against each address -----------------------------------------------------------------------


@pytest.mark.parametrize("person", PEOPLE)
def test_an_address_answers_whom_it_should_and_nobody_else(client, people, ask, person):
    client.force_login(people[person])
    wanted = [one for one in requests() if one[2] is not None and is_allowed(one[2], person)]
    refused = [one for one in requests() if one not in wanted]
    before = snapshot()

    answers = {(way, name): ask(way, name).status_code for way, name, _ in refused if name != "app_list"}
    is_unchanged = snapshot() == before
    given = {(way, name): ask(way, name).status_code for way, name, _ in wanted}

    assert {asked: status for asked, status in answers.items() if status not in {403, 405}} == {}
    assert is_unchanged
    assert {asked: status for asked, status in given.items() if status == 403 or status >= 500} == {}


@pytest.mark.parametrize("has_account", [False, True], ids=["nobody", "somebody who is not on the staff"])
def test_who_is_not_on_the_staff_is_asked_to_log_in_whatever_the_address(
    client, django_user_model, ask, has_account
):
    if has_account:
        client.force_login(django_user_model.objects.create_user("reader"))
    before = snapshot()

    answers = {(way, name): ask(way, name) for way, name, _ in requests() if name not in OPEN}

    assert {
        asked: (response.status_code, response.headers.get("Location", ""))
        for asked, response in answers.items()
        if response.status_code != 302 or not response["Location"].startswith("/admin/login/?next=")
    } == {}
    assert snapshot() == before


def test_reading_changes_nothing(client, people, ask):
    client.force_login(people[ADMIN])
    before = snapshot()

    for name in ADDRESSES:
        ask("get", name)

    assert snapshot() == before
