"""`manage.py undo`: what it prints and how it ends."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from articles import curation
from articles.models import ChangeSet, Tagging
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(alice) -> ChangeSet:
    for number in range(2):
        make_article(title=f"Talks {number}", tags=["country/Ukraine"])
    curation.confirm(Tagging.objects.all(), by=alice)
    return ChangeSet.objects.latest("pk")


def run(*args: object) -> str:
    out = io.StringIO()
    call_command("undo", *map(str, args), stdout=out)
    return out.getvalue()


def statuses() -> list[str]:
    return list(Tagging.objects.order_by("pk").values_list("status", flat=True))


def test_a_dry_run_says_what_would_change(act):
    said = run(act.pk, "--dry-run")

    first = Tagging.objects.order_by("pk").first()
    assert said.splitlines()[0] == f"Would undo confirm tags #{act.pk}: 2 rows."
    assert f"tagging {first.pk}, Ukraine: Talks 0: status, decided by, decided at" in said
    assert statuses() == ["confirmed", "confirmed"]


def test_an_act_is_undone_and_the_undo_named(act):
    said = run(act.pk)

    made = ChangeSet.objects.latest("pk")
    assert said.splitlines()[0] == f"Undid confirm tags #{act.pk}: 2 rows, which is change set {made.pk}."
    assert statuses() == ["suggested", "suggested"]


def test_chosen_rows_alone_are_undone(act):
    numbers = [change["change"] for change in json.loads(run(act.pk, "--dry-run", "--json"))["changes"]]

    run(act.pk, "--row", numbers[1])

    assert statuses() == ["confirmed", "suggested"]


def test_what_stands_in_the_way_is_listed_and_ends_with_one(act, alice, capsys):
    curation.reject(Tagging.objects.order_by("pk")[:1], by=alice)
    later = ChangeSet.objects.latest("pk")
    out = io.StringIO()

    with pytest.raises(SystemExit) as ending:
        call_command("undo", str(act.pk), stdout=out)

    assert ending.value.code == 1
    assert f"Nothing was undone of confirm tags #{act.pk}: 1 row stands in the way.\n" in out.getvalue()
    assert f"Ukraine: Talks 0: changed again since (reject tags #{later.pk} by alice)" in out.getvalue()
    assert statuses() == ["rejected", "confirmed"]


def test_json_lists_every_conflict(act, alice):
    curation.reject(Tagging.objects.order_by("pk")[:1], by=alice)
    later, row = ChangeSet.objects.latest("pk"), Tagging.objects.order_by("pk").first()
    out = io.StringIO()

    with pytest.raises(SystemExit):
        call_command("undo", str(act.pk), "--json", stdout=out)

    report = json.loads(out.getvalue())
    assert (report["undone_by"], report["rows"]) == (None, [])
    assert report["conflicts"] == [
        {
            "changes": [act.changes.get(row_id=row.pk).pk],
            "table": "tagging",
            "row": row.pk,
            "label": "Ukraine: Talks 0",
            "reason": "changed again since",
            "acts": [later.pk],
        }
    ]


def test_a_large_act_is_undone_where_somebody_says_that_there_is_memory(act):
    ChangeSet.objects.filter(pk=act.pk).update(change_count=400_000)

    words = rf"it changed 400,000 rows, .* about 2\.0 GB of memory; .*undo {act.pk} --large"
    with pytest.raises(CommandError, match=words) as refusal:
        run(act.pk)
    assert refusal.value.returncode == 2
    assert not ChangeSet.objects.filter(act="undo").exists()

    run(act.pk, "--large")
    assert ChangeSet.objects.get(act="undo").undoes == act


def test_an_act_that_does_not_exist_ends_with_two():
    with pytest.raises(CommandError, match="there is no change set 99") as error:
        run(99)

    assert error.value.returncode == 2
