"""What auditors answer, and the figures that follow: from random samples alone, of what is public alone."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
import time_machine

from articles import curation
from articles.models import Archive, Article, AuditItem, AuditSample, Tag, Tagging, TagKind
from articles.quality import audits, sampling
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
TODAY = NOON.date()
_days = itertools.count()


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def make_answers(
    tag: str, right: int, wrong: int, *, scope: str = "all", day: dt.date = TODAY, **values: object
) -> list[AuditItem]:
    """Return answers about taggings with a tag, each in an article of its own."""
    row = make_tag(tag)
    sample = AuditSample.objects.create(
        drawn_on=day, scope=scope, stratum=f"{scope}:{next(_days)}", seed="seed",
        kind="" if scope == "all" else row.kind, tag=row if scope == "tag" else None,
    )  # fmt: skip
    made = []
    for number, verdict in enumerate(["right"] * right + ["wrong"] * wrong, start=1):
        article = make_article(title=f"Talks {number}")
        tagging = make_tagging(article, row)
        item = sampling.seen(tagging, sample, number)
        item.verdict = verdict
        item.role_verdict = "right" if verdict == "right" else ""
        item.answered_by_name, item.answered_at = "alice", NOON
        for name, value in values.items():
            setattr(item, name, value)
        item.save()
        made.append(item)
    return made


def told(figure: audits.Figure) -> tuple[int, int]:
    return figure.right, figure.total


# --- Answers ----------------------------------------------------------------------------------------------


@pytest.fixture
def item(alice):
    make_article(tags=["topic/Ports"])
    return sampling.draw_daily(TODAY).items.get()


@pytest.mark.parametrize(
    ("word", "verdict", "role"),
    [
        ("right", "right", "right"),
        ("other-role", "right", "wrong"),
        ("role-unsure", "right", "unsure"),
        ("wrong", "wrong", ""),
        ("unsure", "unsure", ""),
    ],
)
def test_an_answer_is_kept_with_who_and_when(item, alice, word, verdict, role):
    audits.answer(item, audits.ANSWERS[word], seen="", by=alice)

    item.refresh_from_db()
    kept = (item.verdict, item.role_verdict, item.answered_by_name, item.answered_at)
    assert kept == (verdict, role, "alice", NOON)
    assert audits.answer_of(item) == word


def test_an_answer_may_be_changed_on_its_day_and_the_former_one_is_kept(item, alice, bob):
    audits.answer(item, audits.ANSWERS["right"], seen="", by=alice)
    audits.answer(item, audits.ANSWERS["wrong"], seen="right", by=bob)

    item.refresh_from_db()
    assert (item.verdict, item.role_verdict, item.answered_by_name) == ("wrong", "", "bob")
    assert item.former_answers == [
        {"verdict": "right", "role_verdict": "right", "by": "alice", "at": NOON.isoformat()}
    ]


def test_an_answer_of_somebody_else_is_not_written_over_unseen(item, alice, bob):
    audits.answer(item, audits.ANSWERS["right"], seen="", by=alice)

    with pytest.raises(audits.NotOpenError, match="alice answered this meanwhile: right"):
        audits.answer(item, audits.ANSWERS["wrong"], seen="", by=bob)

    item.refresh_from_db()
    assert item.verdict == "right"


def test_answers_stand_once_the_day_is_over(item, alice):
    audits.answer(item, audits.ANSWERS["right"], seen="", by=alice)

    with time_machine.travel(NOON + dt.timedelta(hours=12), tick=False), pytest.raises(audits.NotOpenError):
        audits.answer(item, audits.ANSWERS["wrong"], seen="right", by=alice)

    item.refresh_from_db()
    assert item.verdict == "right"


def test_an_answer_changes_no_tag(item, alice):
    before = list(Tagging.objects.values())

    audits.answer(item, audits.ANSWERS["wrong"], seen="", by=alice)

    assert list(Tagging.objects.values()) == before


def test_an_answer_makes_kept_pages_anew(item, alice):
    before = Archive.objects.get().revision

    audits.answer(item, audits.ANSWERS["right"], seen="", by=alice)

    assert Archive.objects.get().revision == before + 1


# --- What counts ------------------------------------------------------------------------------------------


def test_decisions_at_the_desk_are_no_answers(alice):
    make_answers("topic/Ports", 20, 2)
    rows = [make_tagging(make_article(), "topic/Ports") for _ in range(10)]
    before = audits.read_figures(TODAY), audits.checked(make_tag("topic/Ports"), TODAY)

    curation.confirm(rows[:5], by=alice)
    curation.reject(rows[5:], by=alice)
    curation.set_role(rows[:2], Tagging.Role.MAIN, by=alice)

    assert (audits.read_figures(TODAY), audits.checked(make_tag("topic/Ports"), TODAY)) == before


def test_an_answer_counts_as_it_was_given_whatever_becomes_of_the_tag(alice):
    items = make_answers("topic/Ports", 20, 2)
    before = audits.read_figures(TODAY)

    curation.reject(Tagging.objects.filter(pk__in=[item.tagging_id for item in items[-2:]]), by=alice)
    curation.reject(Tagging.objects.filter(pk=items[0].tagging_id), by=alice)
    curation.edit_article(items[1].article, {"title": "Another title"}, by=alice)
    Tagging.objects.filter(pk=items[2].tagging_id).delete()

    assert audits.read_figures(TODAY) == before


def test_what_readers_cannot_see_any_more_counts_no_more_and_counts_again_when_they_can(alice):
    items = make_answers("topic/Ports", 20, 2)
    withdrawn = Article.objects.filter(pk=items[-1].article_id)

    curation.withdraw(withdrawn, by=alice)
    without = audits.read_figures(TODAY).overall
    curation.restore(withdrawn, by=alice)

    assert told(without) == (20, 21)
    assert told(audits.read_figures(TODAY).overall) == (20, 22)


def test_what_could_not_be_told_is_counted_apart():
    make_answers("topic/Ports", 3, 1)
    make_answers("topic/Ports", 2, 0, verdict="unsure", role_verdict="")
    make_answers("topic/Ports", 2, 0, verdict="", role_verdict="")

    figure = audits.read_figures(TODAY).overall

    assert (figure.right, figure.wrong, figure.unsure) == (3, 1, 2)


def test_a_tagging_that_was_drawn_several_times_counts_once_with_the_last_answer():
    first = make_answers("topic/Ports", 2, 0, day=TODAY - dt.timedelta(days=9))
    again = make_answers("topic/Ports", 0, 1)
    AuditItem.objects.filter(pk=again[0].pk).update(tagging_id=first[0].tagging_id)

    figures = audits.read_figures(TODAY)

    assert told(figures.overall) == (1, 2)
    assert [told(figure) for figure in figures.months.values()] == [(2, 2), (0, 1)]


def test_answers_older_than_a_year_count_no_more():
    make_answers("topic/Ports", 3, 0, day=TODAY - dt.timedelta(days=365))
    make_answers("topic/Ports", 5, 0, day=TODAY - dt.timedelta(days=366))

    figure = audits.read_figures(TODAY).overall

    assert (figure.right, figure.first_on) == (3, TODAY - dt.timedelta(days=365))


def test_a_figure_takes_in_the_samples_that_were_drawn_uniformly_within_it():
    make_answers("topic/Ports", 1, 0, scope="all")
    make_answers("topic/Ports", 10, 0, scope="kind")
    make_answers("topic/Ports", 100, 0, scope="tag")

    figures = audits.read_figures(TODAY)

    [of_tag] = figures.tags.values()
    assert told(of_tag) == (111, 111)
    assert told(figures.kinds["topic"]) == (11, 11)
    assert told(audits.kind_figure(TagKind.TOPIC, TODAY)) == (11, 11)
    assert told(figures.overall) == (1, 1)
    assert {rule: told(figure) for rule, figure in figures.rules.items()} == {"": (1, 1)}
    assert {role: told(figure) for role, figure in figures.roles.items()} == {"mentioned": (1, 1)}
    assert [told(figure) for figure in figures.months.values()] == [(1, 1)]


def test_figures_are_kept_by_kind_rule_month_and_tag():
    make_answers("topic/Ports", 3, 1, rule="trigger")
    make_answers("country/Peru", 2, 2, rule="capital", day=dt.date(2026, 1, 15))

    figures = audits.read_figures(TODAY)

    assert {key: told(figure) for key, figure in figures.kinds.items()} == {
        "topic": (3, 4),
        "country": (2, 4),
    }
    assert {key: told(figure) for key, figure in figures.rules.items()} == {
        "trigger": (3, 4),
        "capital": (2, 4),
    }
    assert {key: told(figure) for key, figure in figures.months.items()} == {
        dt.date(2026, 1, 1): (2, 4), dt.date(2026, 3, 1): (3, 4),
    }  # fmt: skip
    assert {key[1]: told(figure) for key, figure in figures.tags.items()} == {"Ports": (3, 4), "Peru": (2, 4)}


def test_the_role_is_judged_of_right_tags_alone():
    make_answers("topic/Ports", 3, 1, role="main")
    make_answers("topic/Ports", 2, 0, role="main", role_verdict="wrong")
    make_answers("topic/Ports", 1, 0, role="main", role_verdict="unsure")

    figure = audits.read_figures(TODAY).roles["main"]

    assert (figure.right, figure.wrong, figure.unsure) == (3, 2, 1)


# --- What readers are told --------------------------------------------------------------------------------


def test_a_tag_has_a_figure_of_its_own_from_twenty_answers_on():
    make_answers("topic/Ports", 19, 1)

    found = audits.checked(make_tag("topic/Ports"), TODAY)

    assert (told(found.figure), found.is_of_kind) == ((19, 20), False)


def test_a_tag_with_fewer_answers_shows_the_figure_of_its_kind():
    make_answers("topic/Ports", 19, 0)
    make_answers("topic/Oil", 3, 1)

    found = audits.checked(make_tag("topic/Ports"), TODAY)

    assert (told(found.figure), found.is_of_kind) == ((22, 23), True)


def test_with_too_few_answers_nothing_is_said():
    make_answers("topic/Ports", 19, 0)

    assert audits.checked(make_tag("topic/Ports"), TODAY) is None
    assert audits.checked(make_tag("country/Peru"), TODAY) is None


def test_a_retired_tag_says_nothing(alice):
    make_answers("topic/Ports", 30, 0)
    curation.retire(Tag.objects.filter(slug="ports"), by=alice)

    assert audits.checked(Tag.objects.get(slug="ports"), TODAY) is None


def test_what_a_tag_says_takes_few_queries(django_assert_num_queries):
    make_answers("topic/Ports", 19, 0)
    tag = make_tag("topic/Ports")

    with django_assert_num_queries(3):  # its own answers, where the database stands, those of its kind
        audits.checked(tag, TODAY)
