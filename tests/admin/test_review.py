"""The review queue on the desk: what a card says, what a button does, and who may press it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from articles import curation
from articles.admin import review
from articles.models import Article, ChangeSet, Tagging
from articles.review import queue
from articles.review.decisions import Verdict, decide, version
from tests.factories import make_article, make_outlet, make_tag, make_tagging

pytestmark = pytest.mark.django_db
BODY = "It rained. The Kremlin said so. Russia did not comment."


@pytest.fixture
def queue_url() -> str:
    return reverse("admin:review")


@pytest.fixture
def carol(django_user_model):
    """Return Carol, a curator."""
    carol = django_user_model.objects.create_user("carol", password="correct horse battery", is_staff=True)
    carol.groups.add(Group.objects.get(name="Curator"))
    return carol


@pytest.fixture
def carol_at(client, carol):
    client.force_login(carol)
    return client


@pytest.fixture
def row():
    """Return a suggestion known by a metonym alone."""
    article = make_article(title="Talks go on", body=BODY, outlet="Courier")
    make_tagging(article, "actor/Ana Soto", role="main", salience=0.8, status="confirmed")
    return make_tagging(
        article, "country/Russia", mentions=[["body", 15, 22, "metonym"]], role="mentioned", salience=0.24
    )


def post(client, row: Tagging, verdict: str, *, query: str = "", **more):
    data = {"tagging": row.pk, "seen": version(row), "verdict": verdict, **more}
    return client.post(f"{reverse('admin:review')}{query}", data, follow=True)


def status_of(row: Tagging) -> str:
    return Tagging.objects.get(pk=row.pk).status


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def shown(response) -> list[int]:
    return [card.tagging.pk for card in response.context["cards"]]


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- What a card says -------------------------------------------------------------------------------------


def test_a_card_has_all_that_a_decision_needs(carol_at, queue_url, row):
    page = carol_at.get(queue_url)

    text = text_of(page)
    for words in (
        "Russia country, suggested as mentioned", "Talks go on", "Courier · 16 Oct 2025",
        "“Kremlin”, a word that stands for it", "in passing (0.24)",
        "45 of 100: at best by a word that stands for it, its seat for instance +30 ; named once +15",
        "Ana Soto main", "All suggestions of Russia", "As readers see it",
    ):  # fmt: skip
        assert words in text
    assert 'The <mark class="kind-country">Kremlin</mark> said so.' in page.content.decode()
    assert "It rained" not in text
    assert reverse("admin:articles_article_change", args=[row.article_id]) in page.content.decode()


def test_a_card_says_by_whom_and_when_a_tag_of_its_article_was_rejected(carol_at, queue_url, row, alice):
    curation.reject([make_tagging(row.article, "country/Georgia")], by=alice)

    assert re.search(r"Georgia rejected by alice, \d+ \w+ \d{4}", text_of(carol_at.get(queue_url)))


def test_the_number_of_questions_does_not_grow_with_the_queue(
    carol_at, queue_url, django_assert_max_num_queries
):
    for number in range(40):
        make_tagging(make_article(title=f"Report {number}", tags=["topic/Ports"]), "country/Peru")
    carol_at.get(queue_url)

    with django_assert_max_num_queries(12):
        page = carol_at.get(queue_url)
    assert len(shown(page)) == 20
    assert page.context["waiting"] == "80 wait"


def test_the_queue_stands_first_on_the_desk_and_beside_every_page(carol_at, queue_url):
    for page in (reverse("admin:index"), reverse("admin:articles_tagging_changelist")):
        assert f'href="{queue_url}"' in carol_at.get(page).content.decode()
    archive = next(
        group
        for group in carol_at.get(reverse("admin:index")).context["app_list"]
        if group["name"] == "Archive"
    )
    assert archive["models"][0]["name"] == "Review queue"


# --- Deciding without scripts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "status", "role", "words"),
    [
        ("accept", "confirmed", "mentioned", "Accepted: Russia in “Talks go on”."),
        ("reject", "rejected", "mentioned", "Rejected: Russia in “Talks go on”."),
        ("main", "confirmed", "main", "Made a main subject: Russia in “Talks go on”."),
        ("mentioned", "confirmed", "mentioned", "Set to mentioned: Russia in “Talks go on”."),
    ],
)
def test_a_button_decides_and_the_next_is_shown(carol_at, row, carol, verdict, status, role, words):
    other = make_tagging(make_article(), "country/Peru")

    page = post(carol_at, row, verdict)

    assert (told(page), shown(page)) == ([words], [other.pk])
    after = Tagging.objects.get(pk=row.pk)
    assert (after.status, after.role, after.decided_by) == (status, role, carol)


def test_the_filters_and_the_place_stay_after_a_decision(carol_at, queue_url, row):
    peru = make_tag("country/Peru")
    rows = [make_tagging(make_article(), peru, mentions=[["title", 0, 9, "name"]]) for _ in range(3)]
    place = f"{rows[0].review_rank}.{rows[0].pk}"
    query = f"?tag={peru.pk}&after={place}"

    assert shown(carol_at.get(queue_url + query)) == [rows[1].pk, rows[2].pk]
    page = post(carol_at, rows[1], "accept", query=query)
    assert (page.redirect_chain[0][0], shown(page)) == (queue_url + query, [rows[2].pk])


def test_the_last_decision_is_taken_back_and_shown_again_first(carol_at, queue_url, row):
    make_tagging(make_article(), "actor/Ed Roe", role="main", mentions=[["title", 0, 3, "surname"]])
    post(carol_at, row, "reject")

    page = carol_at.post(queue_url, {"verdict": "undo"}, follow=True)

    assert told(page) == ["Taken back: Russia: Talks go on."]
    assert shown(page)[0] == row.pk
    assert status_of(row) == "suggested"
    assert told(carol_at.post(queue_url, {"verdict": "undo"}, follow=True)) == [
        "There is nothing of yours to take back."
    ]


def test_what_somebody_else_decided_meanwhile_is_said_with_who_and_when(carol_at, row, alice):
    decide({row.pk: version(row)}, Verdict.REJECT, by=alice)

    [words] = told(post(carol_at, row, "accept"))

    assert words.startswith("Russia was rejected by alice, ")
    assert words.endswith("Your decision was not written over it.")
    assert status_of(row) == "rejected"


def test_a_decision_that_came_too_late_takes_its_suggestion_off_the_number_that_waits(
    carol_at, queue_url, row, alice
):
    asked = {"tagging": row.pk, "seen": version(row), "verdict": "accept"}
    json = {"accept": "application/json"}
    Tagging.objects.update(role="main")
    changed = carol_at.post(queue_url, asked, headers=json).json()
    curation.reject([Tagging.objects.get(pk=row.pk)], by=alice)
    decided = carol_at.post(queue_url, asked, headers=json).json()

    assert [(one["is_done"], one["done"]) for one in (changed, decided)] == [(False, 0), (False, 1)]


def test_a_suggestion_that_changed_or_went_meanwhile_is_said_to_have(carol_at, row):
    Tagging.objects.update(role="main")
    assert "changed meanwhile" in told(post(carol_at, row, "accept"))[0]
    Tagging.objects.filter(pk=row.pk).delete()
    assert "is gone" in told(post(carol_at, row, "accept"))[0]


def test_a_script_is_answered_in_json_and_given_more_cards(carol_at, queue_url, row):
    asked = {"tagging": row.pk, "seen": version(row), "verdict": "accept"}
    answer = carol_at.post(queue_url, asked, headers={"accept": "application/json"})

    act = ChangeSet.objects.get()
    assert answer.json() == {
        "words": "Accepted: Russia in “Talks go on”.", "is_done": True, "act": act.pk, "at": 0, "done": 1,
    }  # fmt: skip
    back = carol_at.post(queue_url, {"verdict": "undo"}, headers={"accept": "application/json"}).json()
    assert (back["at"], back["done"]) == (row.pk, -1)
    cards = carol_at.get(queue_url, {"at": row.pk, "cards": "one"})
    assert (shown(cards), "<html" in cards.content.decode()) == ([row.pk], False)


# --- All of a kind ----------------------------------------------------------------------------------------


def test_all_of_a_kind_on_a_page_are_accepted_as_one_act_once_they_were_shown(
    carol_at, queue_url, row, alice
):
    peru, oman = (make_tagging(make_article(), f"country/{name}") for name in ("Peru", "Oman"))
    actor = make_tagging(make_article(), "actor/Ed Roe")
    rows = [f"{one.pk}:{version(one)}" for one in (row, peru, oman, actor)]

    preview = carol_at.post(queue_url, {"all": "country", "row": rows})
    assert "Accept 3 of kind country" in text_of(preview)
    assert ChangeSet.objects.count() == 0
    curation.reject([oman], by=alice)
    page = carol_at.post(queue_url, {"all": "country", "row": rows, "sure": "1"}, follow=True)

    assert told(page) == [
        "Accepted: 2 suggestions, as one act. 1 changed meanwhile and were left as they are."
    ]
    assert [status_of(one) for one in (row, peru, oman, actor)] == [
        "confirmed", "confirmed", "rejected", "suggested",
    ]  # fmt: skip
    assert ChangeSet.objects.get(act="review").change_count == 2


# --- Who may ----------------------------------------------------------------------------------------------


def test_a_viewer_sees_the_evidence_and_no_buttons(bob_at, queue_url, row):
    page = bob_at.get(queue_url)

    assert shown(page) == [row.pk]
    assert 'name="verdict"' not in page.content.decode()


@pytest.mark.parametrize(
    "data", [{"verdict": "accept"}, {"verdict": "undo"}, {"all": "country", "sure": "1"}]
)
def test_a_viewer_decides_nothing(bob_at, queue_url, row, data):
    sent = {"tagging": row.pk, "seen": version(row), "row": f"{row.pk}:{version(row)}", **data}

    assert bob_at.post(queue_url, sent).status_code == 403
    assert status_of(row) == "suggested"


def test_who_may_not_even_look_is_turned_away(client, bob, queue_url, row):
    client.force_login(bob)
    assert client.get(queue_url).status_code == 403
    client.logout()
    assert client.get(queue_url).status_code == 302
    assert post(client, row, "accept").redirect_chain[0][0].startswith(reverse("admin:login"))
    assert status_of(row) == "suggested"


# --- Whatever is sent -------------------------------------------------------------------------------------

HOSTILE = ["\0", "9" * 400, "-1", "0x1", "' OR 1=1 --", "٣", "1.5", "x" * 5_000]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["tag", "kind", "rule", "outlet", "run", "after", "at", "cards"])
def test_no_address_breaks_the_queue(carol_at, queue_url, row, name, value):
    assert carol_at.get(queue_url, {name: value}).status_code == 200


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["tagging", "seen", "verdict", "act", "all", "row", "sure"])
def test_no_form_breaks_the_queue_or_decides_by_mistake(carol_at, queue_url, row, name, value):
    sent = {"tagging": "1", "seen": "x", "verdict": "accept", name: value}
    assert carol_at.post(queue_url, sent).status_code in {200, 302}
    assert status_of(row) == "suggested"


@pytest.mark.parametrize("after", ["99999.1", "1.99999999999999999999", ".", "1.", "5.-1"])
def test_a_place_that_is_none_is_the_front(carol_at, queue_url, row, after):
    assert shown(carol_at.get(queue_url, {"after": after})) == [row.pk]


@pytest.mark.parametrize("query", ["tag=Nowhere", "outlet=None", "run=7", "kind=person", "rule=guess"])
def test_what_a_filter_does_not_know_it_says_and_shows_nothing(carol_at, queue_url, row, query):
    page = carol_at.get(f"{queue_url}?{query}")

    assert shown(page) == []
    assert "There is no such" in text_of(page)
    assert ".." not in text_of(page)


def test_tags_and_outlets_are_found_by_their_names_as_well(carol_at, queue_url, row):
    make_tagging(make_article(), "country/Peru", mentions=[])

    for query in ("tag=russia", "tag=&tag=RUSSIA", "outlet=courier&kind=country"):
        assert shown(carol_at.get(f"{queue_url}?{query}")) == [row.pk]


# --- The trail and what was rejected ----------------------------------------------------------------------


def test_a_sitting_is_one_line_of_the_trail_and_leads_to_its_acts(alice_at, alice):
    rows = [make_tagging(make_article(), "country/Peru") for _ in range(3)]
    for one in rows:
        decide({one.pk: version(one)}, Verdict.ACCEPT, by=alice)
    curation.reject([rows[0]], by=alice)
    acts = [act.pk for act in ChangeSet.objects.order_by("-pk")]
    trail = reverse("admin:articles_changeset_changelist")

    page = alice_at.get(trail)
    assert [act.pk for act in page.context["cl"].result_list] == [acts[0], acts[-1]]
    assert f'<a href="{trail}?sitting={acts[-1]}">and 2 more</a>' in page.content.decode()
    sitting = alice_at.get(f"{trail}?sitting={acts[-1]}").context["cl"].result_list
    assert [act.pk for act in sitting] == acts[1:]
    for query in ("sitting=all", f"q={acts[1]}"):
        found = alice_at.get(f"{trail}?{query}").context["cl"].result_list
        assert acts[1] in [act.pk for act in found]
    assert alice_at.get(f"{trail}?sitting=x").status_code == 200


def test_the_article_and_the_tagging_say_that_it_was_rejected_by_whom_and_when(alice_at, row, carol):
    decide({row.pk: version(row)}, Verdict.REJECT, by=carol)
    at = Tagging.objects.get(pk=row.pk).decided_at

    for name, record in (("article", row.article), ("tagging", row)):
        text = text_of(alice_at.get(reverse(f"admin:articles_{name}_change", args=[record.pk])))
        assert re.search(rf"carol, .*{at:%Y}", text)


def test_rejected_suggestions_are_listed_and_taken_back(carol_at, queue_url, row, carol):
    decide({row.pk: version(row)}, Verdict.REJECT, by=carol)
    address = reverse("admin:articles_tagging_changelist") + "?status__exact=rejected"
    assert address in carol_at.get(queue_url).content.decode()
    assert [one.pk for one in carol_at.get(address).context["cl"].result_list] == [row.pk]

    page = carol_at.post(address, {"action": "take_back", "_selected_action": row.pk}, follow=True)

    assert told(page) == ["1 taken back. They wait in the review queue again."]
    assert status_of(row) == "suggested"
    assert shown(carol_at.get(queue_url)) == [row.pk]


def test_of_a_large_outlet_the_queue_says_how_many_wait_in_its_latest_articles(
    carol_at, queue_url, row, monkeypatch
):
    monkeypatch.setattr(queue, "SMALL", 0)
    outlet = make_outlet("Herald")
    Article.objects.filter(pk=row.article_id).update(outlet=outlet)

    assert "1 waits in its latest 1,000 articles" in text_of(carol_at.get(f"{queue_url}?outlet={outlet.pk}"))
    monkeypatch.setattr(queue, "COUNTED_LATEST", 0)
    monkeypatch.setattr(review, "COUNTED_LATEST", 0)
    assert "0+ wait in its latest" in text_of(carol_at.get(f"{queue_url}?outlet={outlet.pk}"))


def test_a_page_of_a_large_outlet_with_nothing_near_by_says_where_to_look_on(
    carol_at, queue_url, row, monkeypatch
):
    monkeypatch.setattr(queue, "SMALL", 0)
    monkeypatch.setattr(queue, "WALKED", 1)
    herald = make_article(outlet="Herald")
    make_tagging(herald, "country/Peru", mentions=[], role="mentioned", salience=0.0)
    url = f"{queue_url}?outlet={herald.outlet_id}"
    place = f"{Tagging.objects.get(pk=row.pk).review_rank}.{row.pk}"

    page = carol_at.get(url)
    more = carol_at.get(f"{url}&cards=more")
    behind = carol_at.get(f"{url}&after={place}")

    assert [shown(response) for response in (page, more)] == [[], []]
    for response in (page, more):
        assert "Nothing of this waits among the" in text_of(response)
        assert f"outlet={herald.outlet_id}&amp;after={place}" in response.content.decode()
    assert [card.tagging.article for card in behind.context["cards"]] == [herald]
