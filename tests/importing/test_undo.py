"""Imports taken back: what returns, what editors keep, and what a later import stands in the way of."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from articles import curation, gazetteer
from articles.importing import undo as undo_module
from articles.importing.lock import ImportBusyError
from articles.importing.pruning import Kept
from articles.importing.run import import_paths
from articles.importing.undo import UndoError, Undoing, undo
from articles.models import Article, ArticleSource, ChangeSet, ImportRun, Tag, Tagging
from articles.rules.retagging import Scope, retag
from articles.search import sync
from articles.search.query import Criteria
from articles.tagging import Alias, Entry, Kind
from tests.importing.test_import_command import lock_held_elsewhere
from tests.importing.test_run import GAZETTEER, counts, digest, rows, write

PUBLIC, WITHDRAWN = Article.Status.PUBLIC, Article.Status.WITHDRAWN
UNDONE = Article.Withdrawal.UNDONE


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with two clippings."""
    folder = tmp_path / "clippings"
    write(folder, "a.md")
    write(folder, "b.md")
    return folder


@pytest.fixture(autouse=True)
def imported(db, folder) -> None:
    """Import the folder before each test: run 1, so to speak."""
    gazetteer.load(GAZETTEER, release=gazetteer.release_of(GAZETTEER))
    import_paths([folder])


def last_run() -> ImportRun:
    return ImportRun.objects.latest("pk")


def article(name: str) -> Article:
    """Return the article last read from the file of this name."""
    return Article.objects.get(sources__name=name)


def tags_of(one: Article) -> dict[str, list[object]]:
    return {row.tag.slug: row.mentions for row in one.taggings.select_related("tag")}


def figures(undoing: Undoing) -> tuple[int, int, int, int]:
    return undoing.withdrawn, undoing.given_back, len(undoing.kept), len(undoing.refused)


def test_articles_that_the_run_made_are_withdrawn():
    undoing = undo(last_run())

    assert figures(undoing) == (2, 0, 0, 0)
    assert set(Article.objects.values_list("status", "withdrawal")) == {(WITHDRAWN, UNDONE)}
    assert sync.search(Criteria()).count == 0
    assert last_run().state == ImportRun.State.UNDONE


def test_articles_that_the_run_updated_return_to_their_text_authors_outlet_and_tags(folder):
    before, sha256 = digest(), ArticleSource.objects.get(name="a.md").sha256
    write(folder, "a.md", title="Quiet\nauthors: [Ana Lima]\noutlet: BBC\ndraft: true", body="Nothing here.")
    import_paths([folder])
    changed = article("a.md")
    assert (changed.title, changed.status, tags_of(changed)) == ("Quiet", "draft", {})
    undoing = undo(last_run())

    assert figures(undoing) == (0, 1, 0, 0)
    returned = article("a.md")
    assert (returned.title, returned.summary, returned.slug) == (
        "Talks about Ukraine",
        "Russia said so in a.md.",
        "talks-about-ukraine",
    )
    assert (returned.status, returned.outlet, returned.authors.count()) == (PUBLIC, None, 0)
    assert tags_of(returned).keys() == {"russia", "ukraine"}
    # All is as it was but what is known of the file.
    ArticleSource.objects.filter(name="a.md").update(sha256=sha256, is_undone=False)
    assert digest() == before
    assert sync.search(Criteria(words="Russia")).count == 2


def test_the_undo_is_an_act_of_its_own_with_each_row(alice, folder):
    write(folder, "a.md", title="Quiet")
    import_paths([folder])
    undo(last_run(), by=alice)

    act = ChangeSet.objects.get(act=ChangeSet.Act.UNDO)
    assert (act.run, act.made_by, act.made_by_name, act.change_count) == (last_run(), alice, "alice", 1)
    assert act.note.startswith("0 articles withdrawn, 1 returned to what it was")
    change = act.changes.get()
    assert (change.before["title"], change.after["title"]) == ("Quiet", "Talks about Ukraine")


def test_the_next_import_does_not_bring_undone_articles_back(folder, tmp_path):
    undo(last_run())

    assert counts(import_paths([folder])) == {"skipped": 2}
    ArticleSource.objects.update(reader_version="of last year")
    assert counts(import_paths([folder])) == {"skipped": 2}
    folder.rename(tmp_path / "moved")
    assert counts(import_paths([tmp_path / "moved"])) == {"skipped": 2}
    assert set(Article.objects.values_list("status", flat=True)) == {WITHDRAWN}
    assert Article.objects.count() == 2


def test_the_next_import_does_not_bring_an_undone_text_back(folder, tmp_path):
    write(folder, "a.md", title="Quiet")
    import_paths([folder])
    undo(last_run())

    assert counts(import_paths([folder])) == {"skipped": 1, "unchanged": 1}
    folder.rename(tmp_path / "moved")
    assert counts(import_paths([tmp_path / "moved"])) == {"skipped": 1, "unchanged": 1}
    assert list(Article.objects.values_list("title", flat=True)) == ["Talks about Ukraine"] * 2


def edit(folder: Path) -> dict[str, bool]:
    write(folder, "a.md", body="Another text.")
    write(folder, "b.md", body="Another one.")
    return {}


def force(folder: Path) -> dict[str, bool]:
    return {"is_forced": True}


@pytest.mark.parametrize("change", [edit, force])
def test_edited_bytes_and_force_bring_undone_articles_back(folder, change):
    undo(last_run())

    assert counts(import_paths([folder], **change(folder))) == {"updated": 2}
    assert set(Article.objects.values_list("status", "withdrawal")) == {(PUBLIC, "")}
    assert Article.objects.count() == 2
    assert counts(import_paths([folder])) == {"unchanged": 2}


def test_what_an_editor_corrected_since_stays_and_is_named(folder, alice):
    write(folder, "a.md", title="Russia is quiet", body="Nothing here.")
    import_paths([folder])
    one = article("a.md")
    curation.edit_article(one, {"title": "All quiet in Russia"}, by=alice)
    undoing = undo(last_run())

    one.refresh_from_db()
    assert (one.title, one.body) == ("All quiet in Russia", "Russia said so in a.md.")
    assert [remark.text for remark in undoing.kept] == ["its title, which an editor set"]
    mentions = {
        getattr(one, part)[start:end] for found in tags_of(one).values() for part, start, end, _ in found
    }
    assert mentions == {"Russia"}


def test_what_an_editor_decided_since_stays_and_is_named(folder, alice):
    write(folder, "a.md", title="Talks about Russia", body="Ukraine said nothing. No word from a.md.")
    import_paths([folder])
    one = article("a.md")
    curation.confirm(one.taggings.filter(tag__slug="russia"), by=alice)
    curation.reject(one.taggings.filter(tag__slug="ukraine"), by=alice)
    undoing = undo(last_run())

    decisions = dict(one.taggings.values_list("tag__slug", "status"))
    assert decisions == {"russia": "confirmed", "ukraine": "rejected"}
    assert sorted(remark.text for remark in undoing.kept) == [
        "the tag Russia, which an editor decided",
        "the tag Ukraine, which an editor decided",
    ]
    words = {
        slug: [getattr(article("a.md"), part)[start:end] for part, start, end, _ in mentions]
        for slug, mentions in tags_of(one).items()
    }
    assert words == {"russia": ["Russia"], "ukraine": ["Ukraine"]}


def test_a_decided_tag_that_only_the_undone_text_called_for_stays(folder, alice):
    write(folder, "a.md", title="Nothing", body="Nothing.")
    import_paths([folder])
    write(folder, "a.md", title="Talks about Ukraine", body="Nothing.")
    import_paths([folder])
    one = article("a.md")
    curation.confirm(one.taggings.all(), by=alice)
    undo(last_run())

    [tagging] = one.taggings.all()
    assert (tagging.tag.slug, tagging.status, tagging.mentions) == ("ukraine", "confirmed", [])


def test_a_made_article_with_decisions_is_withdrawn_with_them(alice):
    one = article("a.md")
    curation.confirm(one.taggings.filter(tag__slug="russia"), by=alice)
    curation.edit_article(one, {"title": "Mine"}, by=alice)
    undoing = undo(last_run())

    one.refresh_from_db()
    assert (one.title, one.status) == ("Mine", WITHDRAWN)
    assert [remark.text for remark in undoing.kept] == [
        "withdrawn with what an editor corrected: title",
        "withdrawn with the tags an editor decided: Russia",
    ]


def test_a_status_that_an_editor_set_stays(alice):
    curation.withdraw(Article.objects.filter(pk=article("a.md").pk), by=alice)
    curation.restore(Article.objects.filter(pk=article("a.md").pk), by=alice)
    undoing = undo(last_run())

    assert figures(undoing) == (1, 0, 1, 0)
    assert (article("a.md").status, article("b.md").status) == (PUBLIC, WITHDRAWN)


def test_an_article_that_a_later_import_changed_is_left_alone_until_that_is_undone(folder):
    first = last_run()
    write(folder, "a.md", title="Quiet")
    import_paths([folder])
    second = last_run()
    undoing = undo(first)

    assert figures(undoing) == (1, 0, 0, 1)
    assert [(remark.article_id, remark.text) for remark in undoing.refused] == [
        (article("a.md").pk, f"changed by a later import (run {second.pk}); undo that first")
    ]
    first.refresh_from_db()
    assert (article("a.md").title, first.state) == ("Quiet", ImportRun.State.FINISHED)
    assert figures(undo(second)) == (0, 1, 0, 0)
    assert figures(undo(first)) == (1, 0, 0, 0)
    first.refresh_from_db()
    assert first.state == ImportRun.State.UNDONE


def test_an_article_whose_former_self_is_another_by_now_is_left_alone(folder):
    write(folder, "a.md", title="Quiet")
    import_paths([folder])
    changing = last_run()
    write(folder, "c.md", body="Russia said so in a.md.")
    import_paths([folder])
    undoing = undo(changing)

    [refused] = undoing.refused
    assert refused.text == f"article {article('c.md').pk} now holds what this one held before"
    assert article("a.md").title == "Quiet"


def test_a_run_that_gave_new_tags_gives_the_former_ones_back(folder):
    before = digest()
    talks = Entry(Kind.ORGANISATION, "talks", "Talks", "talks", aliases=(Alias("Talks"),))
    gazetteer.load([*GAZETTEER, talks], release="newer")
    import_paths([folder])
    assert Tagging.objects.filter(tag__slug="talks").count() == 2
    undoing = undo(last_run())

    assert figures(undoing) == (0, 2, 0, 0)
    assert not Tagging.objects.filter(tag__slug="talks").exists()
    # Until there is another gazetteer.
    assert counts(import_paths([folder])) == {"skipped": 2}
    assert not Tagging.objects.filter(tag__slug="talks").exists()
    Article.objects.update(gazetteer_release=gazetteer.release_of(GAZETTEER))
    ArticleSource.objects.update(is_undone=False)
    assert digest() == before


def test_tags_that_were_given_anew_since_are_not_mixed_with_former_ones(folder):
    write(folder, "a.md", title="Russia is quiet", body="Nothing.")
    import_paths([folder])
    Tagging.objects.filter(article=article("a.md")).update(release="of a re-tagging")
    undoing = undo(last_run())

    assert [remark.text for remark in undoing.refused] == ["tagged again since by a newer gazetteer"]


def test_a_re_tag_stands_in_the_way_of_former_tags(folder):
    write(folder, "a.md", title="Russia is quiet", body="Nothing.")
    (folder / "b.md").unlink()
    import_paths([folder], is_pruning=True)
    talks = Entry(Kind.ORGANISATION, "talks", "Quiet", "talks", aliases=(Alias("quiet"),))
    gazetteer.load([*GAZETTEER, talks], release="newer")
    retag(Scope(is_forced=True), workers=1)
    undoing = undo(last_run())

    assert [remark.text for remark in undoing.refused] == ["tagged again since by a newer gazetteer"]
    # A withdrawal has no tags to give back.
    assert (undoing.given_back, article("b.md").status) == (1, PUBLIC)


def test_a_tag_that_is_gone_does_not_come_back(folder):
    write(folder, "a.md", title="Quiet", body="Nothing.")
    import_paths([folder])
    Tagging.objects.filter(tag__slug="ukraine").delete()
    Tag.objects.filter(slug="ukraine").delete()
    undo(last_run())

    assert tags_of(article("a.md")).keys() == {"russia"}


def test_what_a_run_withdrew_is_given_back_and_not_withdrawn_again(folder):
    (folder / "a.md").unlink()
    import_paths([folder], is_pruning=True)
    undo(last_run())

    assert (article("a.md").status, article("a.md").withdrawal) == (PUBLIC, "")
    assert import_paths([folder], is_pruning=True).withdrawn == 0


@pytest.mark.parametrize("is_dry", [True, False], ids=["dry run", "run"])
def test_pruning_says_which_articles_it_keeps_because_a_run_was_undone(folder, alice, is_dry):
    (folder / "a.md").unlink()
    import_paths([folder], is_pruning=True)
    pruned = last_run()
    undo(pruned)

    report = import_paths([folder], is_pruning=True, is_dry=is_dry)
    assert (report.withdrawn, report.kept) == (0, [Kept(article("a.md").pk, pruned.pk)])

    curation.withdraw(Article.objects.filter(pk=article("a.md").pk), by=alice)
    report = import_paths([folder], is_pruning=True, is_dry=is_dry)
    assert (report.withdrawn, report.kept) == (0, [])


def test_what_a_run_brought_back_is_withdrawn_and_stays_so(folder):
    kept = (folder / "a.md").rename(folder.parent / "kept")
    import_paths([folder], is_pruning=True)
    kept.rename(folder / "a.md")
    import_paths([folder])
    undo(last_run())

    assert counts(import_paths([folder])) == {"skipped": 1, "unchanged": 1}
    assert article("a.md").status == WITHDRAWN


def test_several_changes_of_one_article_in_one_run_are_undone_as_one(folder, monkeypatch):
    monkeypatch.setattr("articles.importing.run.CHUNK", 1)
    before = article("a.md")
    for name in ("a.md", "c.md", "d.md"):
        body = f"Version {name}, of Russia." if name != "c.md" else "A version without names."
        write(folder, name, title="Talks\nurl: https://example.org/talks", body=body)
    import_paths([folder])
    assert ChangeSet.objects.latest("pk").changes.filter(row_id=before.pk).count() == 3
    undo(last_run())

    after = Article.objects.get(pk=before.pk)
    assert (after.title, after.body, after.identity) == (before.title, before.body, before.identity)
    assert tags_of(after).keys() == {"russia", "ukraine"}


def test_a_dry_run_says_the_same_and_writes_nothing(folder, alice):
    write(folder, "a.md", title="Quiet")
    write(folder, "c.md", body="New.")
    import_paths([folder])
    curation.edit_article(article("a.md"), {"title": "Mine"}, by=alice)
    before, state = rows(), digest()
    dry = undo(last_run(), is_dry=True)

    assert (rows(), digest(), last_run().state) == (before, state, ImportRun.State.FINISHED)
    wet = undo(last_run())
    assert (figures(dry), dry.kept) == (figures(wet), wet.kept) == ((1, 1, 1, 0), wet.kept)


def test_an_undo_that_was_stopped_goes_on_where_it_stopped(folder, monkeypatch):
    monkeypatch.setattr(undo_module, "CHUNK", 1)

    def fail(undoing: Undoing) -> None:
        raise OperationalError("the connection was lost")

    with pytest.raises(OperationalError):
        undo(last_run(), progress=fail)
    assert list(Article.objects.order_by("pk").values_list("status", flat=True)) == [WITHDRAWN, PUBLIC]
    assert figures(undo(last_run())) == (1, 0, 0, 0)
    assert ChangeSet.objects.get(act=ChangeSet.Act.UNDO).change_count == 2


def test_undoing_twice_changes_nothing():
    undo(last_run())
    state = digest()

    assert figures(undo(last_run())) == (0, 0, 0, 0)
    assert digest() == state


def test_a_run_that_changed_nothing_cannot_be_undone(folder):
    import_paths([folder])

    with pytest.raises(UndoError, match=f"import run {last_run().pk} changed nothing"):
        undo(last_run())


def test_no_undo_while_an_import_runs():
    with lock_held_elsewhere(), pytest.raises(ImportBusyError):
        undo(last_run())


def test_the_number_of_statements_does_not_grow_with_the_articles(folder):
    numbers = []
    for count in (3, 30):
        for number in range(count):
            write(folder, f"{count}-{number}.md")
        import_paths([folder])
        with CaptureQueriesContext(connection) as queries:
            undo(last_run())
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]


def test_a_tag_given_since_follows_its_words_into_the_former_text(folder, alice):
    write(folder, "a.md", title="Talks about Ukraine", body="Quietly, Russia said so in a.md.")
    import_paths([folder])
    one = article("a.md")
    oman = Tag.objects.create(kind="country", slug="oman", key="om", name="Oman")
    start = one.body.index("said")
    Tagging.objects.create(article=one, tag=oman, mentions=[["body", start, start + 4, "name"]])
    undo(last_run())

    [[part, start, end, _]] = tags_of(one)["oman"]
    assert getattr(article("a.md"), part)[start:end] == "said"


def test_the_figures_agree_with_their_nouns():
    assert Undoing(7, is_dry=True, withdrawn=1, given_back=1).words() == (
        "1 article withdrawn, 1 returned to what it was, 0 with an editor's decisions kept, "
        "0 left as they are"
    )
