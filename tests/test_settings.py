"""What the settings read from the environment, and the secret key that they make."""

from __future__ import annotations

import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from newsroom import settings
from newsroom.settings import read_number, read_secret_key


@pytest.fixture
def key_file(monkeypatch, tmp_path):
    (folder := tmp_path / "data").mkdir()
    monkeypatch.setattr(settings, "NEWSROOM_DATA", folder)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return folder / "secret_key"


def test_a_secret_key_is_made_once_for_its_owner_alone(key_file):
    made = read_secret_key()

    assert (read_secret_key(), key_file.read_text(encoding="ascii")) == (made, made)
    assert (len(made) >= 50, oct(key_file.stat().st_mode & 0o777)) == (True, "0o600")
    assert list(key_file.parent.iterdir()) == [key_file]


def test_processes_that_start_together_have_the_key_of_the_first(key_file, monkeypatch):
    def draw_too_late(size: int) -> str:
        key_file.write_text("of another process", encoding="ascii")
        return "too late"

    monkeypatch.setattr(secrets, "token_urlsafe", draw_too_late)

    assert read_secret_key() == "of another process"
    assert list(key_file.parent.iterdir()) == [key_file]


def test_nobody_can_read_a_secret_key_that_is_not_written_yet(key_file, monkeypatch):
    seen = []

    def draw(size: int) -> str:
        seen.append(key_file.exists())
        return "drawn"

    monkeypatch.setattr(secrets, "token_urlsafe", draw)

    assert (read_secret_key(), seen) == ("drawn", [False])


@pytest.mark.parametrize(("written", "number"), [("", 16), (" ", 16), ("0", 0), (" 20 ", 20)])
def test_a_number_is_read_and_an_empty_one_is_the_default(written, number, monkeypatch):
    monkeypatch.setenv("PAGES", written)

    assert read_number("PAGES", default=16) == number


@pytest.mark.parametrize(
    ("written", "least", "complaint"),
    [
        ("many", 0, "PAGES=many; write a whole number, 0 or more, such as 16"),
        ("-1", 0, "PAGES=-1; write a whole number, 0 or more, such as 16"),
        ("1.5", 0, "PAGES=1.5; write a whole number, 0 or more, such as 16"),
        ("٣", 0, "PAGES=٣; write a whole number, 0 or more, such as 16"),
        ("0", 1, "PAGES=0; write a whole number, 1 or more, such as 16"),
    ],
    ids=["words", "below 0", "a fraction", "digits of another script", "below the least"],
)
def test_what_is_no_number_is_refused_with_what_to_write(written, least, complaint, monkeypatch):
    monkeypatch.setenv("PAGES", written)

    with pytest.raises(ImproperlyConfigured) as refused:
        read_number("PAGES", default=16, least=least)

    assert str(refused.value) == complaint
