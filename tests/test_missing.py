"""An address that is not there helps to find what it may have meant."""

from __future__ import annotations

import pytest

from articles.missing import words_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/articles/999999-ceasefire-holds/", "ceasefire holds"),
        ("/2025/10/summit_in_oslo.html", "summit in oslo"),
        ("/actors/andr%C3%A9-dupont/", "andré dupont"),
        ("/one-two-three-four-five-six-seven/", "one two three four five six"),
        ("/articles/999999/", ""),
        ("/%FF%00/", ""),
        ("/", ""),
    ],
)
def test_the_words_of_an_address(path, words):
    assert words_of(path) == words


def test_a_page_that_is_not_there_offers_a_search_for_its_words(client):
    response = client.get("/articles/999999-ceasefire-holds/")

    assert response.status_code == 404
    assert 'href="/articles/?q=ceasefire%20holds"' in response.content.decode()


def test_what_an_address_says_is_escaped(client):
    html = client.get("/<script>alert</script>/").content.decode()

    assert "<script>alert" not in html
