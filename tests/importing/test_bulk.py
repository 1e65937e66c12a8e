"""Many values are looked up by one statement that is the same for any number of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Authorship, Outlet, Tagging
from tests.factories import make_article

pytestmark = pytest.mark.django_db

NAMES = ["Le Monde", 'The "Daily" \\ Post', "O'Hara's", "Українська правда", "A, {B}", "%s", "1", "NULL"]


def test_every_field_knows_the_lookup_once_the_models_are_there():
    program = (
        "import django; django.setup(); from articles.models import Article, Tagging;"
        "print(*(field.get_lookup('among').__name__ for field in"
        " (Article._meta.pk, Tagging._meta.get_field('article'))))"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["Among", "Among"]


def test_texts_are_found_whatever_is_in_them():
    Outlet.objects.bulk_create(Outlet(name=name, slug=f"outlet-{n}") for n, name in enumerate(NAMES))

    found = Outlet.objects.filter(name__among=[*NAMES[1:], "None", "l'Humanité"]).values_list(
        "name", flat=True
    )

    assert sorted(found) == sorted(NAMES[1:])


def test_numbers_are_found_and_links_followed_by_number():
    one, two, three = (make_article(authors=["A Writer"], tags=["country/Russia"]) for _ in range(3))
    wanted = {one.pk, three.pk, 2**31, 2**40}

    assert set(Article.objects.filter(pk__among=wanted)) == {one, three}
    assert set(Authorship.objects.filter(article__among=wanted).values_list("article", flat=True)) == {
        one.pk,
        three.pk,
    }
    assert list(Tagging.objects.exclude(article__among=wanted)) == [two.taggings.get()]


def test_none_at_all_are_not_asked_for(django_assert_num_queries):
    make_article()

    with django_assert_num_queries(0):
        assert list(Article.objects.filter(pk__among=())) == []


def test_the_statement_is_the_same_for_any_number_of_values():
    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(Article.objects.filter(pk__among=[1]))
        list(Article.objects.filter(pk__among=range(1, 1_001)))

    one, many = (query["sql"] for query in queries)
    assert one.partition('articles_article"."id" ')[0] == many.partition('articles_article"."id" ')[0]
    assert many.count("IN") + many.count("ANY") == 1
