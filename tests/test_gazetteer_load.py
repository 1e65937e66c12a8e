import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from articles import gazetteer
from articles.management.commands.lint_gazetteer import CHECKS
from articles.models import Alias, Archive, ChangeSet, Office, OutboxRow, RecordOrigin, Tag
from articles.search import sync
from articles.tagging import lint
from articles.tagging.gazetteer import Alias as AliasRecord
from articles.tagging.gazetteer import AliasKind, DataError, Entry, Kind
from articles.tagging.gazetteer import Office as OfficeRecord
from tests.factories import make_article

pytestmark = pytest.mark.django_db

PROJECT = Path(__file__).resolve().parent.parent

RUSSIA = Entry(
    kind=Kind.COUNTRY,
    slug="russia",
    key="ru",
    name="Russia",
    description="State in Eastern Europe, capital Moscow",
    source="general knowledge",
    category="state",
    aliases=(
        AliasRecord("Russia"),
        AliasRecord("Russian", AliasKind.DEMONYM),
        AliasRecord(
            "Moscow", AliasKind.CAPITAL, is_ambiguous=True, context=("Kremlin",), counter_context=("Idaho",)
        ),
    ),
)
CRIMEA = Entry(
    kind=Kind.COUNTRY, slug="crimea", key="x-crimea", name="Crimea", parent="russia", implies=("ru",)
)
PRESIDENT = OfficeRecord("President", "head_of_state", "ru", dt.date(2012, 5, 7))
PUTIN = Entry(
    kind=Kind.ACTOR,
    slug="vladimir-putin",
    key="vladimir-putin",
    name="Vladimir Putin",
    aliases=(AliasRecord("Vladimir Putin"), AliasRecord("Putin", AliasKind.SURNAME)),
    offices=(PRESIDENT,),
)
ALL = (RUSSIA, CRIMEA, PUTIN)


def load(*entries: Entry, release: str = "1") -> gazetteer.LoadReport:
    return gazetteer.load(entries, release=release)


def tag(entry: Entry) -> Tag:
    return Tag.objects.get(kind=entry.kind, key=entry.key)


def names(entry: Entry) -> set[str]:
    return set(tag(entry).aliases.values_list("text", flat=True))


def offices(entry: Entry) -> list[tuple[str, dt.date | None, dt.date | None]]:
    return list(tag(entry).offices.order_by("start_on").values_list("title", "start_on", "end_on"))


def test_what_was_loaded_is_read_again():
    load(*ALL)

    assert gazetteer.read_entries() == [PUTIN, CRIMEA, RUSSIA]


def test_a_first_load_creates_every_tag():
    assert load(*ALL) == gazetteer.LoadReport(
        created_count=3, updated_count=0, retired_count=0, kept_count=0, total_count=3
    )


def test_a_load_that_changes_something_is_in_the_audit_trail():
    load(*ALL)
    load(*ALL)
    load(RUSSIA, CRIMEA, release="2")

    assert list(ChangeSet.objects.order_by("id").values_list("act", "made_by", "note")) == [
        ("load", None, f"gazetteer {release}: {counts}")
        for release, counts in (
            ("1", "3 names: 3 new"),
            ("2", "2 names: 1 retired"),
        )
    ]


def test_a_second_load_changes_nothing(django_assert_max_num_queries):
    load(*ALL)

    with django_assert_max_num_queries(16):
        report = load(*ALL, release="2")

    assert report == gazetteer.LoadReport(0, 0, 0, 0, total_count=3)
    assert gazetteer.is_loaded("2")


def test_a_parent_may_come_later_in_the_file():
    load(CRIMEA, RUSSIA)

    assert tag(CRIMEA).parent == tag(RUSSIA)


def test_an_update_reaches_what_nobody_edited():
    load(RUSSIA)

    report = load(replace(RUSSIA, slug="russian-federation", description="A state", implies=("x-crimea",)))

    assert (report.updated_count, report.kept_count) == (1, 0)
    assert (tag(RUSSIA).slug, tag(RUSSIA).description) == ("russian-federation", "A state")
    assert tag(RUSSIA).attributes["implies"] == ["x-crimea"]


def test_a_name_that_an_editor_changed_survives_and_the_rest_is_updated():
    load(RUSSIA)
    Tag.objects.update(name="Russland")

    report = load(replace(RUSSIA, name="Russian Federation", description="A state"))

    assert (report.updated_count, report.kept_count) == (1, 1)
    assert (tag(RUSSIA).name, tag(RUSSIA).description) == ("Russland", "A state")


def test_a_text_that_an_editor_emptied_stays_empty():
    load(RUSSIA)
    Tag.objects.update(description="")

    load(replace(RUSSIA, description="A state"))

    assert tag(RUSSIA).description == ""


def test_context_words_that_an_editor_added_survive():
    load(RUSSIA)
    Tag.objects.update(context=["tsar"])

    load(replace(RUSSIA, context=("Kremlin",)))

    assert tag(RUSSIA).context == ["tsar"]


def test_a_parent_that_an_editor_chose_survives():
    load(*ALL)
    Tag.objects.filter(key="x-crimea").update(parent=None)

    load(RUSSIA, replace(CRIMEA, description="A peninsula"), PUTIN)

    assert tag(CRIMEA).parent is None


def test_a_parent_that_nobody_edited_follows_the_file():
    load(*ALL)

    load(RUSSIA, replace(CRIMEA, parent=""), PUTIN)

    assert tag(CRIMEA).parent is None


def test_an_alias_that_an_editor_removed_stays_removed():
    load(PUTIN)
    Alias.objects.filter(text="Putin").delete()

    weaker = AliasRecord("Putin", AliasKind.SURNAME, weight=1)
    load(replace(PUTIN, aliases=(*PUTIN.aliases[:1], weaker, AliasRecord("V. V. Putin"))))

    assert names(PUTIN) == {"Vladimir Putin", "V. V. Putin"}


def test_an_alias_that_an_editor_added_stays():
    load(PUTIN)
    tag(PUTIN).aliases.create(text="Wladimir Putin")

    load(replace(PUTIN, aliases=PUTIN.aliases[:1]))

    assert names(PUTIN) == {"Vladimir Putin", "Wladimir Putin"}


def test_an_alias_that_an_editor_added_and_the_file_brings_later_stays_the_editors():
    load(PUTIN)
    tag(PUTIN).aliases.create(text="V. V. Putin")
    load(replace(PUTIN, aliases=(*PUTIN.aliases, AliasRecord("V. V. Putin"))))

    load(PUTIN)

    assert names(PUTIN) == {"Vladimir Putin", "Putin", "V. V. Putin"}
    assert Alias.objects.get(text="V. V. Putin").origin == RecordOrigin.EDITOR


def test_an_alias_whose_weight_or_words_an_editor_changed_keeps_them():
    load(RUSSIA)
    Alias.objects.filter(text="Moscow").update(weight=1, context=["Red Square"])

    moscow = replace(RUSSIA.aliases[2], weight=3, counter_context=("Idaho", "Ohio"))
    load(replace(RUSSIA, aliases=(*RUSSIA.aliases[:2], moscow)))
    load(replace(RUSSIA, aliases=RUSSIA.aliases[:2]))

    row = Alias.objects.get(text="Moscow")
    assert (row.weight, row.context, row.counter_context) == (1, ["Red Square"], ["Idaho"])


def test_an_alias_that_nobody_edited_follows_the_file():
    load(RUSSIA)

    load(replace(RUSSIA, aliases=(*RUSSIA.aliases[:2], replace(RUSSIA.aliases[2], context=("Duma",)))))

    assert Alias.objects.get(text="Moscow").context == ["Duma"]


def test_an_alias_that_an_editor_wrote_differently_stays_so():
    load(PUTIN)
    Alias.objects.filter(text="Vladimir Putin").update(text="Wladimir Putin")

    load(replace(PUTIN, description="President"))

    assert names(PUTIN) == {"Wladimir Putin", "Putin"}


def test_an_office_gets_its_end():
    load(RUSSIA, PUTIN)

    load(RUSSIA, replace(PUTIN, offices=(replace(PRESIDENT, end_on=dt.date(2030, 5, 7)),)))

    assert offices(PUTIN) == [("President", dt.date(2012, 5, 7), dt.date(2030, 5, 7))]


def test_an_office_whose_end_is_unknown_is_kept_as_such():
    seen = replace(PRESIDENT, end_on=dt.date(2023, 1, 1), is_end_known=False)

    load(RUSSIA, replace(PUTIN, offices=(seen,)))

    assert gazetteer.read_entries()[0].offices == (seen,)


def test_an_office_that_an_editor_changed_stays_and_is_not_doubled():
    load(RUSSIA, PUTIN)
    Office.objects.update(end_on=dt.date(2030, 1, 1))

    load(RUSSIA, replace(PUTIN, offices=(replace(PRESIDENT, end_on=dt.date(2030, 5, 7)),)))

    assert offices(PUTIN) == [("President", dt.date(2012, 5, 7), dt.date(2030, 1, 1))]


def test_an_office_that_an_editor_removed_stays_removed():
    load(RUSSIA, PUTIN)
    Office.objects.all().delete()

    load(RUSSIA, replace(PUTIN, description="President"))

    assert offices(PUTIN) == []


def test_an_office_that_an_editor_added_stays():
    load(RUSSIA, PUTIN)
    tag(PUTIN).offices.create(of=tag(RUSSIA), title="Candidate", role="official")

    load(RUSSIA, replace(PUTIN, offices=()))

    assert [title for title, *_ in offices(PUTIN)] == ["Candidate"]


def test_an_entry_that_left_the_file_is_retired_and_its_articles_are_indexed_anew():
    load(RUSSIA, PUTIN)
    article = make_article(tags=[tag(PUTIN)])
    OutboxRow.objects.all().delete()

    report = load(RUSSIA)

    assert (report.retired_count, tag(PUTIN).is_retired) == (1, True)
    assert list(OutboxRow.objects.values_list("article_id", flat=True)) == [article.pk]


@pytest.mark.django_db(transaction=True)
def test_a_load_too_large_for_the_next_reader_brings_the_index_up_to_date_itself():
    load(*ALL)
    with transaction.atomic():
        for number in range(sync.INLINE_LIMIT + 1):
            make_article(title=f"Talks {number}", tags=[tag(PUTIN)])
    sync.rebuild()

    load(RUSSIA, CRIMEA, release="2")

    assert sync.open_engine().standing() == sync.database_standing()


def test_an_entry_that_returns_is_in_use_again_and_its_articles_are_indexed_anew():
    load(RUSSIA, PUTIN)
    article = make_article(tags=[tag(PUTIN)])
    load(RUSSIA)
    OutboxRow.objects.all().delete()

    load(RUSSIA, PUTIN)

    assert not tag(PUTIN).is_retired
    assert list(OutboxRow.objects.values_list("article_id", flat=True)) == [article.pk]


def test_a_tag_that_an_editor_retired_stays_retired():
    load(RUSSIA, PUTIN)
    Tag.objects.filter(key="vladimir-putin").update(is_retired=True)
    load(RUSSIA)

    load(RUSSIA, replace(PUTIN, description="President"))

    assert tag(PUTIN).is_retired


def test_a_tag_that_an_editor_took_back_into_use_stays_in_use():
    load(RUSSIA, PUTIN)
    load(RUSSIA)
    Tag.objects.filter(key="vladimir-putin").update(is_retired=False)

    assert load(RUSSIA).retired_count == 0
    assert not tag(PUTIN).is_retired


def test_an_editors_own_tag_is_never_retired():
    Tag.objects.create(kind=Kind.ACTOR, slug="vladimir-putin", key="vladimir-putin", name="Putin, Vladimir")
    load(RUSSIA, PUTIN)

    assert load(RUSSIA).retired_count == 0


def test_an_editors_tag_that_the_file_brings_later_gets_names_and_keeps_its_own_values():
    Tag.objects.create(kind=Kind.ACTOR, slug="vladimir-putin", key="vladimir-putin", name="Putin, Vladimir")

    report = load(RUSSIA, PUTIN)

    assert (report.created_count, report.updated_count, report.kept_count) == (1, 1, 1)
    assert (tag(PUTIN).name, tag(PUTIN).origin) == ("Putin, Vladimir", RecordOrigin.EDITOR)
    assert names(PUTIN) == {"Vladimir Putin", "Putin"}
    assert load(RUSSIA, PUTIN).updated_count == 0


def test_an_entry_whose_address_an_editors_tag_has_gets_another_one():
    Tag.objects.create(kind=Kind.COUNTRY, slug="russia", key="x-russia", name="All Russians")

    report = load(RUSSIA)

    assert tag(RUSSIA).slug == "russia-2"
    assert report.clashes == (
        "country 'Russia': the address 'russia' is that of your tag 'All Russians' (key x-russia), "
        "so its own is 'russia-2'; if both are the same, merge them",
    )
    assert load(RUSSIA).updated_count == 0


def test_a_new_address_that_an_editors_tag_has_is_not_taken():
    load(RUSSIA)
    Tag.objects.create(kind=Kind.COUNTRY, slug="rossiya", key="x-russia", name="All Russians")

    report = load(replace(RUSSIA, slug="rossiya"))

    assert tag(RUSSIA).slug == "russia"
    assert len(report.clashes) == 1


def test_the_same_slug_in_two_kinds_is_no_clash():
    Tag.objects.create(kind=Kind.TOPIC, slug="russia", key="russia", name="Russia as a topic")

    assert load(RUSSIA).clashes == ()


def test_the_release_changes_with_any_entry():
    assert gazetteer.release_of(ALL) == gazetteer.release_of(ALL)
    assert gazetteer.release_of(ALL) != gazetteer.release_of([replace(RUSSIA, name="Rus"), CRIMEA, PUTIN])


@pytest.fixture
def files(monkeypatch) -> list[Entry]:
    """Return the entries that the commands read, in place of the data files."""
    entries = list(ALL)
    monkeypatch.setattr(gazetteer, "read_shipped", lambda: tuple(entries))
    return entries


def test_the_command_prints_one_json_object(files, capsys):
    call_command("load_gazetteer", "--json")
    files[0] = replace(RUSSIA, name="Russian Federation")
    call_command("load_gazetteer", "--json")

    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first | {"release": ""} == {
        "release": "", "created": 3, "updated": 0, "retired": 0, "kept": 0, "total": 3, "clashes": [],
    }  # fmt: skip
    assert (second["created"], second["updated"]) == (0, 1)
    assert Archive.objects.get().gazetteer_release == second["release"]


def test_a_release_that_is_loaded_is_not_compared_again(files, capsys, django_assert_num_queries):
    call_command("load_gazetteer")
    capsys.readouterr()

    with django_assert_num_queries(1):
        call_command("load_gazetteer", "--json")

    assert json.loads(capsys.readouterr().out)["created"] == 0


def test_on_demand_every_tag_is_compared(files, capsys):
    call_command("load_gazetteer")
    Tag.objects.filter(key="vladimir-putin").delete()

    call_command("load_gazetteer", "--again")

    assert capsys.readouterr().out.splitlines()[1].endswith("3 names: 1 new")


def test_clashes_are_told_on_standard_error(files, capsys):
    Tag.objects.create(kind=Kind.COUNTRY, slug="russia", key="x-russia", name="All Russians")

    call_command("load_gazetteer")

    assert "so its own is 'russia-2'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["load_gazetteer", "lint_gazetteer"])
def test_a_wrong_data_file_is_one_clear_sentence(monkeypatch, command):
    def fail() -> None:
        raise DataError("countries.toml, ru: 'name' is missing; add it")

    monkeypatch.setattr(gazetteer, "read_shipped", fail)

    with pytest.raises(CommandError, match=r"countries\.toml, ru: 'name' is missing; add it"):
        call_command(command)


def test_lint_fails_on_errors_and_counts_them(files, capsys):
    files.append(replace(CRIMEA, slug="kazan", key="x-kazan", implies=(), aliases=(AliasRecord("Russian"),)))

    with pytest.raises(CommandError, match="1 error in the gazetteer"):
        call_command("lint_gazetteer")

    assert capsys.readouterr().out.splitlines()[-2:] == [
        "1 error: names of several entries [clash]",
        "4 entries looked at",
    ]


def test_lint_says_of_each_check_what_it_looks_for():
    table = (PROJECT / "docs" / "gazetteer.md").read_text(encoding="utf-8").partition("| check |")[2]
    documented = re.findall(r"^\| (\w+) \| (?:error|warning)", table, re.MULTILINE)
    raised = re.findall(r'Complaint\([\w.]+, "(\w+)"', Path(lint.__file__).read_text(encoding="utf-8"))

    assert set(CHECKS) == set(documented) == set(raised)


def test_lint_looks_at_what_editors_made_of_it(files, capsys):
    load(*ALL)
    tag(PUTIN).aliases.create(text="will")

    call_command("lint_gazetteer", "--from-database", "--all")

    assert "warning: actor:vladimir-putin: name 'will'" in capsys.readouterr().out


def test_lint_tells_which_entries_no_passage_demands(files, capsys, tmp_path):
    (tmp_path / "places.toml").write_text('passages = [{ rule = "x", text = "x", must = ["country:ru"] }]')

    call_command("lint_gazetteer", "--all", "--passages", str(tmp_path))

    lines = capsys.readouterr().out.splitlines()
    assert "no passage: actor:vladimir-putin" in lines
    assert "no passage: country:ru" not in lines
    assert "1 of 2 country entries have no passage" in lines


def test_lint_refuses_a_folder_without_passages(files, tmp_path):
    with pytest.raises(CommandError, match="no passages there"):
        call_command("lint_gazetteer", "--passages", str(tmp_path))


def test_lint_refuses_a_file_that_holds_no_passages(files, tmp_path):
    (tmp_path / "places.toml").write_text("rules = []")

    with pytest.raises(CommandError, match="in a passage file"):
        call_command("lint_gazetteer", "--passages", str(tmp_path))
