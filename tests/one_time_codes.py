"""One-time codes, where they are on.

`tests/test_logins.py` runs these tests with ONE_TIME_CODES=1, in a process of their own.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.models import Tag
from tests.admin.test_every_address import ADDRESSES, walk
from tests.factories import make_tag

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ENTER, SET_UP, PEOPLE = "/admin/code/", "/admin/code/new/", "/admin/code/people/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def log_in(client: Client, name: str = "alice"):
    sent = {"username": name, "password": PASSWORD, "next": reverse("admin:index")}
    return client.post(reverse("admin:login"), sent, follow=True)


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def key_on(page) -> bytes:
    """Return the key that a page shows, as an app reads it from the address."""
    address = html.unescape(re.search(r'href="(otpauth://[^"]+)"', page.content.decode())[1])
    return b32decode(parse_qs(urlsplit(address).query)["secret"][0])


def code_of(key: bytes) -> str:
    """Return what the app shows now."""
    return f"{totp(key):06}"


def set_up(client: Client, name: str = "alice") -> tuple[bytes, list[str]]:
    """Log in, set codes up, and return the key and the recovery codes; a minute passes."""
    key = key_on(log_in(client, name))
    page = client.post(SET_UP, {"code": code_of(key)}).content.decode()
    return key, re.findall(r"<li><code>(\w+)</code></li>", page)


@pytest.fixture
def phone(alice, clock) -> tuple[bytes, list[str]]:
    """Return the key and the recovery codes of Alice, who set codes up a minute ago."""
    found = set_up(Client())
    clock.shift(60)
    return found


# --- Setting up -------------------------------------------------------------------------------------------


def test_who_has_no_codes_sets_them_up_after_the_password(client, alice):
    page = log_in(client)

    assert page.redirect_chain[-1][0].startswith(SET_UP)
    assert "authenticator app" in page.content.decode()
    assert not is_in(client)


def test_a_code_of_the_key_switches_them_on_and_shows_recovery_codes_once(client, alice):
    key, codes = set_up(client)

    assert is_in(client)
    assert len(set(codes)) == 10
    assert TOTPDevice.objects.get().bin_key == key
    page = client.get(SET_UP).content.decode()
    assert [code for code in codes if code in page] == []
    assert "10 recovery codes are left" in page


def test_a_wrong_code_switches_nothing_on_and_the_key_stays(client, alice):
    key = key_on(log_in(client))

    page = client.post(SET_UP, {"code": "000000"})

    assert "The app shows another code" in page.content.decode()
    assert key_on(page) == key
    assert not TOTPDevice.objects.exists()
    assert not is_in(client)


def test_the_session_gets_another_key_once_a_code_was_given(client, alice, settings):
    key = key_on(log_in(client))
    before = client.cookies[settings.SESSION_COOKIE_NAME].value

    client.post(SET_UP, {"code": code_of(key)})

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before


def test_a_password_alone_puts_no_other_phone_in_place_of_the_right_one(client, phone):
    log_in(client)

    assert client.get(SET_UP).url.startswith(ENTER)
    assert client.post(SET_UP, {"code": "000000"}).url.startswith(ENTER)
    assert client.post(reverse("admin:code_recovery")).url.startswith("/admin/login/")
    assert TOTPDevice.objects.get().bin_key == phone[0]


def test_who_is_in_may_move_to_another_phone_and_the_former_one_is_worth_nothing(client, phone, clock):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})
    key = key_on(client.get(SET_UP))
    client.post(SET_UP, {"code": code_of(key)})
    clock.shift(60)

    elsewhere = Client()
    log_in(elsewhere)
    elsewhere.post(ENTER, {"code": code_of(phone[0])})
    assert not is_in(elsewhere)
    clock.shift(60)
    elsewhere.post(ENTER, {"code": code_of(key)})
    assert is_in(elsewhere)


def test_new_recovery_codes_make_the_former_ones_worth_nothing(client, phone):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})

    page = client.post(reverse("admin:code_recovery")).content.decode()

    new = re.findall(r"<li><code>(\w+)</code></li>", page)
    assert len(new) == 10
    assert set(new) & set(phone[1]) == set()
    assert StaticDevice.objects.get().token_set.count() == 10


# --- Logging in -------------------------------------------------------------------------------------------


def test_the_password_alone_opens_no_page_of_the_desk(client, phone):
    page = log_in(client)
    assert page.redirect_chain[-1][0].startswith(ENTER)

    pages = [
        pattern for name, pattern in ADDRESSES.items()
        if not name.startswith("code") and name not in {"login", "logout"}
    ]  # fmt: skip

    answers = {pattern: client.get("/admin/" + re.sub(r"<[^>]*>", "1", pattern)) for pattern in pages}
    assert {
        pattern: response.status_code
        for pattern, response in answers.items()
        if response.status_code != 302 or not response["Location"].startswith("/admin/login/?next=")
    } == {}


def test_the_code_of_the_phone_lets_in_and_leads_where_one_wanted_to_go(client, phone):
    target = reverse("admin:articles_tag_changelist")
    client.post(reverse("admin:login"), {"username": "alice", "password": PASSWORD, "next": target})
    page = client.get(target, follow=True)
    assert f'name="next" value="{target}"' in page.content.decode()

    response = client.post(
        ENTER, {"code": f" {code_of(phone[0])[:3]} {code_of(phone[0])[3:]} ", "next": target}
    )

    assert response.url == target
    assert is_in(client)


def test_a_code_lets_in_once(client, phone):
    code = code_of(phone[0])
    for number, expected in enumerate([True, False]):
        visitor = Client()
        log_in(visitor)
        visitor.post(ENTER, {"code": code})
        assert is_in(visitor) is expected, number


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(client, phone):
    code = phone[1][0]
    log_in(client)
    page = client.post(ENTER, {"code": f"{code[:4]}-{code[4:]}".upper()}, follow=True).content.decode()
    assert "9 are left" in page
    assert is_in(client)

    elsewhere = Client()
    log_in(elsewhere)
    elsewhere.post(ENTER, {"code": code})
    assert not is_in(elsewhere)


def test_codes_that_are_wrong_make_one_wait_even_with_the_right_one(client, phone, clock):
    log_in(client)
    for _ in range(5):
        client.post(ENTER, {"code": "000000"})
        clock.shift(20)

    client.post(ENTER, {"code": "000000"})  # the sixth: 32 seconds
    page = client.post(ENTER, {"code": code_of(phone[0])}).content.decode()
    assert "Wait 32 seconds" in page
    assert not is_in(client)

    clock.shift(33)
    client.post(ENTER, {"code": code_of(phone[0])})
    assert is_in(client)


def test_recovery_codes_cannot_be_guessed_faster(client, phone):
    log_in(client)
    client.post(ENTER, {"code": "aaaaaaaa"})

    page = client.post(ENTER, {"code": phone[1][0]}).content.decode()

    assert "Wait 1 second," in page
    assert not is_in(client)


@pytest.mark.parametrize(
    "code",
    ["", "0", "x" * 10_000, "a\0b", "١٢٣٤٥٦", "12345６", "-12345", "1e5", "😀", "0" * 40, "' OR 1=1 --"],
)
def test_an_absurd_code_is_a_wrong_one(client, phone, code):
    log_in(client)

    response = client.post(ENTER, {"code": code})

    assert response.status_code == 200
    assert "That code is not right" in response.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "a\0b"])
def test_a_code_leads_nowhere_else(client, phone, target):
    log_in(client)

    response = client.post(ENTER, {"code": code_of(phone[0]), "next": target})

    assert response.status_code == 302
    assert "evil" not in response.url
    assert "javascript" not in response.url


def test_logging_out_takes_the_code_along(client, phone, clock):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})
    client.post(reverse("admin:logout"))

    log_in(client)

    assert not is_in(client)


def test_one_who_is_not_on_the_staff_is_asked_for_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("reader"))

    assert client.get(ENTER).url.startswith("/admin/login/")
    assert client.get(SET_UP).url.startswith("/admin/login/")
    assert not TOTPDevice.objects.exists()


def test_pages_about_codes_are_kept_by_nobody_and_under_the_strict_policy(client, phone):
    log_in(client)

    for page in (ENTER, SET_UP):
        response = client.get(page, follow=True)
        assert "no-store" in response["Cache-Control"]
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert "style=" not in response.content.decode()


def test_readers_need_no_code(client, db):
    make_tag("topic/Ports")

    assert client.get("/topics/ports/").status_code == 200
    assert Tag.objects.count() == 1


# --- Lost phones ------------------------------------------------------------------------------------------


def test_an_administrator_takes_codes_away_and_new_ones_are_set_up(client, alice, bob, phone):
    set_up(Client(), "bob")
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})
    assert "from bob" in client.get(PEOPLE).content.decode()

    client.post(PEOPLE, {"name": "bob"})

    assert not TOTPDevice.objects.filter(user=bob).exists()
    assert not StaticDevice.objects.filter(user=bob).exists()
    assert log_in(Client(), "bob").redirect_chain[-1][0].startswith(SET_UP)


def test_who_loses_the_codes_is_out_with_the_next_page(client, phone, alice):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})

    call_command("reset_codes", "alice")

    assert not is_in(client)


def test_the_index_leads_administrators_there(client, phone):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})

    assert f'href="{PEOPLE}"' in client.get(reverse("admin:index")).content.decode()


def test_nobody_else_takes_codes_away(client, bob, phone):
    bob.user_permissions.set(Permission.objects.all())
    set_up(client, "bob")

    assert client.get(PEOPLE).status_code == 403
    assert client.post(PEOPLE, {"name": "alice"}).status_code == 403
    assert TOTPDevice.objects.filter(user__username="alice").exists()


@pytest.mark.parametrize("name", ["", "nobody", "a\0b", "x" * 10_000])
def test_taking_away_from_nobody_is_said(client, phone, name):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})

    page = client.post(PEOPLE, {"name": name}, follow=True).content.decode()

    assert "Nothing was changed" in page


def test_the_command_says_what_it_did(capsys, phone):
    call_command("reset_codes", "alice")
    call_command("reset_codes", "alice")

    assert capsys.readouterr().out.splitlines() == [
        "alice has no codes any more; the next login sets up new ones.", "alice had none set up.",
    ]  # fmt: skip
    with pytest.raises(CommandError, match="nobody is called 'nobody'"):
        call_command("reset_codes", "nobody")


def test_the_desk_shows_nobodys_key(client, phone):
    log_in(client)
    client.post(ENTER, {"code": code_of(phone[0])})
    key = TOTPDevice.objects.get().key

    assert [model for model in admin.site._registry if model._meta.app_label.startswith("otp")] == []
    assert {name for name, _ in walk(admin.site.get_urls())} & {"otp_totp_totpdevice_config"} == set()
    for page in ("/admin/", PEOPLE, reverse("admin:auth_user_changelist")):
        assert key not in client.get(page).content.decode()
