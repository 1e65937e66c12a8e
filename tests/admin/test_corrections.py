"""Corrections at the desk: the imported text beside the edited one, and the decision between them."""

from __future__ import annotations

import re

import pytest

from articles import curation
from articles.history.undoing import undo
from articles.models import Article, ChangeSet, Correction
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

    act = address("changeset", "change", ChangeSet.objects.get().pk)
    assert "title <strong>to decide</strong>" in html
    assert '<p class="from">the file</p>Imported anew</td>' in html
    assert re.search(rf'<p class="from"><a href="{act}">alice</a>, [^<]+</p>Edited</td>', html)


@pytest.mark.parametrize(("action", "title"), [("keep_ours", "Edited"), ("take_files", "Imported anew")])
def test_alice_decides(alice_at, correction, action, title):
    act(alice_at, "correction", action, correction.pk)

    correction.article.refresh_from_db()
    assert correction.article.title == title
    assert not Correction.objects.filter(is_open=True).exists()


@pytest.mark.parametrize("action", ["keep_ours", "take_files"])
def test_a_viewer_decides_nothing(bob_at, correction, action):
    act(bob_at, "correction", action, correction.pk)

    correction.article.refresh_from_db()
    assert correction.article.title == "Edited"
    assert Correction.objects.get().is_open


@pytest.mark.parametrize(
    ("stored", "values", "said"),
    [
        (("2025-10-16", "day"), {"published_on": None}, ("2025-10-16", "nothing")),
        (("2025-10-01", "month"), {"published_precision": "day"}, ("2025-10", "2025-10-01")),
    ],
    ids=["a date is cleared", "the whole date is known"],
)
def test_a_corrected_date_is_one_correction_that_shows_how_much_of_it_is_known(
    alice_at, alice, stored, values, said
):
    day, precision = stored
    article = make_article(published_on=day, published_precision=precision)
    curation.edit_article(Article.objects.get(), values, by=alice)

    pages = (address("article", "change", article.pk), address("correction"))
    on_article, on_list = (alice_at.get(page).content.decode() for page in pages)

    assert "published precision" not in on_list
    assert "published_precision</th>" not in on_article
    cells = re.findall(r'class="from">.*?</p>([^<]*)</td>', on_list)
    assert tuple(cells) == said
    assert all(f"<td>{words}</td>" in on_article for words in said)
    assert "1 correction<" not in on_article


# --- The buttons of a row ---------------------------------------------------------------------------------

BUTTON = re.compile(r'<button [^>]*name="verb" value="(\w+)" formaction="([^"]+)"[^>]*>([^<]+)</button>')


def buttons(client, query: str = "") -> list[tuple[str, str, str]]:
    """Return the buttons of the list: verb, address and words of each."""
    html = client.get(address("correction") + query).content.decode()
    return [(verb, where.replace("&amp;", "&"), words) for verb, where, words in BUTTON.findall(html)]


def press(client, words: str, query: str = ""):
    """Press the button of the one row that has these words, as a browser does without scripts."""
    [(verb, where)] = [(verb, where) for verb, where, said in buttons(client, query) if said == words]
    return client.post(where, {"verb": verb, "action": ""}, follow=True)


def states() -> dict[str, tuple[str, bool]]:
    """Return what is stored: the titles of articles, and whether anything of them is to be decided."""
    rows = Correction.objects.values_list("article_id", flat=True).filter(is_open=True)
    return {one.title: one.pk in set(rows) for one in Article.objects.all()}


@pytest.mark.parametrize(
    ("words", "title"), [("Keep ours", "Edited"), ("Take the file&#x27;s", "Imported anew")]
)
def test_a_button_decides_its_row_and_no_other_as_one_act_that_can_be_undone(
    alice_at, alice, correction, words, title
):
    other = make_article(title="Other")
    curation.edit_article(other, {"title": "Edited too"}, by=alice)
    before = states()
    count = ChangeSet.objects.count()

    press(alice_at, words, "?is_open__exact=1")

    assert states() == {title: False, "Edited too": False}
    assert ChangeSet.objects.count() == count + 1
    undo(ChangeSet.objects.latest("pk"), by=alice)
    assert states() == before


def test_what_a_button_did_is_said_with_the_way_to_take_it_back(alice_at, correction):
    html = press(alice_at, "Keep ours").content.decode()

    act_page = address("changeset", "undo", ChangeSet.objects.latest("pk").pk)
    assert f'Title of <a href="{address("article", "change", correction.article_id)}">Edited</a>' in html
    assert f'<a href="{act_page}">Undo</a>' in html


def test_a_button_leads_back_to_the_list_as_it_was_filtered(alice_at, correction):
    query = f"?article={correction.article_id}&is_open__exact=1"

    response = press(alice_at, "Keep ours", query)

    assert response.redirect_chain == [(address("correction") + query, 302)]


def test_a_correction_that_stands_has_only_the_button_that_gives_it_up(alice_at, correction):
    Correction.objects.update(is_open=False)

    assert [verb for verb, _, _ in buttons(alice_at)] == ["take"]


def test_a_viewer_sees_no_buttons_and_an_address_sent_by_one_is_refused(bob_at, correction):
    assert buttons(bob_at) == []
    for verb in ("keep", "take"):
        response = bob_at.post(address("correction", "decide", correction.pk), {"verb": verb})
        assert response.status_code == 403
    assert states() == {"Edited": True}


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda by: Correction.objects.update(file_value="A fourth thing"),
        lambda by: curation.edit_article(Correction.objects.get().article, {"title": "Edited again"}, by=by),
    ],
    ids=["by an import", "by an editor"],
)
def test_a_button_decides_nothing_that_nobody_saw(alice_at, alice, correction, meanwhile):
    [(verb, where)] = [(verb, where) for verb, where, _ in buttons(alice_at) if verb == "take"]
    meanwhile(alice)
    count = ChangeSet.objects.count()

    html = alice_at.post(where, {"verb": verb}, follow=True).content.decode()

    assert "changed meanwhile. Look again; nothing was decided." in html
    assert ChangeSet.objects.count() == count


def test_a_second_press_finds_the_correction_decided(alice_at, correction):
    [(verb, where)] = [(verb, where) for verb, where, _ in buttons(alice_at) if verb == "take"]
    alice_at.post(where, {"verb": verb})

    html = alice_at.post(where, {"verb": verb}, follow=True).content.decode()

    assert "This correction is gone: somebody decided it meanwhile." in html


@pytest.mark.parametrize("verb", ["", "delete", "keep_ours"])
def test_what_is_no_decision_changes_nothing(alice_at, correction, verb):
    response = alice_at.post(address("correction", "decide", correction.pk), {"verb": verb})

    assert (response.status_code, states()) == (302, {"Edited": True})


def test_keeping_what_is_not_to_be_decided_says_so_and_offers_no_undo(alice_at, correction):
    Correction.objects.update(is_open=False)
    [(_, where)] = [(verb, where) for verb, where, _ in buttons(alice_at)]
    count = ChangeSet.objects.count()

    html = alice_at.post(where, {"verb": "keep"}, follow=True).content.decode()

    assert "This correction is not to be decided; nothing was changed." in html
    assert ">Undo</a>" not in html
    assert ChangeSet.objects.count() == count


def test_an_address_without_the_version_that_was_seen_decides_nothing(alice_at, correction):
    alice_at.post(address("correction", "decide", correction.pk), {"verb": "take"})

    assert states() == {"Edited": True}


def test_the_list_needs_as_many_queries_for_twenty_corrections_as_for_one(
    alice_at, alice, correction, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as few:
        alice_at.get(address("correction"))
    for number in range(20):
        curation.edit_article(make_article(title=f"Talks {number}"), {"section": "World"}, by=alice)

    with django_assert_max_num_queries(len(few)):
        alice_at.get(address("correction"))
