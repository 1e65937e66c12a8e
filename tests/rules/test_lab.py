"""The rule lab: what a trial predicts is what comes of saving it, and no other article changes."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import frontmatter
import pytest

from articles import curation, gazetteer
from articles.history.undoing import undo
from articles.importing import crew
from articles.importing.unmatched import write_unmatched
from articles.models import Alias, Article, ChangeSet, RuleTrial, Tag, TrialMove
from articles.rules.lab import (
    AgainstError,
    StaleError,
    TrialError,
    begin,
    entry_of,
    follow,
    moved,
    save,
)
from articles.rules.retagging import Scope, count_waiting, releases_like, retag
from articles.rules.trying import Budget, TooMuchError, compute, drawn
from articles.search.engine import IndexUnusable
from articles.tagging import Alias as Name
from articles.tagging import AliasKind, Entry, Kind, Office, read_data
from articles.tagging.rulelines import write_rule
from tests.conftest import PROJECT
from tests.edits import edited
from tests.factories import make_article, make_tagging
from tests.rules.test_retagging import InProcess

GEORGIA = Entry(Kind.COUNTRY, "georgia", "Georgia", "ge", aliases=(Name("Georgia"),))
OMAN = Entry(Kind.COUNTRY, "oman", "Oman", "om", aliases=(Name("Oman"), Name("Muscat", AliasKind.CAPITAL)))
PERU = Entry(Kind.COUNTRY, "peru", "Peru", "pe", aliases=(Name("Peru"),))
PUTIN = Entry(
    Kind.ACTOR, "putin", "Vladimir Putin", "putin",
    aliases=(Name("Vladimir Putin"), Name("Putin", AliasKind.SURNAME)),
    offices=(Office("President", "head_of_state", "pe", dt.date(2012, 5, 7)),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    monkeypatch.setattr(crew, "Guard", InProcess)


@pytest.fixture
def loaded(db) -> None:
    load(GEORGIA, OMAN, PERU, PUTIN)


def load(*entries: Entry) -> None:
    gazetteer.load(entries, release=gazetteer.release_of(entries))


def tried(alice, slug: str, **lines: str) -> RuleTrial:
    """Return a trial, computed, of the tag's rule with some fields written anew."""
    tag = Tag.objects.get(slug=slug)
    entry = entry_of(tag)
    trial = begin(tag, {**write_rule(entry), **lines}, is_ambiguous=entry.is_ambiguous, by=alice)
    assert compute(trial)
    return trial


def moves(trial: RuleTrial) -> dict[str, dict[str, list[int]]]:
    """Return which articles would move under each tag."""
    found: dict[str, dict[str, list[int]]] = {}
    for slug, kind, pk in trial.moves.order_by("article").values_list("tag__slug", "kind", "article"):
        found.setdefault(slug, {}).setdefault(kind, []).append(pk)
    return found


def real(done) -> dict[str, dict[str, list[int]]]:
    """Return which articles a re-tag moved under each tag."""
    slugs = dict(Tag.objects.values_list("pk", "slug"))
    names = {"gained": "gained", "lost": "lost", "main": "to_main", "mentioned": "to_mentioned"}
    found = {
        slugs[pk]: {kind: sorted(getattr(one, name)) for kind, name in names.items() if getattr(one, name)}
        for pk, one in done.moves.items()
    }
    return {slug: kinds for slug, kinds in found.items() if kinds}


# --- The property: predicted is real, and nothing else changes --------------------------------------------


def make_seeds() -> list[str]:
    """Store the seeds; return their texts."""
    texts = []
    for number, path in enumerate(sorted((PROJECT / "seeds").glob("*.md"))):
        values, body = frontmatter.parse(path.read_text(encoding="utf-8"))
        words = [str(word) for word in values.get("tags") or () if number % 2]
        status = "draft" if number % 9 == 0 else "public"
        make_article(
            title=str(values.get("title", "")), body=body, keywords=words, status=status,
            published_on=dt.date(2005 + number % 20, 10, 16),
        )  # fmt: skip
        texts.append(f"{values.get('title', '')} {body}")
    return texts


def known(texts: list[str]) -> list[Entry]:
    """Return the entries that the texts may name, and what those rest on."""
    joined = " ".join(texts)
    return [
        entry
        for entry in read_data()
        if entry.kind is Kind.TOPIC or any(name.text in joined for name in entry.aliases)
    ]


ROUNDS = 4


def typed(entry: Entry) -> tuple[object, ...]:
    """Return what an editor types of an entry."""
    return write_rule(entry), entry.is_ambiguous


@pytest.mark.parametrize("seed", range(3))
def test_what_is_predicted_comes_of_saving_and_no_other_article_changes(db, alice, seed):
    dice = random.Random(seed)
    texts = make_seeds()
    load(*known(texts))
    retag(Scope(is_forced=True))
    compared = 0
    for _ in range(ROUNDS):
        entries = gazetteer.read_entries()
        kind = dice.choice(list(Kind))
        entry = dice.choice([one for one in entries if one.kind is kind])
        changed = edited(entry, texts, dice)
        tag = Tag.objects.get(kind=entry.kind, slug=entry.slug)
        trial = begin(tag, write_rule(changed), is_ambiguous=changed.is_ambiguous, by=alice)
        assert compute(trial)
        if trial.state == "failed" or changed == entry:
            trial.delete()
            continue
        predicted = moves(trial)
        if typed(changed) == typed(entry):  # what was typed says less than an entry, but all that counts
            with pytest.raises(TrialError, match="nothing of the rule was changed"):
                save(trial, by=alice)
            assert predicted == {}
            continue
        save(trial, by=alice)
        trial.refresh_from_db()
        done = follow(trial)

        assert real(done) == predicted, f"{entry} became {changed}"
        assert (trial.state, trial.note) == ("saved", "")
        assert real(retag(Scope(is_forced=True), is_dry=True)) == {}, f"{entry} became {changed}"
        assert count_waiting() == 0
        compared += 1
    assert compared >= 2, f"{compared} of {ROUNDS} changes were compared"


# --- One thing at a time ----------------------------------------------------------------------------------


def test_an_added_name_shows_who_gains_and_which_other_tag_moves(loaded, alice):
    one = make_article(title="Talks", body="Envoys met in Georgia Town. Peru was absent.")
    make_article(title="Peru", body="Peru alone.")
    retag(Scope(is_forced=True))

    trial = tried(alice, "oman", name="Oman\nGeorgia Town")

    assert moves(trial) == {"georgia": {"lost": [one.pk]}, "oman": {"gained": [one.pk]}}
    assert (trial.found_count, trial.result["changed"], trial.result["against"]) == (1, 1, 0)
    gained = trial.moves.get(kind="gained")
    assert (gained.mentions, gained.is_sampled, gained.is_due) == ([["body", 14, 26, "name"]], True, False)
    assert ChangeSet.objects.filter(act="edit").count() == 0


def test_saving_is_one_act_that_can_be_undone_and_a_retag_follows(loaded, alice):
    one = make_article(title="Talks", body="Envoys met in Muscovy. Peru was absent.")
    before = set(Alias.objects.values_list("tag__slug", "text", "kind", "origin"))
    trial = tried(
        alice, "peru", name="Muscovy\nPeru | ambiguous | for: Lima", demonym="Peruvian", context="Andes"
    )

    act = save(trial, by=alice)
    follow(RuleTrial.objects.get(pk=trial.pk), by_name="alice")

    assert (act.act, act.made_by, act.note) == ("edit", alice, "rule of Peru: 1 gained")
    assert act.change_count == 5  # two new names, a changed one, the tag, and that the tag is in use
    last = ChangeSet.objects.latest("pk")
    assert (last.act, last.made_by_name) == ("retag", "alice")
    assert last.note.endswith("rule of Peru")
    assert one.taggings.get(tag__slug="peru").status == "suggested"
    assert not undo(act, by=alice).conflicts
    assert set(Alias.objects.values_list("tag__slug", "text", "kind", "origin")) == before


def test_a_removed_name_that_an_editor_confirmed_is_a_contradiction(loaded, alice):
    one, two = (make_article(title="Talks", body="In Muscat they met.") for _ in range(2))
    retag(Scope(is_forced=True))
    one.taggings.update(status="confirmed")

    trial = tried(alice, "oman", capital="")

    assert moves(trial) == {"oman": {"lost": [two.pk], "unconfirmed": [one.pk]}}
    with pytest.raises(AgainstError, match="contradicts a decision of editors"):
        save(trial, by=alice, reason="because")
    with pytest.raises(AgainstError):
        save(trial, by=alice, is_override=True, reason=" \0 ")
    act = save(trial, by=alice, is_override=True, reason="Muscat is a wine\nhere")
    follow(RuleTrial.objects.get(pk=trial.pk))
    assert act.note == "rule of Oman: 1 lost; against 1 decision, because: Muscat is a wine here"
    assert one.taggings.get().status == "confirmed"


def test_a_name_that_would_give_a_rejected_tag_again_is_a_contradiction(loaded, alice):
    one = make_article(title="Talks", body="In Callao they met.")
    retag(Scope(is_forced=True))
    make_tagging(one, "country/Peru", status="rejected", origin="editor")

    trial = tried(alice, "peru", capital="Callao")

    assert moves(trial) == {"peru": {"unrejected": [one.pk]}}
    assert trial.moves.get().mentions == [["body", 3, 9, "capital"]]


def test_a_decision_that_the_old_rule_contradicts_as_well_is_no_news(loaded, alice):
    one = make_article(title="Talks", body="In Muscat and Callao they met.")
    retag(Scope(is_forced=True))
    make_tagging(one, "country/Peru", status="confirmed", origin="editor")
    one.taggings.filter(tag__slug="oman").update(status="rejected")

    trial = tried(alice, "oman", name="Oman\nCallao")

    assert moves(trial) == {}
    assert trial.result["against"] == 0


def test_what_comes_with_the_next_retag_anyway_is_told_apart(loaded, alice):
    stale = make_article(title="Talks", body="In Muscat and Callao they met.")
    fresh = make_article(title="Talks", body="In Callao they met.")
    retag(Scope(article_id=fresh.pk))

    trial = tried(alice, "peru", capital="Callao")

    assert moves(trial) == {"oman": {"gained": [stale.pk]}, "peru": {"gained": [stale.pk, fresh.pk]}}
    assert list(trial.moves.filter(is_due=True).values_list("tag__slug", flat=True)) == ["oman"]
    assert trial.result["due"] == 1


def test_files_that_give_a_name_follow_it(loaded, alice):
    gains = make_article(title="A", body="Nothing.", keywords=["callao"])
    loses = make_article(title="B", body="Nothing.", keywords=["Muscovy"])
    load(GEORGIA, replace(OMAN, aliases=(*OMAN.aliases, Name("Muscovy"))), PERU, PUTIN)
    retag(Scope(is_forced=True))
    write_unmatched({gains.pk: ["callao"]})

    assert moves(tried(alice, "peru", name="Peru\nCallao")) == {"peru": {"gained": [gains.pk]}}
    RuleTrial.objects.all().delete()
    assert moves(tried(alice, "oman", name="Oman")) == {"oman": {"lost": [loses.pk]}}


def test_articles_that_readers_do_not_see_are_tried_as_well(loaded, alice):
    hidden = [make_article(title="A", body="In Callao.", status=status) for status in ("draft", "withdrawn")]

    assert moves(tried(alice, "peru", capital="Callao")) == {"peru": {"gained": [one.pk for one in hidden]}}


def test_without_an_index_the_texts_themselves_are_looked_through(loaded, alice, monkeypatch):
    def unusable(clues):
        raise IndexUnusable("gone")

    one = make_article(title="A", body="In Callao.")
    monkeypatch.setattr("articles.rules.candidates.sync.holding", unusable)

    trial = tried(alice, "peru", capital="Callao")
    assert (moves(trial), trial.found_count) == ({"peru": {"gained": [one.pk]}}, 1)


def test_a_text_that_harms_the_tagger_is_told_and_keeps_its_tags(loaded, alice, monkeypatch):
    one = make_article(title="A", body="In Callao.")

    def broken(texts):
        raise ValueError("too deep")

    monkeypatch.setattr(crew, "tag_texts", broken)

    trial = tried(alice, "peru", capital="Callao")
    assert trial.result["failures"] == [[one.pk, "A", "too deep"]]
    assert moves(trial) == {}


# --- What stands in the way -------------------------------------------------------------------------------


def test_a_gazetteer_changed_meanwhile_asks_for_another_trial(loaded, alice):
    trial = tried(alice, "peru", capital="Callao")
    Alias.objects.create(tag=Tag.objects.get(slug="oman"), text="Omani", kind="demonym")

    with pytest.raises(StaleError, match="the gazetteer was changed"):
        save(trial, by=alice)
    assert not Alias.objects.filter(text="Callao").exists()


def test_an_article_changed_meanwhile_asks_for_another_trial_if_it_is_concerned(loaded, alice):
    trial = tried(alice, "peru", capital="Callao")
    make_article(title="Nothing", body="of all this")
    other = make_article(title="New", body="In Callao.")

    with pytest.raises(StaleError, match="were changed since"):
        save(trial, by=alice)
    Article.objects.filter(pk=other.pk).update(body="Nothing.")
    assert save(trial, by=alice).change_count == 2


def test_a_decision_made_meanwhile_asks_for_another_trial(loaded, alice):
    one = make_article(title="Talks", body="In Muscat they met.")
    retag(Scope(is_forced=True))
    trial = tried(alice, "oman", capital="")
    curation.confirm(one.taggings.all(), by=alice)

    with pytest.raises(StaleError, match="articles that this concerns"):
        save(trial, by=alice)


def test_a_trial_is_saved_once(loaded, alice):
    trial = tried(alice, "peru", capital="Callao")
    save(trial, by=alice)

    with pytest.raises(TrialError, match="saved already"):
        save(trial, by=alice)


def test_an_unchanged_rule_is_not_saved(loaded, alice):
    with pytest.raises(TrialError, match="nothing of the rule"):
        save(tried(alice, "peru"), by=alice)


def test_a_retired_tag_has_no_rule_to_try(loaded, alice):
    Tag.objects.filter(slug="peru").update(is_retired=True)

    with pytest.raises(TrialError, match="is retired"):
        entry_of(Tag.objects.get(slug="peru"))


def test_a_rule_that_cannot_be_read_is_told(loaded, alice):
    assert (trial := tried(alice, "peru", name="Peru | 9")).state == "failed"
    assert trial.note.startswith("the rule cannot be read any more: Line 1: '9' is not known")


def test_one_person_tries_one_thing_at_a_time(loaded, alice, bob):
    tag = Tag.objects.get(slug="peru")
    waiting, looking = (begin(tag, {}, is_ambiguous=False, by=alice) for _ in range(2))
    assert not RuleTrial.objects.filter(pk=waiting.pk).exists()
    RuleTrial.objects.filter(pk=looking.pk).update(state="looking")

    with pytest.raises(TrialError, match="another change of yours"):
        begin(tag, {}, is_ambiguous=False, by=alice)
    begin(tag, {}, is_ambiguous=False, by=bob)


def test_more_than_can_be_waited_for_is_left_to_the_background(loaded, alice):
    for _ in range(3):
        make_article(title="A", body="In Callao.")
    trial = begin(
        Tag.objects.get(slug="peru"), {"name": "Peru", "capital": "Callao"}, is_ambiguous=False, by=alice
    )

    with pytest.raises(TooMuchError):
        compute(trial, budget=Budget(articles=2))
    with pytest.raises(TooMuchError):
        compute(trial, budget=Budget(seconds=-1))
    assert TrialMove.objects.count() == 0
    assert compute(trial, budget=Budget(articles=3))
    assert moves(trial)["peru"]["gained"]


def test_a_trial_that_is_stopped_waits_for_the_next_worker(loaded, alice):
    make_article(title="A", body="In Callao.")
    trial = begin(Tag.objects.get(slug="peru"), {"capital": "Callao"}, is_ambiguous=False, by=alice)

    assert not compute(trial, should_stop=lambda: True)
    trial.refresh_from_db()
    assert trial.state == "waiting"


def test_articles_changed_after_saving_are_remarked_on(loaded, alice):
    one = make_article(title="A", body="In Callao.")
    trial = tried(alice, "peru", capital="Callao")
    save(trial, by=alice)
    Article.objects.filter(pk=one.pk).update(body="Elsewhere.")
    trial = RuleTrial.objects.get(pk=trial.pk)

    done = follow(trial)

    assert moved(done) == {}
    assert trial.note == "Articles were changed meanwhile, so not all came as predicted."


def test_old_trials_are_forgotten_and_saved_ones_kept(loaded, alice):
    tried(alice, "peru", capital="Callao")
    kept = tried(alice, "oman", capital="Sohar")
    RuleTrial.objects.update(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    RuleTrial.objects.filter(pk=kept.pk).update(state="saved")

    new = tried(alice, "georgia")

    assert set(RuleTrial.objects.values_list("pk", flat=True)) == {kept.pk, new.pk}


def test_the_sample_is_drawn_from_all_outlets_and_years_and_always_the_same():
    strata = {("a", 2020): range(100), ("b", 2021): range(100, 110), ("c", 2021): [500]}

    chosen = drawn(strata, 7)
    assert chosen == drawn(dict(reversed(strata.items())), 7)
    assert len(set(chosen)) == 7
    assert 500 in chosen
    assert sum(pk < 100 for pk in chosen) == 3
    assert drawn({}, 7) == []
    assert sorted(drawn({("c", 1): [3, 4]}, 7)) == [3, 4]


def test_what_was_tried_on_a_tag_does_not_keep_it_from_being_taken_back(loaded, alice):
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.save(Tag(kind="country", slug="chile", key="cl", name="Chile"))
    made = ChangeSet.objects.latest("pk")
    tried(alice, "chile", name="Chile")

    assert not undo(made, by=alice).conflicts
    assert not Tag.objects.filter(slug="chile").exists()
    assert RuleTrial.objects.count() == 0


def test_articles_that_a_saved_rule_does_not_reach_wait_for_no_retag(loaded, alice):
    make_article(title="A", body="In Callao.")
    make_article(title="B", body="Elsewhere.")
    retag(Scope(is_forced=True))
    first = gazetteer.release_of(gazetteer.read_entries())

    for slug, town in (("peru", "Callao"), ("oman", "Sohar")):
        trial = tried(alice, slug, capital=town)
        save(trial, by=alice)
        assert count_waiting() == 2
        follow(RuleTrial.objects.get(pk=trial.pk))
        assert count_waiting() == 0

    now = gazetteer.release_of(gazetteer.read_entries())
    assert len(releases_like(now)) == 3
    assert first in releases_like(now)
    Alias.objects.filter(text="Callao").delete()
    assert count_waiting() == 2


def test_a_gazetteer_changed_before_the_retag_leaves_all_articles_waiting(loaded, alice):
    make_article(title="A", body="In Callao.")
    make_article(title="B", body="Elsewhere.")
    retag(Scope(is_forced=True))
    trial = tried(alice, "peru", capital="Callao")
    save(trial, by=alice)
    Alias.objects.create(tag=Tag.objects.get(slug="oman"), text="Elsewhere")

    follow(RuleTrial.objects.get(pk=trial.pk))

    assert count_waiting() == 1
