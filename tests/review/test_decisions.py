"""The review queue: who waits, in which order, whose turn it is; and decisions that overwrite nobody's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import curation
from articles.importing import crew
from articles.importing.run import import_paths
from articles.importing.taggings import set_turns
from articles.models import ArticleSource, Change, ChangeSet, ImportRun, Tagging
from articles.review import queue
from articles.review.decisions import Verdict, decide, last_act, taggings_of, take_back, version
from articles.review.queue import ALL, Asked, Place, Share, count_latest, count_waiting, read_page, share_of
from articles.rules.retagging import Scope, retag
from tests.factories import make_article, make_outlet, make_tag, make_tagging
from tests.rules.test_retagging import InProcess

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol(django_user_model):
    """Return Carol, who reviews beside Alice."""
    return django_user_model.objects.create_user("carol", password="correct horse battery", is_staff=True)


def suggest(name: str, *rules: str, article=None, **values) -> Tagging:
    """Return a suggestion whose mentions were found by these rules."""
    article = article or make_article(outlet=values.pop("outlet", ""))
    mentions = [["body", 4, 13, rule] for rule in rules]
    return make_tagging(article, name, mentions=mentions, **{"salience": 0.2, **values})


def said(row: Tagging, verdict: Verdict, *, by):
    row = Tagging.objects.get(pk=row.pk)
    return decide({row.pk: version(row)}, verdict, by=by)


def standing(row: Tagging) -> tuple[str, str, bool]:
    row = Tagging.objects.get(pk=row.pk)
    return row.status, row.role, row.decided_at is not None


# --- The order --------------------------------------------------------------------------------------------


def test_the_most_doubtful_and_weighty_come_first():
    certain = suggest("country/Peru", "name", "name", "name")
    passing = suggest("actor/Ana Soto", "surname")
    main = suggest("actor/Ed Roe", "surname", role="main")
    topic = suggest("topic/Ports", "trigger")

    assert read_page(Asked()) == [main.pk, passing.pk, topic.pk, certain.pk]


def test_equals_come_in_the_order_they_were_made_and_a_place_is_where_one_goes_on():
    rows = [suggest("country/Peru", "demonym") for _ in range(4)]
    first, second, third, fourth = [row.pk for row in rows]
    rank = Tagging.objects.get(pk=first).review_rank

    assert read_page(Asked(), limit=2) == [first, second]
    assert read_page(Asked(), after=Place(rank, second)) == [third, fourth]
    assert read_page(Asked(), after=Place(rank, fourth)) == []


def test_what_is_decided_withdrawn_or_of_a_retired_tag_does_not_wait(alice):
    left = suggest("country/Peru", "name")
    decided, hidden, retired = (
        suggest("country/Oman", "name"),
        suggest("country/Mali", "name", article=make_article(status="withdrawn")),
        suggest("country/Siam", "former"),
    )
    draft = suggest("country/Chad", "name", article=make_article(status="draft"))
    curation.reject([decided], by=alice)
    curation.retire([retired.tag], by=alice)

    assert set(read_page(Asked())) == {left.pk, draft.pk}
    assert count_waiting(Asked()) == 2
    assert read_page(Asked(tag=retired.tag_id)) == read_page(Asked(tag=decided.tag_id)) == []
    assert hidden.pk not in read_page(Asked(kind="country"))


@pytest.fixture
def mixed():
    """Return suggestions of two tags of different kinds, in two outlets, one of them from a run."""
    courier, herald = make_article(outlet="Courier"), make_article(outlet="Herald")
    rows = {
        "peru": suggest("country/Peru", "demonym", article=courier),
        "ana": suggest("actor/Ana Soto", "surname", article=courier),
        "ed": suggest("actor/Ed Roe", "name", article=herald),
        "peru too": suggest("country/Peru", "name", article=herald),
    }
    run = ImportRun.objects.create()
    ArticleSource.objects.create(article=herald, path="/a.md", name="a.md", sha256="0", run=run)
    return {name: row.pk for name, row in rows.items()} | {
        "Peru": rows["peru"].tag_id, "Courier": make_outlet("Courier").pk, "run": run.pk,
    }  # fmt: skip


@pytest.mark.parametrize("small", [0, 1_000], ids=["walked", "gathered"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"tag": "Peru"}, ["peru", "peru too"]),
        ({"kind": "actor"}, ["ana", "ed"]),
        ({"rule": "name"}, ["ed", "peru too"]),
        ({"rule": "surname"}, ["ana"]),
        ({"kind": "country", "rule": "surname"}, []),
        ({"outlet": "Courier"}, ["ana", "peru"]),
        ({"run": "run"}, ["ed", "peru too"]),
        ({"tag": "Peru", "run": "run"}, ["peru too"]),
        ({"tag": "Peru", "rule": "demonym"}, ["peru"]),
        ({"outlet": "Courier", "kind": "actor"}, ["ana"]),
        ({"outlet": "Courier", "run": "run"}, []),
    ],
)
def test_the_queue_is_narrowed_and_keeps_its_order(mixed, monkeypatch, asked, found, small):
    monkeypatch.setattr(queue, "SMALL", small)
    named = {name: mixed.get(value, value) for name, value in asked.items()}

    assert read_page(Asked(**named)) == [mixed[name] for name in found]


def test_what_waits_is_counted_up_to_a_limit_and_not_at_all_where_that_takes_long(mixed, monkeypatch):
    assert count_waiting(Asked()) == 4
    assert count_waiting(Asked(kind="actor")) == 2
    assert count_waiting(Asked(outlet=mixed["Courier"], kind="actor")) == 1
    monkeypatch.setattr(queue, "COUNTED", 2)
    monkeypatch.setattr(queue, "SMALL", 0)

    assert count_waiting(Asked()) == 3
    assert count_waiting(Asked(outlet=mixed["Courier"])) is None
    assert count_waiting(Asked(outlet=mixed["Courier"], kind="actor")) is None
    assert count_waiting(Asked(tag=mixed["Peru"], rule="name")) == 1
    monkeypatch.setattr(queue, "COUNTED", 1)
    assert count_waiting(Asked(tag=mixed["Peru"], rule="name")) is None


def test_of_a_large_outlet_or_run_those_in_its_latest_articles_are_counted_up_to_a_limit(mixed, monkeypatch):
    outlet, run = Asked(outlet=mixed["Courier"]), Asked(run=mixed["run"])
    assert [count_latest(asked) for asked in (Asked(), outlet, run)] == [None, None, None]
    monkeypatch.setattr(queue, "SMALL", 0)

    assert [count_latest(asked) for asked in (Asked(), outlet, run)] == [None, 2, 2]
    assert count_latest(Asked(outlet=mixed["Courier"], kind="actor")) == 1
    assert count_latest(Asked(run=mixed["run"], tag=mixed["Peru"])) == 1
    assert count_latest(Asked(outlet=mixed["Courier"], run=mixed["run"])) == 0
    make_article(outlet="Courier", published_on=dt.date(2026, 1, 1))
    monkeypatch.setattr(queue, "COUNTED_LATEST", 1)
    assert count_latest(outlet) == 2
    monkeypatch.setattr(queue, "LATEST", 1)
    assert count_latest(outlet) == 0


def test_no_article_is_read_to_count_what_waits(mixed):
    with CaptureQueriesContext(connection) as queries:
        count_waiting(Asked())

    assert [query["sql"] for query in queries if "EXISTS" in query["sql"]] == []


@pytest.fixture
def finished(monkeypatch):
    """Return an outlet of which one suggestion waits, behind nine of another outlet, and a walk of four."""
    monkeypatch.setattr(queue, "SMALL", 0)
    monkeypatch.setattr(queue, "WALKED", 4)
    herald = make_article(outlet="Herald")
    rows = [suggest(f"country/C{number}", "demonym", article=herald) for number in range(9)]
    last = suggest("country/Peru", "name", "name", outlet="Courier")
    return make_outlet("Courier").pk, [row.pk for row in rows], last.pk


@pytest.mark.parametrize("kind", ["", "country"])
def test_a_walk_looks_at_so_many_and_says_where_to_go_on(finished, kind):
    outlet, _, last = finished
    asked, place, walks = Asked(outlet=outlet, kind=kind), None, []
    while not walks or (place := walks[-1].end):
        walks.append(queue.walk(asked, after=place, limit=1))

    assert [walk.pks for walk in walks[:-1]] == [[]] * (len(walks) - 1)
    assert walks[-1] == ([last], None)
    assert len(walks) == {"": 3, "country": 10}[kind]  # of a kind each ground is walked for its part


def test_the_end_of_a_walk_is_behind_exactly_as_many_as_are_looked_at(finished):
    outlet, rows, _ = finished

    first = queue.walk(Asked(outlet=outlet)).end
    second = queue.walk(Asked(outlet=outlet), after=first).end

    assert (first.pk, second.pk) == (rows[3], rows[7])


def test_a_walk_asks_for_rows_between_two_places_of_the_order_alone(finished):
    outlet, rows, _ = finished
    rank = Tagging.objects.get(pk=rows[3]).review_rank

    with CaptureQueriesContext(connection) as said:
        queue.walk(Asked(outlet=outlet), after=Place(rank, rows[0]))

    # Whether the outlet is small; the end of the walk, off the index; the page between both.
    small, end, page = (one["sql"] for one in said)
    assert ("EXISTS" in end, "OFFSET 3" in end) == (False, True)
    assert (f'"review_rank" <= {rank}' in page, f'"review_rank" >= {rank}' in page) == (True, True)
    assert "review_rank" not in small


# --- Two at once ------------------------------------------------------------------------------------------


def test_two_at_work_are_given_different_articles_and_together_all(alice, carol):
    rows = [suggest("country/Peru", "name") for _ in range(6)]
    said(rows[0], Verdict.ACCEPT, by=alice)

    assert (share_of(alice), share_of(carol)) == (ALL, Share(1, 2))
    said(rows[1], Verdict.ACCEPT, by=carol)
    shares = [read_page(Asked(), share=share_of(person)) for person in (alice, carol)]
    assert not set(shares[0]) & set(shares[1])
    assert sorted(shares[0] + shares[1]) == [row.pk for row in rows[2:]]


def test_who_paused_is_not_kept_rows_for(alice, carol, monkeypatch):
    said(suggest("country/Peru", "name"), Verdict.ACCEPT, by=alice)
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11))

    assert share_of(carol) == ALL


def test_what_somebody_else_decided_meanwhile_is_not_overwritten(alice, carol):
    row = suggest("country/Peru", "name")
    seen = {row.pk: version(row)}
    curation.reject([row], by=carol)

    decided = decide(seen, Verdict.ACCEPT, by=alice)

    assert (decided.done, decided.act) == ([], None)
    assert [(one.pk, str(one.decided_by), one.status) for one in decided.meanwhile] == [
        (row.pk, "carol", "rejected")
    ]
    assert ChangeSet.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"role": "main"}, {"mentions": [["body", 0, 3, "name"]]}], ids=["role", "evidence"]
)
def test_what_an_import_changed_meanwhile_is_looked_at_again(alice, change):
    row = suggest("country/Peru", "name")
    seen = {row.pk: version(row)}
    Tagging.objects.update(**change)

    assert decide(seen, Verdict.ACCEPT, by=alice).done == []
    assert standing(row)[0] == "suggested"


def test_what_is_gone_is_said_to_be_gone(alice):
    assert decide({987: "x"}, Verdict.ACCEPT, by=alice).gone == [987]


# --- Decisions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "after"),
    [
        (Verdict.ACCEPT, ("confirmed", "mentioned", True)),
        (Verdict.REJECT, ("rejected", "mentioned", True)),
        (Verdict.MAIN, ("confirmed", "main", True)),
        (Verdict.MENTIONED, ("confirmed", "mentioned", True)),
    ],
)
def test_a_decision_is_an_act_of_its_own_and_is_taken_back(alice, verdict, after):
    row = suggest("country/Peru", "name")

    decided = said(row, verdict, by=alice)

    assert standing(row) == after
    act = ChangeSet.objects.get()
    assert (act, act.act, act.made_by, act.change_count) == (decided.act, "review", alice, 1)
    assert taggings_of(act) == [row.pk]
    assert take_back(by=alice).made is not None
    assert standing(row) == ("suggested", "mentioned", False)
    assert read_page(Asked()) == [row.pk]


def test_several_are_decided_as_one_act(alice):
    rows = [suggest("country/Peru", "name") for _ in range(3)]
    seen = {row.pk: version(row) for row in rows}
    curation.reject([rows[1]], by=alice)

    decided = decide(seen, Verdict.ACCEPT, by=alice)

    assert [row.pk for row in decided.done] == [rows[0].pk, rows[2].pk]
    assert decided.act.change_count == 2
    assert [standing(row)[0] for row in rows] == ["confirmed", "rejected", "confirmed"]


def test_one_takes_back_ones_own_decisions_the_last_first(alice, carol):
    first, second, other = (suggest("country/Peru", "name") for _ in range(3))
    for row, person in ((first, alice), (second, alice), (other, carol)):
        said(row, Verdict.REJECT, by=person)

    assert taggings_of(last_act(alice)) == [second.pk]
    take_back(by=alice)
    take_back(by=alice)
    assert take_back(by=alice) is None
    assert [standing(row)[0] for row in (first, second, other)] == ["suggested", "suggested", "rejected"]


def test_one_does_not_take_back_what_others_decided(alice, carol):
    act = said(suggest("country/Peru", "name"), Verdict.REJECT, by=carol).act

    assert take_back(by=alice, act=act.pk) is None


def test_what_was_changed_again_since_stays(alice, carol):
    row = suggest("country/Peru", "name")
    said(row, Verdict.REJECT, by=alice)
    curation.confirm([row], by=carol)

    assert take_back(by=alice).is_refused
    assert standing(row)[0] == "confirmed"


def test_acts_of_one_person_within_an_hour_are_one_sitting(alice, carol, monkeypatch):
    rows = [suggest("country/Peru", "name") for _ in range(5)]
    first = said(rows[0], Verdict.ACCEPT, by=alice).act
    said(rows[1], Verdict.ACCEPT, by=carol)
    second = said(rows[2], Verdict.REJECT, by=alice).act
    undoing = take_back(by=alice).made
    third = said(rows[3], Verdict.REJECT, by=alice).act
    ChangeSet.objects.filter(pk=first.pk).update(made_at=timezone.now() - dt.timedelta(hours=2))
    fourth = said(rows[4], Verdict.REJECT, by=alice).act

    heads = dict(ChangeSet.objects.values_list("pk", "sitting"))
    assert [heads[act.pk] for act in (first, second, undoing, third, fourth)] == [
        None, first.pk, first.pk, first.pk, None,
    ]  # fmt: skip
    assert list(heads.values()).count(None) == 3


# --- What is rejected stays rejected ----------------------------------------------------------------------


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Return a folder with one clipping that was imported, and its suggestion of Peru."""
    monkeypatch.setattr(crew, "Guard", InProcess)
    call_command("load_gazetteer", verbosity=0)
    (tmp_path / "a.md").write_text(
        "---\ntitle: Talks in Lima\ntags: [Chile]\n---\nPeru agreed. Georgia and Chile signed.\n", "utf-8"
    )
    import_paths([tmp_path])
    return tmp_path, Tagging.objects.get(tag__key="pe")


def test_an_import_gives_every_suggestion_its_turn(imported):
    _, row = imported

    assert row.review_rank > 0
    rows = list(Tagging.objects.all())
    imported_turns = [(one.review_ground, one.review_rank) for one in rows]
    set_turns(rows)
    assert [(one.review_ground, one.review_rank) for one in rows] == imported_turns
    assert row.pk in read_page(Asked(kind="country", rule="name"))


def test_a_rejected_tag_never_comes_back_by_itself(imported, alice):
    folder, row = imported
    said(row, Verdict.REJECT, by=alice)
    rejected = standing(row)

    import_paths([folder])
    import_paths([folder], is_forced=True)
    (folder / "a.md").write_text("---\ntitle: Peru\n---\nPeru, Peru and Peru: Lima spoke.\n", "utf-8")
    import_paths([folder])
    retag(Scope(is_forced=True))
    call_command("load_gazetteer", verbosity=0)

    assert standing(row) == rejected == ("rejected", row.role, True)
    assert row.article.taggings.filter(tag=row.tag).count() == 1
    assert row.pk not in read_page(Asked(), limit=1000)
    assert Tagging.objects.get(pk=row.pk).decided_by == alice


def test_a_rejected_tag_that_is_taken_back_waits_again_in_its_turn(imported, alice):
    _, row = imported
    before = read_page(Asked(), limit=1000)
    said(row, Verdict.REJECT, by=alice)
    take_back(by=alice)

    assert read_page(Asked(), limit=1000) == before
    changes = Change.objects.filter(table="tagging").values_list("before__review_rank", flat=True)
    assert set(changes) == {None}


def test_edited_words_and_undone_edits_move_a_suggestion_in_the_queue(alice):
    article = make_article(body="The Kremlin spoke. Russia agreed.")
    row = make_tagging(article, make_tag("country/Russia"), salience=0.2, mentions=[
        ["body", 4, 11, "metonym"], ["body", 19, 25, "name"],
    ])  # fmt: skip
    turns = [row.review_rank]
    curation.edit_article(article, {"body": "The Kremlin spoke. They agreed."}, by=alice)
    turns.append(Tagging.objects.get().review_rank)
    with curation.recording(ChangeSet.Act.EDIT, by=alice) as act:
        act.edit_article(article, {"body": "The Kremlin spoke. Russia agreed."})

    assert turns[1] > turns[0]
