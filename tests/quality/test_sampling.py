"""Random samples of taggings: who is in them, with what chance, and how they can be drawn again."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError

from articles import curation
from articles.models import Article, AuditItem, AuditSample, Tag, Tagging, TagKind
from articles.quality import sampling
from tests.factories import make_article, make_tag, make_tagging

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)


def sample_of_all(seed: str = "seed") -> AuditSample:
    return AuditSample(drawn_on=DAY, scope="all", stratum="all", seed=seed)


def make_many(count: int) -> list[Tagging]:
    """Return so many automatic taggings, with gaps of all sizes between their keys."""
    chance = random.Random(7)
    article, made, key = make_article(), [], 0
    for number in range(count):
        key += chance.choice([1, 1, 1, 2, 40, 300])
        made.append(make_tagging(article, f"topic/Topic {number}", pk=key))
    return made


# --- Who is in it -----------------------------------------------------------------------------------------


def test_only_automatic_tags_that_readers_see_are_drawn(alice):
    article = make_article(tags=["topic/Ports", "country/Peru", "topic/Retired"])
    make_article(status=Article.Status.DRAFT, tags=["topic/Ports"])
    make_article(status=Article.Status.WITHDRAWN, tags=["topic/Ports"])
    make_tagging(article, "topic/By file", origin=Tagging.Origin.FRONT_MATTER)
    make_tagging(article, "topic/By editor", origin=Tagging.Origin.EDITOR)
    confirmed = make_tagging(article, "topic/Confirmed")
    rejected = make_tagging(article, "topic/Rejected")
    curation.confirm([confirmed], by=alice)
    curation.reject([rejected], by=alice)
    curation.retire(Tag.objects.filter(slug="retired"), by=alice)

    found = sampling.draw(sample_of_all(), 100)

    assert {tagging.tag.slug for tagging in found} == {"ports", "peru", "confirmed"}


def test_a_sample_of_a_kind_or_a_tag_holds_nothing_else():
    for number in range(5):
        make_article(title=f"Talks {number}", tags=["topic/Ports", "topic/Oil", "country/Peru"])
    ports = make_tag("topic/Ports")

    of_kind, of_tag = sampling.draw_kind(DAY, TagKind.TOPIC), sampling.draw_tag(DAY, ports)

    assert Counter(of_kind.items.values_list("tag_name", flat=True)) == {"Ports": 5, "Oil": 5}
    assert Counter(of_tag.items.values_list("tag_name", flat=True)) == {"Ports": 5}


def test_a_tag_too_common_to_be_listed_is_met_by_trying_numbers(monkeypatch):
    monkeypatch.setattr(sampling, "RARE", 3)
    for number in range(5):
        make_article(title=f"Talks {number}", tags=["topic/Ports", "country/Peru"])

    sample = sampling.draw_tag(DAY, make_tag("topic/Ports"))

    assert (sample.is_listed, sample.items.count()) == (False, 5)
    assert set(sample.items.values_list("tag_name", flat=True)) == {"Ports"}


def test_an_archive_without_such_tags_has_no_sample():
    make_article()

    assert sampling.draw_daily(DAY) is None
    assert not AuditSample.objects.exists()


# --- With what chance -------------------------------------------------------------------------------------


def test_each_tagging_has_the_same_chance_whatever_gaps_lie_before_it():
    """Chi-squared over 60 taggings in 3,000 draws of 3: by chance it passes 98.3 once in a thousand times."""
    made = make_many(60)
    drawn: Counter[int] = Counter()

    for number in range(3_000):
        drawn.update(chosen_of(f"draw {number}", made, 3))

    expected = 3_000 * 3 / 60
    statistic = sum((drawn[tagging.pk] - expected) ** 2 / expected for tagging in made)
    assert statistic < 98.3


def chosen_of(seed: str, made: list[Tagging], count: int) -> list[int]:
    """Return the keys that a seed draws, by the numbers that `draw` tries, without asking the database."""
    sample = sample_of_all(seed)
    sample.lowest, sample.highest = made[0].pk, made[-1].pk
    keys = {tagging.pk for tagging in made}
    return [key for key in sampling.candidates(sample) if key in keys][:count]


def test_what_is_drawn_are_the_first_numbers_that_are_taggings():
    made = make_many(60)

    found = sampling.draw(sample_of_all("any"), 7)

    assert [tagging.pk for tagging in found] == chosen_of("any", made, 7)


def test_first_and_last_are_drawn_like_all_others():
    made = make_many(3)

    first = Counter(chosen_of(f"draw {number}", made, 1)[0] for number in range(300))

    assert set(first) == {tagging.pk for tagging in made}


def test_nothing_is_drawn_twice():
    make_many(30)

    found = sampling.draw(sample_of_all(), 100)

    assert len({tagging.pk for tagging in found}) == len(found) == 30


def test_drawing_costs_the_same_however_many_there_are(django_assert_max_num_queries):
    make_many(60)

    with django_assert_max_num_queries(4 + 60 * 80 // sampling.BATCHES[1] + 1) as queries:
        sampling.draw(sample_of_all(), 20)

    sent = [query["sql"] for query in queries]
    assert [sql for sql in sent if "COUNT(" in sql or "RANDOM" in sql.upper()] == []


# --- Drawn once, and to be explained ----------------------------------------------------------------------


def test_a_sample_can_be_drawn_again_from_what_was_noted():
    make_many(60)
    sample = sampling.draw_daily(DAY)

    again = AuditSample(
        scope=sample.scope, seed=sample.seed, lowest=sample.lowest, highest=sample.highest
    )  # fmt: skip
    found = sampling.draw(again, sampling.DAILY)

    assert [tagging.pk for tagging in found] == list(sample.items.values_list("tagging_id", flat=True))
    assert again.tried_count == sample.tried_count


def test_a_day_has_one_sample_for_everybody(alice, bob):
    make_many(60)

    first, second = sampling.draw_daily(DAY, by=alice), sampling.draw_daily(DAY, by=bob)

    assert first == second
    assert second.made_by_name == "alice"
    assert AuditItem.objects.count() == sampling.DAILY


def test_two_first_visits_at_once_end_in_one_sample(alice, monkeypatch):
    make_many(5)
    theirs = sampling.draw_daily(DAY)
    lookups = iter([None, theirs])  # the first look comes too early
    monkeypatch.setattr(sampling, "sample_of", lambda *args: next(lookups))

    assert sampling.draw_daily(DAY, by=alice) == theirs
    assert AuditSample.objects.count() == 1


def test_another_day_is_another_draw():
    make_many(60)

    samples = [sampling.draw_daily(DAY + dt.timedelta(days=number)) for number in range(3)]

    assert len({sample.seed for sample in samples}) == 3


def test_a_stratum_is_drawn_once_a_day_at_most():
    make_many(5)
    sampling.draw_kind(DAY, TagKind.TOPIC)

    with pytest.raises(IntegrityError):
        AuditSample.objects.create(drawn_on=DAY, scope="kind", kind="topic", stratum="kind:topic", seed="x")


def test_a_copy_is_kept_of_what_the_auditor_sees():
    article = make_article(title="Talks in Lima", body="Quiet. Ministers of Peru met. Rain.")
    make_tagging(
        article, "country/Peru", role="main", release="abc", mentions=[["body", 20, 24, "name"]], salience=0.9
    )

    item = sampling.draw_daily(DAY).items.get()

    assert (item.tag_name, item.kind, item.title, item.role, item.rule, item.release) == (
        "Peru", "country", "Talks in Lima", "main", "name", "abc",
    )  # fmt: skip
    assert item.excerpts == [["body", [["Ministers of ", False], ["Peru", True], [" met.", False]]]]


def test_the_rule_is_that_of_the_words_seen_first():
    article = make_article(title="Lima talks", body="Peru met.")
    make_tagging(
        article, "country/Peru", mentions=[["body", 0, 4, "name"], ["title", 0, 4, "capital"]]
    )  # fmt: skip

    assert sampling.draw_daily(DAY).items.get().rule == "capital"


def test_the_command_draws_the_sample_of_the_day(capsys):
    make_many(3)
    with time_machine.travel(dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC), tick=False):
        call_command("draw_sample")
        call_command("draw_sample")

    sample = AuditSample.objects.get()
    line = f"The sample of 2026-03-02: 3 taggings, at /admin/quality/{sample.pk}/\n"
    assert capsys.readouterr().out == line * 2


def test_the_command_says_where_there_is_nothing_to_draw(capsys):
    call_command("draw_sample")

    assert "nothing was drawn" in capsys.readouterr().out
