"""The quality desk: drawing, answering, asking for samples, and what the public page then says."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from articles import curation
from articles.models import Article, AuditItem, AuditSample, ChangeSet, Tagging
from articles.quality import sampling
from tests.factories import make_article, make_tag
from tests.quality.test_audits import make_answers

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
OVERVIEW, DRAW = "/admin/quality/", "/admin/quality/draw/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def articles():
    """Return three articles, each with one automatic tag."""
    return [make_article(title=f"Talks {number}", tags=[f"topic/Topic {number}"]) for number in range(3)]


def audit_page(sample: AuditSample) -> str:
    return reverse("admin:quality_audit", args=[sample.pk])


def send(client, item: AuditItem, answer: str, seen: str = ""):
    return client.post(audit_page(item.sample), {"item": item.pk, "answer": answer, "seen": seen})


# --- Drawing ----------------------------------------------------------------------------------------------


def test_the_first_auditor_of_the_day_draws_the_sample_by_one_click(at_desk, articles):
    client = at_desk("Curator")
    assert "Draw today’s sample" in client.get(OVERVIEW).content.decode()

    response = client.post(DRAW)

    sample = AuditSample.objects.get()
    assert (sample.drawn_on, sample.made_by_name, sample.items.count()) == (NOON.date(), "curator", 3)
    assert response.url == audit_page(sample)
    page = client.get(OVERVIEW).content.decode()
    assert audit_page(sample) in page
    assert "Draw today’s sample" not in page


def test_who_draws_second_is_led_to_the_same_sample(at_desk, articles):
    first = at_desk("Curator").post(DRAW).url

    assert at_desk("Librarian").post(DRAW).url == first
    assert AuditSample.objects.get().made_by_name == "curator"


@pytest.mark.parametrize("role", ["Viewer", "Curator", "Librarian"])
def test_nobody_draws_by_looking(at_desk, articles, role):
    client = at_desk(role)
    page = client.get(OVERVIEW).content.decode()

    assert client.get(DRAW).status_code == 405
    assert not AuditSample.objects.exists()
    assert ("A curator draws it here" in page) is (role == "Viewer")


def test_a_viewer_draws_nothing(at_desk, articles):
    assert at_desk("Viewer").post(DRAW).status_code == 403
    assert not AuditSample.objects.exists()


def test_a_sample_of_one_tag_leaves_that_of_the_day_to_be_drawn(at_desk, articles):
    client = at_desk("Librarian")
    client.post(reverse("admin:quality_ask"), {"tag": "Topic 1"})

    assert "Draw today’s sample" in client.get(OVERVIEW).content.decode()


def test_an_archive_that_can_only_be_read_is_looked_at_all_the_same(at_desk, articles, settings):
    settings.NEWSROOM_IS_READ_ONLY = True

    response = at_desk("Curator").get(OVERVIEW)

    assert response.status_code == 200
    assert "Draw today’s sample" not in response.content.decode()


def test_an_empty_archive_says_so(at_desk):
    page = at_desk("Curator").post(DRAW, follow=True).content.decode()

    assert "No article that readers see has such an automatic tag" in page
    assert not AuditSample.objects.exists()


def test_what_was_looked_for_in_vain_is_looked_for_once_a_day(at_desk, articles, alice):
    curation.withdraw(Article.objects.all(), by=alice)
    client = at_desk("Curator")

    page = client.post(DRAW, follow=True).content.decode()

    assert "There was nothing to draw" in page
    assert "Draw today’s sample" not in page
    assert AuditSample.objects.get().items.count() == 0


# --- Answering --------------------------------------------------------------------------------------------


def test_the_auditor_sees_the_words_and_the_role_and_not_who_decided_what(at_desk, alice):
    article = make_article(title="Talks in Lima", body="Ministers of Peru met.")
    peru = make_tag("country/Peru", description="A country in South America.")
    tagging = Tagging.objects.create(
        article=article, tag=peru, role="main", origin="automatic", status="suggested",
        mentions=[["body", 13, 17, "name"]],
    )  # fmt: skip
    curation.confirm([tagging], by=alice)
    client = at_desk("Curator")
    client.post(DRAW)

    page = client.get(audit_page(AuditSample.objects.get())).content.decode()

    assert '<mark class="kind-country">Peru</mark>' in page
    for words in ("Talks in Lima", "A country in South America.", "main subject", article.get_absolute_url()):
        assert words in page
    assert "confirmed" not in page
    assert "alice" not in page


def test_answers_lead_to_the_next_question_until_there_is_none(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    sample = AuditSample.objects.get()

    for number, answer in enumerate(["right", "wrong", "unsure"], start=1):
        current = client.get(audit_page(sample)).context["current"]
        assert current.position == number
        assert send(client, current, answer).url == audit_page(sample)

    assert client.get(audit_page(sample)).context["current"] is None
    assert list(sample.items.values_list("verdict", flat=True)) == ["right", "wrong", "unsure"]


def test_an_answer_is_changed_from_the_list(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    item = AuditItem.objects.get(position=2)
    send(client, item, "right")

    page = client.get(f"{audit_page(item.sample)}?item=2")
    assert page.context["current"] == item
    send(client, item, "wrong", seen=page.context["seen"])

    item.refresh_from_db()
    assert item.verdict == "wrong"


def test_an_answer_over_an_unseen_one_is_refused_and_said(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    item = AuditItem.objects.get(position=1)
    send(client, item, "right")

    response = at_desk("Librarian").post(
        audit_page(item.sample), {"item": item.pk, "answer": "wrong", "seen": ""}, follow=True
    )

    assert "answered this meanwhile: right" in response.content.decode()
    item.refresh_from_db()
    assert item.verdict == "right"


def test_the_next_day_a_sample_can_be_read_and_not_answered(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    item = AuditItem.objects.get(position=1)

    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        page = at_desk("Curator").get(audit_page(item.sample)).content.decode()
        response = client.post(
            audit_page(item.sample), {"item": item.pk, "answer": "right", "seen": ""}, follow=True
        )

    assert 'name="answer"' not in page
    assert "The day of this sample is over" in page
    assert "The day of this sample is over" in response.content.decode()
    item.refresh_from_db()
    assert item.verdict == ""


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"item": "", "answer": "right"}, {"item": "9" * 40, "answer": "right"},
        {"item": "a\0b", "answer": "right"}, {"item": "1", "answer": "a\0b"}, {"answer": "right"},
        {"item": ["1", "2"], "answer": ["perhaps", "x"]},
    ],
)  # fmt: skip
def test_what_is_no_answer_changes_nothing(at_desk, articles, sent):
    client = at_desk("Curator")
    client.post(DRAW)
    before = list(AuditItem.objects.values())

    response = client.post(audit_page(AuditSample.objects.get()), sent, follow=True)

    assert "That was none of the answers" in response.content.decode()
    assert list(AuditItem.objects.values()) == before


@pytest.mark.parametrize("pk", ["0", "99", "9" * 40, "x", "%00", "-1", "١"])
def test_a_sample_that_is_none_is_not_found(at_desk, pk):
    client = at_desk("Librarian")

    assert client.get(f"{OVERVIEW}{pk}/").status_code == 404
    assert client.post(f"{OVERVIEW}reject/{pk}/").status_code == 404


@pytest.mark.parametrize("asked", ["0", "99", "9" * 40, "x", "%00", "١"])
def test_a_question_that_is_none_shows_the_list(at_desk, articles, asked):
    client = at_desk("Curator")
    client.post(DRAW)

    assert client.get(f"{audit_page(AuditSample.objects.get())}?item={asked}").status_code == 200


# --- Rejecting what was found wrong ------------------------------------------------------------------------


def test_a_wrong_tag_stays_until_somebody_rejects_it_and_the_answer_stays_after(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    item = AuditItem.objects.get(position=1)
    send(client, item, "wrong")
    assert Tagging.objects.get(pk=item.tagging_id).status == "suggested"
    page = client.get(audit_page(item.sample)).content.decode()
    assert page.count("Reject the tag") == 1

    client.post(reverse("admin:quality_reject", args=[item.pk]))

    assert Tagging.objects.get(pk=item.tagging_id).status == "rejected"
    act = ChangeSet.objects.get(act="reject")
    assert (act.made_by_name, act.change_count) == ("curator", 1)
    item.refresh_from_db()
    assert item.verdict == "wrong"
    assert "Reject the tag" not in client.get(audit_page(item.sample)).content.decode()


def test_only_what_was_found_wrong_is_rejected_here(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    item = AuditItem.objects.get(position=1)
    send(client, item, "right")

    assert client.post(reverse("admin:quality_reject", args=[item.pk])).status_code == 404
    assert Tagging.objects.get(pk=item.tagging_id).status == "suggested"


def test_a_tagging_that_is_gone_is_no_error(at_desk, articles):
    client = at_desk("Curator")
    client.post(DRAW)
    item = AuditItem.objects.get(position=1)
    send(client, item, "wrong")
    Tagging.objects.filter(pk=item.tagging_id).delete()

    response = client.post(reverse("admin:quality_reject", args=[item.pk]), follow=True)

    assert "was not there any more" in response.content.decode()


# --- Asking -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "stratum"),
    [
        ({"kind": "topic"}, "kind:topic"),
        ({"tag": "ports"}, "tag"),
        ({"tag": " Topic:ports "}, "tag"),
    ],
    ids=["a kind", "a name", "kind and key"],
)
def test_a_librarian_asks_for_a_sample_of_a_tag_or_a_kind(at_desk, sent, stratum):
    make_article(tags=["topic/Ports", "country/Peru"])

    response = at_desk("Librarian").post(reverse("admin:quality_ask"), sent)

    sample = AuditSample.objects.get()
    assert response.url == audit_page(sample)
    assert sample.stratum.startswith(stratum)
    assert [item.tag_name for item in sample.items.all()] == ["Ports"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Write a tag&#x27;s name"),
        ({"tag": "Nobody"}, "Write a tag&#x27;s name"),
        ({"tag": "a\0b"}, "Write a tag&#x27;s name"),
        ({"tag": "x" * 10_000}, "Write a tag&#x27;s name"),
        ({"kind": "nonsense"}, "Write a tag&#x27;s name"),
        ({"tag": "Georgia"}, "country:georgia (Georgia), topic:georgia (Georgia)"),
        ({"kind": "actor"}, "No article that readers see has such an automatic tag"),
        ({"tag": "unused"}, "No article that readers see has such an automatic tag"),
    ],
)
def test_what_cannot_be_drawn_is_said(at_desk, sent, words):
    make_article(tags=["country/Georgia", "topic/Georgia"])
    make_tag("topic/Unused")

    response = at_desk("Librarian").post(reverse("admin:quality_ask"), sent, follow=True)

    assert words in response.content.decode()
    assert not AuditItem.objects.exists()


# --- The overview -----------------------------------------------------------------------------------------


def test_the_overview_shows_figures_by_kind_rule_role_month_and_tag(at_desk):
    make_answers("topic/Ports", 38, 2, rule="trigger", day=NOON.date())
    make_answers("topic/Ports", 5, 0, day=dt.date(2026, 1, 15), rule="trigger")

    page = " ".join(at_desk("Viewer").get(OVERVIEW).content.decode().split())

    assert "43 of 45 were right: 85 to 99 % of all" in page
    for words in (
        "By kind",
        "By rule",
        "By month",
        "2026-01",
        "2026-03",
        "Trigger",
        "2026-01-15",
        "Mentioned",
    ):
        assert words in page


def test_the_overview_needs_as_many_queries_for_many_answers_as_for_few(
    at_desk, django_assert_max_num_queries
):
    make_answers("topic/Ports", 1, 1)
    client = at_desk("Viewer")
    with django_assert_max_num_queries(12) as few:
        client.post(DRAW)
    for number in range(10):
        make_answers(f"topic/Topic {number}", 2, 1)

    with django_assert_max_num_queries(len(few)):
        client.post(DRAW)


# --- What readers see -------------------------------------------------------------------------------------


def line_of(client, path: str) -> str:
    """Return what a tag's page says of its precision; nothing if it says nothing."""
    content = " ".join(client.get(path).content.decode().split())
    return content.partition('<details class="more checked"> <summary> ')[2].partition(" </summary>")[0]


def test_the_page_of_a_tag_says_how_often_it_is_right(client):
    make_answers("topic/Ports", 38, 2, day=dt.date(2026, 2, 12))

    assert line_of(client, "/topics/ports/") == (
        "Checked by editors: 38 of 40 tags right (95 % interval 83–99 %), last on "
        '<time datetime="2026-02-12">12 Feb 2026</time>'
    )


def test_a_tag_with_few_answers_shows_all_of_its_kind(client):
    make_answers("topic/Ports", 38, 2)
    make_article(tags=["topic/Oil"])

    assert line_of(client, "/topics/oil/").startswith(
        "Checked by editors, all topics together: 38 of 40 tags"
    )


def test_a_tag_of_which_nothing_is_known_says_nothing(client):
    make_article(tags=["topic/Oil"])

    assert line_of(client, "/topics/oil/") == ""


def test_an_answer_is_on_the_public_page_with_the_next_request(at_desk, client):
    make_answers("topic/Topic 0", 20, 0)
    article = make_article(tags=["topic/Topic 0"])
    curator = at_desk("Curator")
    item = sampling.draw_tag(NOON.date(), make_tag("topic/Topic 0")).items.get(article=article)

    send(curator, item, "wrong")

    assert "20 of 21 tags right" in line_of(client, "/topics/topic-0/")


def test_a_withdrawn_article_leaves_no_trace_in_a_public_figure(client, alice):
    make_answers("topic/Ports", 25, 0)
    before = line_of(client, "/topics/ports/")
    hidden = make_answers("topic/Ports", 3, 2)
    during = line_of(client, "/topics/ports/")

    curation.withdraw(Article.objects.filter(pk__in=[item.article_id for item in hidden]), by=alice)

    assert during != before
    assert line_of(client, "/topics/ports/") == before
