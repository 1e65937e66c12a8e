"""Logins: what fails too often waits, whoever asks learns nothing, sessions end when they should."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from newsroom.logins import client_address
from tests.conftest import PROJECT

PASSWORD = "correct horse battery"
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


def log_in(client: Client, name: str = "alice", password: str = PASSWORD, **extra: object):
    """Return the answer to a login."""
    return client.post(reverse("admin:login"), {"username": name, "password": password}, **extra)


def fail(client: Client, count: int, name: str = "alice", **extra: object) -> list[int]:
    """Fail to log in so often, and return the answers' statuses."""
    return [log_in(client, name, "wrong", **extra).status_code for _ in range(count)]


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def test_the_fifth_failure_makes_the_address_wait(client, alice):
    assert fail(client, 5) == [200, 200, 200, 200, 429]


def test_who_waits_is_not_let_in_with_the_right_password_either(client, alice):
    fail(client, 5)

    assert log_in(client).status_code == 429
    assert not is_in(client)


def test_the_page_says_when_to_try_again(client, alice):
    with time_machine.travel(NOW, tick=False):
        fail(client, 5)
        response = log_in(client)

    page = re.sub(r"\s+", " ", response.content.decode())
    assert "Too many logins have failed" in page
    assert "09:15 UTC</time>, in 15 minutes." in page
    assert response["Retry-After"] == "900"
    assert "Content-Security-Policy" in response


def test_after_the_wait_the_right_password_is_enough(client, alice):
    with time_machine.travel(NOW, tick=False):
        fail(client, 5)
    with time_machine.travel(NOW + dt.timedelta(minutes=15, seconds=1), tick=False):
        assert log_in(client).status_code == 302


def test_trying_while_one_waits_does_not_make_the_wait_longer(client, alice):
    with time_machine.travel(NOW, tick=False):
        fail(client, 5)
    with time_machine.travel(NOW + dt.timedelta(minutes=14), tick=False):
        fail(client, 3)
    with time_machine.travel(NOW + dt.timedelta(minutes=16), tick=False):
        assert log_in(client).status_code == 302


def test_failures_from_elsewhere_lock_nobody_out(client, alice):
    fail(client, 5, REMOTE_ADDR="203.0.113.9")

    assert log_in(client).status_code == 302


def test_a_login_that_succeeds_forgets_the_failures_before_it(client, alice):
    fail(client, 4)
    log_in(client)

    assert fail(Client(), 4) == [200, 200, 200, 200]


def test_one_password_tried_on_many_names_makes_the_address_wait(client, db):
    answers = [log_in(client, f"name{number}", "summer2026").status_code for number in range(50)]

    assert answers == [200] * 19 + [429] * 31


def test_an_account_of_ones_own_gives_no_more_tries_at_others(client, alice, bob):
    for number in range(10):
        log_in(client, f"name{number}", "summer2026")
    log_in(Client(), "bob")
    answers = [log_in(client, f"other{number}", "summer2026").status_code for number in range(10)]

    assert answers == [200] * 9 + [429]


def test_a_name_that_exists_is_answered_like_one_that_does_not(alice):
    def answers(name: str, address: str) -> list[str]:
        client = Client(REMOTE_ADDR=address)
        with time_machine.travel(NOW, tick=False):
            pages = [log_in(client, name, "wrong").content.decode() for _ in range(7)]
        return [re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page) for page in pages]

    known, unknown = answers("alice", "203.0.113.1"), answers("malic", "203.0.113.2")

    assert [page.replace("alice", "malic") for page in known] == unknown


def test_what_is_kept_of_a_failure_holds_no_password(client, alice):
    log_in(client, password="my real password for another site")

    kept = AccessAttempt.objects.values().get()
    assert "my real password" not in str(kept)


@pytest.mark.parametrize(
    ("name", "password"),
    [("a\0b", "x"), ("😀", "x"), ("n" * 5_000, "x"), ("alice", "x" * 1_000_000), ("", ""), ("alice", "a\0b")],
    ids=["NUL", "emoji", "long name", "long password", "nothing", "NUL in the password"],
)
def test_an_absurd_name_or_password_is_a_form_error(client, alice, name, password):
    response = log_in(client, name, password)

    assert response.status_code == 200
    assert b"errornote" in response.content


# --- Behind proxies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 192.0.2.7", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "nonsense", None),
        (1, "", None),
    ],
    ids=[
        "no proxy", "no proxy, a header that lies", "a proxy", "a proxy, a header that lies", "two proxies",
        "fewer hops than proxies", "IPv6", "no address", "an empty header",
    ],
)  # fmt: skip
def test_the_address_is_the_one_the_last_trusted_proxy_saw(settings, count, forwarded, address):
    settings.PROXY_COUNT = count
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == address


def test_a_header_that_changes_each_time_does_not_help(client, alice):
    answers = [
        log_in(client, password="wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code for n in range(5)
    ]

    assert answers[-1] == 429


# --- Sessions ---------------------------------------------------------------------------------------------


def test_a_login_gets_a_key_of_its_own_and_the_one_before_is_dead(client, alice, settings):
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    log_in(client)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_logging_out_ends_the_session_whoever_keeps_its_cookie(client, alice, settings):
    log_in(client)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_in(stolen)

    client.post(reverse("admin:logout"))

    assert not is_in(stolen)


def test_a_link_cannot_log_anybody_out(client, alice):
    log_in(client)

    assert client.get(reverse("admin:logout")).status_code == 405
    assert is_in(client)


def test_a_new_password_ends_every_other_session(client, alice):
    elsewhere = Client()
    log_in(client)
    log_in(elsewhere)
    response = client.post(
        reverse("admin:password_change"),
        {
            "old_password": PASSWORD,
            "new_password1": "battery staple horse",
            "new_password2": "battery staple horse",
        },
    )

    assert response.status_code == 302
    assert is_in(client)
    assert not is_in(elsewhere)


def test_who_is_no_longer_active_is_out_with_the_next_page(client, alice):
    log_in(client)
    alice.is_active = False
    alice.save()

    assert not is_in(client)


def test_a_login_lasts_a_working_day(client, alice):
    with time_machine.travel(NOW, tick=False):
        log_in(client)
    with time_machine.travel(NOW + dt.timedelta(hours=11, minutes=59), tick=False):
        assert is_in(client)
    with time_machine.travel(NOW + dt.timedelta(hours=12, minutes=1), tick=False):
        assert not is_in(client)


def test_the_cookie_is_closed_to_scripts_and_ends_with_the_browser(client, alice, settings):
    cookie = log_in(client).cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


def test_behind_tls_cookies_are_secure_and_bound_to_the_host(tmp_path):
    program = (
        "from newsroom import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    )
    environment = {**os.environ, "HTTPS": "1", "NEWSROOM_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True
    )

    assert done.stdout.split() == ["True", "True", "__Host-sessionid", "__Host-csrftoken"]


def test_nobody_sees_logins_or_sessions_at_the_desk(client, alice):
    log_in(client)

    page = client.get(reverse("admin:index")).content.decode()

    assert "/admin/axes/" not in page
    assert "/admin/sessions/" not in page


# --- One-time codes, an extra -----------------------------------------------------------------------------


def run_python(program: str, tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return how a program ends that begins where Django has not been set up."""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "newsroom.settings", "NEWSROOM_DATA": str(tmp_path),
             **environment},
    )  # fmt: skip


def test_codes_are_off_and_their_packages_not_needed_unless_asked_for(tmp_path):
    program = (
        "import sys; sys.modules['django_otp'] = sys.modules['segno'] = None;"
        "import django; django.setup();"
        "from django.contrib import admin; print(type(admin.site._wrapped).__name__, admin.site.urls[1])"
    )

    done = run_python(program, tmp_path, ONE_TIME_CODES="")

    assert done.stdout.split() == ["NewsroomAdminSite", "admin"], done.stderr


def test_codes_that_are_asked_for_without_their_packages_are_refused_with_the_remedy(tmp_path):
    program = (
        "import importlib.util as util; find = util.find_spec;"
        "util.find_spec = lambda name: None if name == 'django_otp' else find(name);"
        "import newsroom.settings"
    )

    done = run_python(program, tmp_path, ONE_TIME_CODES="1")

    assert done.returncode == 1
    assert done.stderr.endswith(
        "ONE_TIME_CODES=1 needs two packages more; run: pip install -r requirements/codes.txt\n"
    )


def test_where_codes_are_off_there_are_none_to_take_away(alice):
    with pytest.raises(CommandError, match="one-time codes are off"):
        call_command("reset_codes", "alice")


def test_codes_work_where_they_are_on(tmp_path):
    """The tables of codes are there only if they were on when the tests began: so a process of their own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DATABASE_URL"))
    } | {"ONE_TIME_CODES": "1", "NEWSROOM_DATA": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/one_time_codes.py"],
        cwd=PROJECT, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-2_000:]
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)
