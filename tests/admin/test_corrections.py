"""Corrections at the desk: the imported text beside the edited one, and the decision between them."""

from __future__ import annotations

import pytest

from articles import curation
from articles.models import Correction
from tests.admin.test_editing import act
from tests.admin.test_pages import address
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def correction(alice) -> Correction:
    """Return a correction whose file has come to say something new."""
    curation.edit_article(make_article(title="Imported"), {"title": "Edited"}, by=alice)
    Correction.objects.update(file_value="Imported anew", is_open=True)
    return Correction.objects.get()


def test_the_article_shows_the_imported_text_beside_the_edited_one_and_who_edited_it(alice_at, correction):
    html = alice_at.get(address("article", "change", correction.article_id)).content.decode()

    for words in ("<td>Imported anew</td>", "<td>Edited</td>", "alice</a>", "to decide"):
        assert words in html


def test_the_article_says_on_top_that_corrections_wait_and_shows_them_unfolded(alice_at, correction):
    html = alice_at.get(address("article", "change", correction.article_id)).content.decode()

    assert "The file has come to say something else than 1 correction of editors." in html
    there = f"{address('correction')}?article={correction.article_id}&amp;is_open__exact=1"
    assert f'<a href="{there}">Decide which stands</a>' in html
    assert alice_at.get(there.replace("&amp;", "&")).status_code == 200
    assert "<summary>" not in html


def test_an_article_without_open_corrections_keeps_its_file_folded(alice_at, correction):
    Correction.objects.update(is_open=False)

    html = alice_at.get(address("article", "change", correction.article_id)).content.decode()

    assert "The file has come to say something else" not in html
    assert "<summary>" in html


def test_the_list_shows_what_is_to_be_decided(alice_at, correction):
    html = alice_at.get(address("correction") + "?is_open__exact=1").content.decode()

    assert "<td>Imported anew</td>" in html
    assert "<td>Edited</td>" in html


@pytest.mark.parametrize(("action", "title"), [("keep_mine", "Edited"), ("take_files", "Imported anew")])
def test_alice_decides(alice_at, correction, action, title):
    act(alice_at, "correction", action, correction.pk)

    correction.article.refresh_from_db()
    assert correction.article.title == title
    assert not Correction.objects.filter(is_open=True).exists()


@pytest.mark.parametrize("action", ["keep_mine", "take_files"])
def test_a_viewer_decides_nothing(bob_at, correction, action):
    act(bob_at, "correction", action, correction.pk)

    correction.article.refresh_from_db()
    assert correction.article.title == "Edited"
    assert Correction.objects.get().is_open


def test_the_list_needs_as_many_queries_for_twenty_corrections_as_for_one(
    alice_at, alice, correction, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as few:
        alice_at.get(address("correction"))
    for number in range(20):
        curation.edit_article(make_article(title=f"Talks {number}"), {"section": "World"}, by=alice)

    with django_assert_max_num_queries(len(few)):
        alice_at.get(address("correction"))
