"""What follows from a clipping, and the columns that it has to fit."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.text import slugify
from hypothesis import example, given
from hypothesis import strategies as st

from articles.importing.clipping import Clipping, Cut
from articles.importing.columns import LENGTHS
from articles.importing.derived import COLUMNS, MAX_SLUG, derive, slug_of
from articles.importing.sketches import pack, sketch_of, unpack
from articles.models import Article, Author, Outlet

WORDS = " ".join(f"word{number}" for number in range(80))


def columns_of(clipping: Clipping) -> dict[str, str | None]:
    return dict(zip(COLUMNS, derive(clipping, "/clippings/a.md").columns, strict=True))


@pytest.mark.parametrize(
    ("name", "model", "column"),
    [
        *((name, Article, name) for name in ("title", "byline", "section", "language")),
        ("address", Article, "url"),
        ("outlet", Outlet, "name"),
        ("author", Author, "name"),
    ],
    ids=str,
)
def test_what_is_cut_has_the_length_of_its_column(name, model, column):
    assert LENGTHS[name] == model._meta.get_field(column).max_length


def test_a_slug_fits_its_column():
    assert Article._meta.get_field("slug").max_length == MAX_SLUG


@given(title=st.text(max_size=200))
@example(title="Élan vital! — 2025")
@example(title="_a_ -b- " * 30)
@example(title="北京")
def test_a_slug_is_made_of_the_letters_that_django_takes(title):
    assert slug_of(title) == (slugify(title)[:MAX_SLUG].strip("-") or "article")


def test_every_column_is_as_a_database_takes_it():
    columns = columns_of(
        Clipping(
            title="Talks in Wien",
            body="They met.",
            published_on=dt.date(2025, 10, 16),
            keywords=("Österreich",),
            cuts=(Cut("title", "# Talks"),),
            extra={"rating": "3"},
        )
    )

    assert {name: value for name, value in columns.items() if "hash" not in name and name != "identity"} == {
        "title": "Talks in Wien",
        "standfirst": "",
        "body": "They met.",
        "byline": "",
        "url": "",
        "published_on": "2025-10-16",
        "published_precision": "day",
        "clipped_on": None,
        "updated_on": None,
        "sort_on": "2025-10-16",
        "language": "",
        "section": "",
        "slug": "talks-in-wien",
        "summary": "They met.",
        "keywords": '["\\u00d6sterreich"]',
        "extra": '{"rating": "3"}',
        "cuts": '[{"step": "title", "text": "# Talks"}]',
    }


def test_an_undated_article_sorts_behind_every_dated_one():
    assert columns_of(Clipping(title="Talks", body="They met."))["sort_on"] == Article.UNDATED.isoformat()


def test_a_sketch_is_stored_as_it_is():
    derived = derive(Clipping(title="Talks", body=WORDS), "/clippings/a.md")

    assert derived.sketch == pack(sketch_of(WORDS))
    assert unpack(derived.sketch) == sketch_of(WORDS)
