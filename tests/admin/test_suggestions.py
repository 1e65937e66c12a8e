"""Suggested actors on the desk: who is shown first, with which sentence, and what may be done."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from articles import curation
from articles.admin import deciding
from articles.models import ActorSuggestion, Alias, Article, ChangeSet, Office, Tag
from articles.rules.retagging import Retagging
from articles.suggested import accepting
from tests.factories import make_article, make_suggestion, make_tag

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


# --- The page that decides --------------------------------------------------------------------------------


@pytest.fixture
def ana(monkeypatch) -> ActorSuggestion:
    """Return the suggestion of Ana Soto, ambassador of Peru; what is asked of the worker is noted."""
    asked.clear()
    monkeypatch.setattr(accepting, "tag_articles", note)
    make_tag("country/Peru", key="pe")
    article = make_article(title="Envoys meet", body="The ambassador Ana Soto spoke.")
    return make_suggestion(article, "Ana Soto", office="ambassador", owner="pe")


asked: list[tuple[object, ...]] = []  # what the worker was asked for


def note(tag: Tag, *, by_name: str, should_stop: object) -> Retagging:
    asked.append((tag.pk, by_name))
    return Retagging("release", is_dry=False)


def decide(client, suggestion: ActorSuggestion, query: str = "", **sent: object):
    page = reverse("admin:articles_actorsuggestion_decide", args=[suggestion.pk])
    return client.post(page + query, sent, follow=True)


def page_of(client, suggestion: ActorSuggestion, query: str = ""):
    return client.get(reverse("admin:articles_actorsuggestion_decide", args=[suggestion.pk]) + query)


def person(**values: object) -> dict[str, object]:
    return {
        "verb": "accept", "seen": "open", "name": "Ana Soto", "title": "Ambassador", "of": "Peru",
        "role": "official", "start_on": "2025-01-02", "end_on": "", "description": "A diplomat.", **values,
    }  # fmt: skip


def test_one_click_accepts_and_says_where_to_undo(alice_at, ana):
    page = decide(alice_at, ana, verb="accept").content.decode()

    tag = Tag.objects.get(slug="ana-soto")
    act = ChangeSet.objects.get(act="accept")
    assert "is an actor now" in page
    assert reverse("admin:articles_changeset_undo", args=[act.pk]) in page
    assert asked == [(tag.pk, "alice")]


def test_the_list_has_a_button_for_each_decision_and_keeps_its_filters(alice_at, ana):
    page = alice_at.get(reverse(LIST) + "?owner=pe").content.decode()
    address = reverse("admin:articles_actorsuggestion_decide", args=[ana.pk])

    assert f'formaction="{address}?_changelist_filters=owner%3Dpe"' in page
    assert 'aria-label="Accept Ana Soto"' in page
    assert 'aria-label="Dismiss Ana Soto"' in page
    response = decide(alice_at, ana, "?_changelist_filters=owner%3Dpe", verb="dismiss")
    assert response.redirect_chain[-1][0] == reverse(LIST) + "?owner=pe"
    assert "dismissed. The name does not come back." in response.content.decode()


def test_one_click_asks_where_the_articles_do_not_say_whose_the_office_is(alice_at):
    article = make_article(body="Prime Minister Kossi Adjavon waited.")
    kossi = make_suggestion(article, "Kossi Adjavon", office="prime minister")

    page = decide(alice_at, kossi, verb="accept").content.decode()
    kossi.refresh_from_db()

    assert "leave open which country or body the office is of" in page
    assert 'name="title"' in page
    assert kossi.status == "open"
    assert not Tag.objects.filter(name="Kossi Adjavon").exists()


def test_a_person_is_adjusted_before_it_is_accepted(alice_at, ana):
    decide(alice_at, ana, **person(name=" Ana  María Soto ", title="Consul", of="PE", end_on="2025-03-04"))

    tag = Tag.objects.get(slug="ana-maria-soto")
    office = tag.offices.get()
    assert (tag.name, tag.description) == ("Ana María Soto", "A diplomat.")
    assert (office.title, office.of.key, str(office.start_on), str(office.end_on)) == (
        "Consul", "pe", "2025-01-02", "2025-03-04",
    )  # fmt: skip


def test_an_actor_may_have_no_office(alice_at, ana):
    decide(alice_at, ana, **person(title="", of="", start_on=""))

    assert not Tag.objects.get(slug="ana-soto").offices.exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "  "}, "This field is required"),
        ({"name": "A\0na"}, "Null characters are not allowed"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"of": "Atlantis"}, "The gazetteer has no country or organisation called Atlantis."),
        ({"of": ""}, "An office is of a country or body, and has a name."),
        ({"title": ""}, "An office is of a country or body, and has a name."),
        ({"role": "emperor"}, "Select a valid choice"),
        ({"start_on": "2025-13-45"}, "Enter a valid date"),
        ({"end_on": "2020-01-01"}, "That is before it began."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(alice_at, ana, values, message):
    response = decide(alice_at, ana, **person(**values))

    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Tag.objects.filter(kind="actor").exists()
    assert ActorSuggestion.objects.get().status == "open"


def test_hostile_words_are_shown_and_not_obeyed(alice_at, ana):
    Article.objects.update(body="The ambassador <script>alert(1)</script> spoke.", title="<b>x</b>")
    ActorSuggestion.objects.update(name="<script>alert(1)</script>", folded_name="x", office="<i>o</i>")
    pages = [page_of(alice_at, ana), alice_at.get(reverse(LIST)), decide(alice_at, ana, verb="accept")]

    for page in pages:
        assert "<script>alert" not in page.content.decode()
        assert "<b>x</b>" not in page.content.decode()
        assert "<i>o</i>" not in page.content.decode()


@pytest.mark.parametrize("number", ["0", "x", "99999999999999999999", "1/2", "%00"])
def test_a_page_of_no_suggestion_is_missing(alice_at, number):
    page = f"/admin/articles/actorsuggestion/{number}/decide/"

    assert alice_at.get(page).status_code == 404
    assert alice_at.post(page, {"verb": "accept"}).status_code in {302, 404}


@pytest.mark.parametrize(
    "sent",
    [
        {"verb": "explode"},
        {"verb": "join"},
        {"actor": "x"},
        {"actor": "99999999999999999999"},
        {"actor": "1\0"},
        {"verb": "dismiss", "also": ["x", "99999999999999999999"], "seen": "\0"},
        {"verb": "accept", "known": ["x"], "seen": "nothing"},
    ],
)
def test_absurd_requests_are_answered_and_change_nothing_else(alice_at, ana, sent):
    assert decide(alice_at, ana, **sent).status_code in {200, 403}
    assert not Tag.objects.filter(kind="actor").exists()


@pytest.mark.parametrize("is_gone", [True, False], ids=["removed", "retired"])
def test_an_actor_that_goes_out_of_use_this_very_moment_is_told_of(alice_at, ana, monkeypatch, is_gone):
    known = make_tag("actor/Ann Other")

    def late(*args, **said):
        rows = Tag.objects.filter(pk=known.pk)
        rows.delete() if is_gone else rows.update(is_retired=True)
        return accepting.join(*args, **said)

    monkeypatch.setattr(deciding, "join", late)
    response = decide(alice_at, ana, verb="join", actor=known.pk)

    assert b"Ann Other is no actor in use any more. Nothing was done; choose another" in response.content
    assert ChangeSet.objects.count() == 0


@pytest.mark.parametrize(
    "query", ["?owner=%00", "?office=%00", f"?owner={'x' * 5000}", "?owner=ru&owner=pe", "?q=%00"]
)
def test_absurd_filters_are_answered(alice_at, ana, query):
    assert alice_at.get(reverse(LIST) + query).status_code in {200, 302, 400}


@pytest.mark.parametrize("actor", ["\0", "x" * 5000, "%", "<script>"])
def test_absurd_searches_for_an_actor_find_nobody(alice_at, ana, actor):
    response = alice_at.get(reverse("admin:articles_actorsuggestion_decide", args=[ana.pk]), {"actor": actor})

    assert (response.status_code, response.context["found"]) == (200, [])


def test_filters_offer_the_commonest_countries_and_offices(alice_at, ana):
    make_suggestion(make_article(body="Ed Roe"), "Ed Roe", office="consul", owner="atlantis")
    filters = alice_at.get(reverse(LIST)).context["cl"].filter_specs

    assert [choices for _, choices in filters[1].lookup_choices] == ["Peru", "atlantis"]
    assert [value for value, _ in filters[2].lookup_choices] == ["ambassador", "consul"]
    shown = alice_at.get(reverse(LIST) + "?office=consul").context["cl"].result_list
    assert [row.name for row in shown] == ["Ed Roe"]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("ana s", ["Ana Soto"]),
        ("ÁNA", ["Ana Soto"]),
        ("PE", ["Ana Soto"]),
        ("soto", []),
        ("%", []),
        ("ana_", ["Ana Soto"]),
    ],
)
def test_a_name_is_found_by_how_it_begins_and_by_its_country(alice_at, ana, term, found):
    make_suggestion(make_article(body="Ed Roe"), "Ed Roe")
    shown = alice_at.get(reverse(LIST), {"q": term}).context["cl"].result_list

    assert [row.name for row in shown] == found


# --- Who is there already ---------------------------------------------------------------------------------


@pytest.fixture
def anna() -> Tag:
    tag = make_tag("actor/Anna Soto")
    Alias.objects.create(tag=tag, text="Anna Soto")
    Alias.objects.create(tag=tag, text="Soto", kind="surname")
    return tag


def test_one_click_stops_where_the_gazetteer_may_have_the_person(alice_at, ana, anna):
    response = decide(alice_at, ana, verb="accept")

    assert "may have this person already: Anna Soto" in response.content.decode()
    assert [one.tag for one, _ in response.context["known"]] == [anna]
    assert "Accept as another person" in response.content.decode()
    assert not Tag.objects.filter(slug="ana-soto").exists()


def test_who_saw_the_likely_ones_may_accept_another_person(alice_at, ana, anna):
    decide(alice_at, ana, **person(known=[anna.pk]))

    assert Tag.objects.filter(slug="ana-soto").exists()


def test_a_list_says_whom_a_person_resembles(alice_at, ana, anna):
    make_suggestion(make_article(body="Anna Sotto"), "Anna Sotto")
    page = alice_at.get(reverse(LIST)).content.decode()

    assert "perhaps the actor" in page
    assert "spelled alike, open: Anna Sotto" in page


def test_the_person_is_taken_for_an_actor_with_one_button(alice_at, ana, anna):
    page = decide(alice_at, ana, actor=anna.pk, seen="open", with_office="yes").content.decode()

    assert "has the name now" in page
    assert set(anna.aliases.values_list("text", flat=True)) == {"Anna Soto", "Soto", "Ana Soto"}
    assert Office.objects.get(holder=anna).of.key == "pe"
    assert asked == [(anna.pk, "alice")]


def test_an_actor_of_quite_another_name_is_found_by_a_search(alice_at, ana):
    make_tag("actor/Vladimir Putin")

    assert [tag.name for tag, _ in page_of(alice_at, ana, "?actor=putin").context["found"]] == [
        "Vladimir Putin"
    ]


def test_another_spelling_is_decided_along(alice_at, ana):
    other = make_suggestion(make_article(body="Anna Sotto"), "Anna Sotto")

    assert [one.pk for one in page_of(alice_at, ana).context["alike"]] == [other.pk]
    decide(alice_at, ana, verb="dismiss", also=[other.pk])
    assert set(ActorSuggestion.objects.values_list("status", flat=True)) == {"dismissed"}


# --- Two people, and roles --------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [{"verb": "accept"}, {"verb": "dismiss"}, person()])
def test_the_second_of_two_people_is_told(alice_at, ana, bob, sent):
    curation.dismiss(ActorSuggestion.objects.all(), by=bob)
    response = decide(alice_at, ana, **sent)

    assert "Ana Soto is dismissed meanwhile by bob. Nothing was done." in response.content.decode()
    assert not Tag.objects.filter(kind="actor").exists()


def test_a_suggestion_that_went_meanwhile_is_told_of(alice_at, ana):
    ActorSuggestion.objects.all().delete()

    assert "This suggestion is gone" in decide(alice_at, ana, verb="accept").content.decode()


def test_an_accepted_person_is_shown_with_the_act_and_without_buttons(alice_at, ana):
    decide(alice_at, ana, verb="accept")
    response = page_of(alice_at, ana)

    assert response.context["verbs"] == []
    assert reverse("admin:articles_tag_change", args=[Tag.objects.get(slug="ana-soto").pk]) in (
        response.content.decode()
    )


@pytest.mark.parametrize(
    ("role", "verbs"),
    [("Curator", ["dismiss"]), ("Librarian", ["accept", "join", "dismiss"])],
)
def test_each_role_is_offered_what_it_may(bob_as, ana, role, verbs):
    assert page_of(bob_as(role), ana).context["verbs"] == verbs


@pytest.mark.parametrize(
    ("role", "sent", "is_allowed"),
    [
        ("Viewer", {"verb": "dismiss"}, False),
        ("Curator", {"verb": "dismiss"}, True),
        ("Curator", {"verb": "accept"}, False),
        ("Curator", {"actor": "1"}, False),
        ("Librarian", {"verb": "accept"}, True),
    ],
)
def test_each_role_may_do_what_it_is_offered_and_no_more(bob_as, ana, role, sent, is_allowed):
    response = decide(bob_as(role), ana, **sent)

    assert (response.status_code == 403) != is_allowed
    assert (ActorSuggestion.objects.get().status != "open") == is_allowed
