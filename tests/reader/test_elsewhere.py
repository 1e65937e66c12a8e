"""An article's page, its JSON and its page on the desk name the articles with the same story."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from articles import curation
from articles.importing.duplicates import relink_stored
from articles.models import Article
from tests.factories import make_article

pytestmark = pytest.mark.django_db

STORY = " ".join(
    f"The minister of country {number} spoke to the press about point {number}." for number in range(9)
)


@pytest.fixture
def pair() -> tuple[Article, Article]:
    """Return the same story from two outlets."""
    one = make_article(title="Talks begin", outlet="BBC", body=STORY, published_on=dt.date(2025, 10, 16))
    other = make_article(
        title="Ministers talk", outlet="Dawn", body=STORY, published_on=dt.date(2025, 10, 17)
    )
    relink_stored([one, other])
    return one, other


def json_of(client, article: Article) -> list[dict[str, object]]:
    """Return what the API says of the story's other articles."""
    return client.get(reverse("api_article_detail", args=[article.pk])).json()["same_story"]


def page_of(client, article: Article) -> str:
    """Return the article's page."""
    return client.get(article.get_absolute_url()).content.decode()


def test_each_of_two_articles_leads_to_the_other(client, pair):
    one, other = pair

    assert json_of(client, one) == [
        {
            "id": other.pk,
            "url": f"http://testserver{other.get_absolute_url()}",
            "title": "Ministers talk",
            "outlet": "Dawn",
            "published_on": "2025-10-17",
            "share": 100,
        }
    ]
    assert [found["id"] for found in json_of(client, other)] == [one.pk]
    page = page_of(client, one)
    assert "The same story elsewhere" in page
    assert f'<a href="{other.get_absolute_url()}" dir="auto">Ministers talk</a>' in page
    assert "about 100 % of the text in common" in page


def test_a_story_of_one_article_says_nothing(client):
    article = make_article(body=STORY)
    relink_stored([article])

    assert json_of(client, article) == []
    assert "elsewhere" not in page_of(client, article)


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_readers_are_not_led_to_what_they_may_not_see(client, pair, status):
    one, other = pair
    Article.objects.filter(pk=other.pk).update(status=status)

    assert json_of(client, one) == []
    assert "elsewhere" not in page_of(client, one)


def test_an_article_that_is_restored_is_linked_again(client, pair, alice):
    one, other = pair
    articles = Article.objects.filter(pk=other.pk)
    curation.withdraw(articles, by=alice)
    curation.restore(articles, by=alice)

    assert [found["id"] for found in json_of(client, one)] == [other.pk]


def test_the_desk_shows_hidden_ones_too(client, pair, alice):
    one, other = pair
    curation.withdraw(Article.objects.filter(pk=other.pk), by=alice)
    client.force_login(alice)
    page = client.get(reverse("admin:articles_article_change", args=[one.pk])).content.decode()

    assert (
        f'100 %: <a href="{reverse("admin:articles_article_change", args=[other.pk])}">Ministers talk</a>'
        in page
    )


def test_the_one_that_shares_most_comes_first(client, pair):
    one, other = pair
    third = make_article(title="Talks, in short", body=STORY[: len(STORY) * 4 // 5])
    relink_stored([third])

    assert [found["id"] for found in json_of(client, one)] == [other.pk, third.pk]
