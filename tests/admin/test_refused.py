"""The page of an article that lists refused candidates: what it says, whom it lets add, what it costs."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from articles import curation
from articles.admin import refused
from articles.guard import GuardError
from articles.models import Alias, ChangeSet, Tagging
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db


@pytest.fixture
def turkey():
    """Return the country of which an article about a dinner seems to speak."""
    turkey = make_tag("country/Turkey")
    Alias.objects.create(tag=turkey, text="Turkey", kind="name")
    return turkey


@pytest.fixture
def article(turkey):
    """Return an article with a word that is refused."""
    return make_article(title="A dinner", body="It rained. We ate turkey there.")


def page_of(article) -> str:
    return reverse("admin:articles_article_refused", args=[article.pk])


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_page_shows_words_reason_and_a_button_for_each_role(at_desk, article, turkey):
    page = at_desk("Curator").get(page_of(article))

    assert 'We ate <mark class="kind-country">turkey</mark> there.' in page.content.decode()
    assert "written in small letters Turkey country" in text_of(page)
    assert "Add as main subject : Turkey Add as mentioned : Turkey" in text_of(page)


def test_a_viewer_sees_the_reasons_and_no_button(at_desk, article):
    page = at_desk("Viewer").get(page_of(article))

    assert "written in small letters Turkey country" in text_of(page)
    assert "Add as" not in text_of(page)


def test_the_button_gives_the_tag_by_hand_as_an_act_that_can_be_undone(at_desk, article, turkey):
    page = at_desk("Curator").post(page_of(article), {"tag": turkey.pk, "role": "main"}, follow=True)

    row = Tagging.objects.get(article=article, tag=turkey)
    assert (row.status, row.role, row.decided_by.username) == ("confirmed", "main", "curator")
    assert ChangeSet.objects.get().act == "add"
    assert told(page) == ["Added: Turkey, main subject."]
    assert "Tagged all the same, by other words" in text_of(page)
    assert "Add as" not in text_of(page)


def test_a_tag_that_somebody_rejected_meanwhile_is_not_written_over(at_desk, article, turkey, alice):
    row = make_tagging(article, turkey)
    curation.reject([row], by=alice)

    page = at_desk("Curator").post(page_of(article), {"tag": turkey.pk, "role": "mentioned"}, follow=True)

    assert Tagging.objects.get(pk=row.pk).status == "rejected"
    assert told(page)[0].startswith("Turkey is rejected by alice, ")
    assert "rejected by alice" in text_of(page)
    assert reverse("admin:articles_tagging_change", args=[row.pk]) in page.content.decode()


@pytest.mark.parametrize(
    "sent",
    [{}, {"tag": "x", "role": "main"}, {"tag": "9" * 30, "role": "main"}, {"role": "main"}, {"tag": "own"}],
    ids=["nothing", "no number", "no number a database holds", "no tag", "no role"],
)
def test_what_is_no_tag_or_role_adds_nothing(at_desk, article, turkey, sent):
    sent = {name: str(turkey.pk) if value == "own" else value for name, value in sent.items()}

    page = at_desk("Curator").post(page_of(article), sent, follow=True)

    assert told(page) == ["No tag in use was chosen, or no role; nothing was added."]
    assert Tagging.objects.count() == 0


def test_an_article_that_is_not_there_is_not_found(at_desk):
    at = at_desk("Curator")

    addresses = [reverse("admin:articles_article_refused", args=[pk]) for pk in (77, "x")]
    assert [at.get(address).status_code for address in addresses] == [404, 404]


def test_the_forms_and_cards_link_there_and_ask_no_tagger(at_desk, article, monkeypatch):
    make_tagging(article, "country/Peru")
    monkeypatch.setattr(refused, "read_refused", lambda article: pytest.fail("asked the tagger"))
    at = at_desk("Curator")

    for address in (reverse("admin:articles_article_change", args=[article.pk]), reverse("admin:review")):
        assert page_of(article) in at.get(address).content.decode()


def test_a_text_that_the_tagger_gave_up_is_one_sentence_with_the_reason(at_desk, article, monkeypatch):
    def give_up(article):
        raise GuardError("it needed more than 512 MB of memory")

    monkeypatch.setattr(refused, "read_refused", give_up)

    page = at_desk("Viewer").get(page_of(article))
    assert page.context["problem"] == (
        "The tagger was stopped at this text: it needed more than 512 MB of memory. "
        "So there is nothing to show."
    )
    assert page.context["problem"] in text_of(page)


def test_what_was_refused_is_worked_out_once_for_all_that_an_editor_adds_from_it(
    at_desk, article, turkey, monkeypatch
):
    at = at_desk("Curator")
    at.get(page_of(article))
    monkeypatch.setattr("articles.review.refused.Guard", lambda *args, **kwargs: pytest.fail("tagged again"))

    page = at.post(page_of(article), {"tag": turkey.pk, "role": "main"}, follow=True)

    assert [one.tag for refusal in page.context["tagged"] for one in refusal.candidates] == [turkey]


def test_a_text_that_was_edited_is_looked_at_again(at_desk, article):
    at = at_desk("Curator")
    at.get(page_of(article))
    article.body = "It rained."
    article.save()

    assert at.get(page_of(article)).context["untagged"] == []


def test_more_refusals_need_no_more_questions(at_desk, django_assert_max_num_queries):
    at, bodies = at_desk("Curator"), []
    for name in ("Turkey", "China", "Chad", "Jordan", "Guinea", "Niger"):
        Alias.objects.create(tag=make_tag(f"country/{name}"), text=name, kind="name")
        bodies.append(f"They saw {name.lower()}.")
    few, many = make_article(body=bodies[0]), make_article(body=" ".join(bodies))
    at.get(page_of(few))
    with django_assert_max_num_queries(40) as asked:
        at.get(page_of(few))

    with django_assert_max_num_queries(len(asked)):
        page = at.get(page_of(many))
    assert len(page.context["untagged"]) == len(bodies)
