"""What was refused in one article: grouped by the words and the reason, apart from what it is tagged with."""

from __future__ import annotations

import pytest

from articles.models import Alias, Tagging
from articles.review.refused import CANDIDATES_SHOWN, SHOWN, arrange, read_refused
from articles.tagging.standing import Refused
from articles.tagging.surnames import BARE_SURNAME
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db


def refused(tag, *, reason: str = "written in small letters", at: int = 0, words: str = "turkey") -> Refused:
    return Refused(tag.kind, tag.slug, reason, words, ("body", at, at + len(words), "name"))


def brief(refusals) -> list:
    return [([str(one.tag) for one in refusal.candidates], refusal.reason) for refusal in refusals]


def test_what_the_tagger_refuses_is_worked_out_for_the_one_article():
    turkey = make_tag("country/Turkey")
    Alias.objects.create(tag=turkey, text="Turkey", kind="name")
    article = make_article(title="A dinner", body="We ate turkey.")

    here = read_refused(article)

    assert brief(here.untagged) == [(["Turkey"], "written in small letters")]
    assert [refusal.mentions for refusal in here.untagged] == [(("body", 7, 13, "name"),)]
    assert (here.tagged, here.surnames, here.more_count) == ([], [], 0)
    assert Tagging.objects.count() == 0


def test_words_that_may_mean_several_are_one_refusal_and_two_reasons_are_two():
    article, one, other = make_article(), make_tag("actor/Ana King"), make_tag("actor/Ben King")
    seen = [
        refused(one, reason="another person", at=3),
        refused(other, reason="another person", at=3),
        refused(other, reason="a ship", at=9),
    ]

    here = arrange(article, seen)

    assert brief(here.untagged) == [(["Ana King", "Ben King"], "another person"), (["Ben King"], "a ship")]


def test_several_places_with_one_reason_are_one_refusal():
    turkey = make_tag("country/Turkey")

    here = arrange(make_article(), [refused(turkey, at=3), refused(turkey, at=30)])

    assert [refusal.mentions for refusal in here.untagged] == [
        (("body", 3, 9, "name"), ("body", 30, 36, "name"))
    ]


@pytest.mark.parametrize(
    ("status", "is_tagged"), [("suggested", True), ("confirmed", True), ("rejected", False)]
)
def test_a_tag_that_other_words_earned_stands_apart_and_a_rejected_one_does_not(status, is_tagged):
    article = make_article()
    tagging = make_tagging(article, "country/Turkey", status=status)

    here = arrange(article, [refused(tagging.tag)])

    [refusal] = here.tagged if is_tagged else here.untagged
    assert [one.tagging for one in refusal.candidates] == [tagging]
    assert len(here.tagged) + len(here.untagged) == 1


def test_surnames_without_a_full_name_are_words_alone():
    tags = [make_tag("actor/Ana King"), make_tag("actor/Ben King")]

    here = arrange(make_article(), [refused(tag, reason=BARE_SURNAME, words="King") for tag in tags])

    assert here.surnames == ["King"]
    assert here.untagged == []


def test_a_tag_that_was_retired_is_no_candidate():
    retired = make_tag("country/Turkey", is_retired=True)

    assert arrange(make_article(), [refused(retired)]).untagged == []


def test_of_many_candidates_and_of_many_refusals_the_first_are_shown_and_the_others_counted():
    tags = [make_tag(f"actor/Ana King {number}") for number in range(CANDIDATES_SHOWN + 2)]
    same_words = [refused(tag) for tag in tags]
    many = [refused(tags[0], reason=f"reason {number}", at=number) for number in range(SHOWN)]

    here = arrange(make_article(), [*same_words, *many])

    assert [len(here.untagged[0].candidates), here.untagged[0].more_count] == [CANDIDATES_SHOWN, 2]
    assert [len(here.untagged), here.more_count] == [SHOWN, 1]
