"""Suggested actors on the desk: who is shown first, with which sentence, and what may be done."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles.models import ActorSuggestion, Article
from tests.factories import make_article, make_suggestion

pytestmark = pytest.mark.django_db
LIST = "admin:articles_actorsuggestion_changelist"


def act(client, action: str, *suggestions: ActorSuggestion):
    chosen = [suggestion.pk for suggestion in suggestions]
    return client.post(reverse(LIST), {"action": action, "_selected_action": chosen}, follow=True)


def test_those_in_most_articles_come_first_and_dismissed_ones_last(alice_at):
    for name, count, status in [
        ("Ana Soto", 1, "open"),
        ("Olga Bodnar", 3, "open"),
        ("Ed Roe", 5, "dismissed"),
    ]:
        for _ in range(count):
            suggestion = make_suggestion(make_article(body=f"It was {name}."), name)
        ActorSuggestion.objects.filter(pk=suggestion.pk).update(status=status)

    shown = alice_at.get(reverse(LIST)).context["cl"].result_list
    assert [(row.name, row.article_count) for row in shown] == [
        ("Olga Bodnar", 3),
        ("Ana Soto", 1),
        ("Ed Roe", 5),
    ]


def test_the_evidence_stands_in_its_sentence(alice_at):
    article = make_article(title="Envoys meet", body="It rained. The envoy Ana Soto spoke. It ended.")
    suggestion = make_suggestion(article, "Ana Soto", office="envoy", owner="pe")
    pages = [
        alice_at.get(reverse(LIST)).content.decode(),
        alice_at.get(reverse("admin:articles_actorsuggestion_change", args=[suggestion.pk])).content.decode(),
    ]

    for page in pages:
        assert 'The envoy <mark class="kind-actor">Ana Soto</mark> spoke.' in page
        assert "It rained" not in page
        assert "Envoys meet" in page


def test_words_that_no_longer_spell_the_name_are_no_evidence(alice_at):
    article = make_article(body="Ana Soto spoke.")
    make_suggestion(article, "Ana Soto")
    Article.objects.update(body="An old text came back.")

    assert "<mark" not in alice_at.get(reverse(LIST)).content.decode()


def test_an_editor_dismisses_and_reopens(alice_at):
    suggestion = make_suggestion(make_article(), "Ana Soto")
    said = [act(alice_at, action, suggestion).content.decode() for action in ("dismiss", "reopen")]

    assert "1 dismissed. They do not come back." in said[0]
    assert "1 open again." in said[1]
    suggestion.refresh_from_db()
    assert suggestion.status == "open"


def test_who_may_only_view_dismisses_nothing(client, bob):
    suggestion = make_suggestion(make_article(), "Ana Soto")
    bob.user_permissions.add(Permission.objects.get(codename="view_actorsuggestion"))
    client.force_login(bob)
    act(client, "dismiss", suggestion)

    suggestion.refresh_from_db()
    assert suggestion.status == "open"
    assert client.get(reverse(LIST)).status_code == 200


@pytest.mark.parametrize("name", ["actorsuggestion", "suggestionmention"])
def test_a_list_needs_as_many_queries_for_twenty_rows_as_for_one(
    alice_at, name, django_assert_max_num_queries
):
    page = reverse(f"admin:articles_{name}_changelist")
    make_suggestion(make_article(), "Ana Soto")
    with django_assert_max_num_queries(12) as few:
        alice_at.get(page)
    for number in range(20):
        make_suggestion(make_article(), f"Eva Sot{chr(97 + number)}")

    with django_assert_max_num_queries(len(few)):
        response = alice_at.get(page)
    assert response.context["cl"].result_count == 21
