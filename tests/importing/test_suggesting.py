"""Persons the gazetteer lacks, stored with the articles that name them."""

from __future__ import annotations

import pytest

from articles import curation
from articles.importing.suggesting import LONGEST, PLACES_KEPT, write_suggestions
from articles.models import ActorSuggestion, Article, Change, ChangeSet, SuggestionMention
from articles.tagging.standing import Unknown
from tests.factories import make_article, make_suggestion
from tests.importing.test_store import UKRAINE, make_rules, read, store

pytestmark = pytest.mark.django_db

BODY = "Ukraine's ambassador to Oman, Olga Bodnar, spoke. Bodnar left."


def named(*names: str) -> list[Unknown]:
    return [Unknown(name, "minister", "ua", [["body", 0, len(name), "name"]]) for name in names]


def suggested() -> dict[str, tuple[str, str, str, int]]:
    """Return office, country, status and number of articles of each suggestion."""
    rows = ActorSuggestion.objects.all().with_standing_count()
    return {row.name: (row.office, row.owner, row.status, row.standing_count) for row in rows}


def test_an_import_keeps_whom_the_gazetteer_lacks_with_the_words():
    store(read(body=BODY), rules=make_rules(UKRAINE))

    mention = SuggestionMention.objects.get()
    words = [mention.article.body[start:end] for _, start, end, _ in mention.mentions]
    assert suggested() == {"Olga Bodnar": ("ambassador", "ua", "open", 1)}
    assert (mention.name, mention.office, mention.owner) == ("Olga Bodnar", "ambassador", "ua")
    assert words == ["Olga Bodnar", "Bodnar"]


def test_a_suggestion_goes_with_the_text_that_bore_it_out():
    rules = make_rules(UKRAINE)
    store(read(body=BODY), rules=rules)
    store(read(body="Ukraine's ambassador spoke."), rules=rules)

    assert suggested() == {}


def test_it_stays_while_another_article_bears_it_out():
    rules = make_rules(UKRAINE)
    store(read("/c/a.md", body=BODY), read("/c/b.md", body=f"Then. {BODY}"), rules=rules)
    store(read("/c/a.md", body="Ukraine's ambassador spoke."), rules=rules)

    assert suggested() == {"Olga Bodnar": ("ambassador", "ua", "open", 1)}


@pytest.mark.parametrize(
    "other",
    ["Šarūnas Petrauskas", "SARUNAS PETRAUSKAS", "Sarunas Petrauskas"],
    ids=["the same", "capitals", "no accents"],
)
def test_spellings_that_differ_in_accents_and_case_are_one(other):
    one, two = make_article(), make_article()
    write_suggestions({one.pk: named("Šarūnas Petrauskas")})
    write_suggestions({two.pk: named(other)})

    assert suggested() == {"Šarūnas Petrauskas": ("minister", "ua", "open", 2)}
    assert list(SuggestionMention.objects.order_by("pk").values_list("name", flat=True)) == [
        "Šarūnas Petrauskas",
        other,
    ]


def test_two_spellings_in_one_article_are_one_mention():
    write_suggestions({make_article().pk: named("Ana Soto", "Ana Sotó")})

    assert suggested() == {"Ana Soto": ("minister", "ua", "open", 1)}


def test_a_dismissed_one_never_comes_back_as_open(alice):
    article = make_article()
    make_suggestion(article, "Ana Soto")
    curation.dismiss(ActorSuggestion.objects.all(), by=alice)
    write_suggestions({article.pk: []})
    write_suggestions({article.pk: named("ana sotó"), make_article().pk: named("Ana Soto")})

    assert suggested() == {"Ana Soto": ("minister", "", "dismissed", 2)}


def test_dismissing_is_an_act_that_can_be_taken_back(alice):
    suggestion = make_suggestion(make_article(), "Ana Soto")
    counts = [
        curation.dismiss(ActorSuggestion.objects.all(), by=alice),
        curation.dismiss(ActorSuggestion.objects.all(), by=alice),
        curation.reopen(ActorSuggestion.objects.all(), by=alice),
    ]

    changes = Change.objects.order_by("pk").values_list("table", "row_id", "before", "after")
    assert counts == [1, 0, 1]
    assert list(ChangeSet.objects.order_by("pk").values_list("act", "made_by_name", "change_count")) == [
        ("dismiss", "alice", 1),
        ("reopen", "alice", 1),
    ]
    assert list(changes) == [
        ("actorsuggestion", suggestion.pk, {"status": "open"}, {"status": "dismissed"}),
        ("actorsuggestion", suggestion.pk, {"status": "dismissed"}, {"status": "open"}),
    ]


def test_an_accepted_one_is_not_dismissed(alice):
    make_suggestion(make_article(), "Ana Soto")
    ActorSuggestion.objects.update(status=ActorSuggestion.Status.ACCEPTED)

    assert curation.dismiss(ActorSuggestion.objects.all(), by=alice) == 0


def test_how_many_articles_name_a_person_is_kept_up_to_date(alice):
    one, two = make_article(body="Ana Soto spoke."), make_article()
    write_suggestions({one.pk: named("Ana Soto", "Ed Roe"), two.pk: named("Ana Soto")})
    make_suggestion(one, "Eva Sota")
    counts = [kept()]
    write_suggestions({two.pk: []})
    counts.append(kept())
    curation.edit_article(one, {"body": "The minister spoke."}, by=alice)
    counts.append(kept())

    assert counts == [
        {"Ana Soto": 2, "Ed Roe": 1, "Eva Sota": 1},
        {"Ana Soto": 1, "Ed Roe": 1, "Eva Sota": 1},
        {},
    ]


def kept() -> dict[str, int]:
    return dict(ActorSuggestion.objects.values_list("name", "article_count"))


def test_a_withdrawn_article_does_not_count():
    article = make_article()
    make_suggestion(article, "Ana Soto")
    Article.objects.update(status=Article.Status.WITHDRAWN)

    assert suggested()["Ana Soto"][3] == 0


def test_an_edit_moves_the_evidence_with_its_words(alice):
    article = make_article(body="Olga Bodnar spoke.")
    make_suggestion(article, "Olga Bodnar")
    curation.edit_article(article, {"body": "Then Olga Bodnar spoke."}, by=alice)

    assert SuggestionMention.objects.get().mentions == [["body", 5, 16, "name"]]


def test_an_edit_that_removes_the_name_removes_the_suggestion(alice):
    article = make_article(body="Olga Bodnar spoke.")
    make_suggestion(article, "Olga Bodnar")
    curation.edit_article(article, {"body": "The ambassador spoke."}, by=alice)

    assert suggested() == {}


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [("Ana " + "o" * (LONGEST - 4), True), ("Ana " + "o" * LONGEST, False), ("ß" * LONGEST, True)],
    ids=["just fits", "too long", "longer when folded"],
)
def test_a_name_that_no_column_could_hold_is_left_out(name, is_kept):
    write_suggestions({make_article().pk: named(name)})

    assert ActorSuggestion.objects.exists() == is_kept


def test_a_name_at_every_line_keeps_its_first_places():
    places = [["body", place, place + 4, "surname"] for place in range(0, 400, 4)]
    write_suggestions({make_article().pk: [Unknown("Ana Soto", "minister", "", places)]})

    assert SuggestionMention.objects.get().mentions == places[:PLACES_KEPT]
