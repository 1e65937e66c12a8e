"""Which records are proposed as the same, which are not, and what is remembered of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from articles.history.undoing import undo
from articles.models import Alias, Author, ChangeSet, Office, ProposedMerge
from articles.records import namesakes
from articles.records.merging import merge
from tests.factories import make_outlet, make_tag

pytestmark = pytest.mark.django_db


def proposed() -> set[tuple[str, tuple[str, ...]]]:
    namesakes.propose()
    return {(row.names, tuple(row.reasons)) for row in ProposedMerge.objects.all()}


def test_nothing_is_proposed_in_an_empty_archive():
    assert proposed() == set()


def test_one_name_is_proposed_whatever_its_case_and_accents():
    make_tag("topic/Détente")
    make_tag("topic/detente", slug="detente-2", key="detente-2")

    assert proposed() == {("Détente and detente", ("same further name", "same name"))}


def test_a_shared_further_name_is_proposed_unless_it_is_known_to_mean_several():
    one, other, third = (make_tag(f"organisation/{name}") for name in ("Alliance", "Treaty", "Pact"))
    for tag in (one, other):
        Alias.objects.create(tag=tag, text="Atlantic body")
    for tag in (other, third):
        Alias.objects.create(tag=tag, text="Body", is_ambiguous=True)

    assert proposed() == {("Alliance and Treaty", ("same further name",))}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("actor", "Olga Stefanishina", "Olha Stefanishyna"),
        ("actor", "Volodymyr Zelenskyy", "Volodymyr Zelensky"),
        ("actor", "J. Smith", "John Smith"),
        ("organisation", "Ministry of Defence", "Ministry of Defense"),
        ("topic", "Peacekeeping", "Peace-keeping"),
    ],
)
def test_like_spellings_are_proposed(kind, one, other):
    make_tag(f"{kind}/{one}")
    make_tag(f"{kind}/{other}")

    assert [reasons for _, reasons in proposed()] == [("like spelling",)]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("country", "Niger", "Nigeria"),
        ("country", "Austria", "Australia"),
        ("actor", "John Smith", "Jane Smith"),
        ("organisation", "Group of 7", "Group of 8"),
        ("topic", "oil", "oils"),
        ("topic", "Sanctions", "Elections"),
    ],
)
def test_what_only_looks_alike_is_not_proposed(kind, one, other):
    make_tag(f"{kind}/{one}")
    make_tag(f"{kind}/{other}")

    assert proposed() == set()


def test_kinds_are_not_mixed():
    make_tag("topic/NATO")
    make_tag("organisation/NATO")

    assert proposed() == set()


def test_one_wikidata_entry_is_proposed_and_two_speak_against_it():
    make_tag("actor/Ann Other", wikidata="Q1")
    make_tag("actor/Anna Somebody", wikidata="Q1")
    make_tag("actor/Bob Byline", wikidata="Q2")
    make_tag("actor/Bob Byline", slug="bob-2", key="bob-2", wikidata="Q3")

    assert proposed() == {("Ann Other and Anna Somebody", ("same Wikidata entry",))}


def hold(name: str, slug: str, country: str, start: int, end: int) -> None:
    tag = make_tag(f"actor/{name}", slug=slug, key=slug)
    Office.objects.create(
        holder=tag, of=make_tag(f"country/{country}"), title="President", role="head_of_state",
        start_on=dt.date(start, 1, 1), end_on=dt.date(end, 1, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("country", "years", "is_proposed"),
    [("Peru", (2001, 2005), True), ("Chile", (2001, 2005), False), ("Peru", (1901, 1905), False)],
    ids=["the same country and time", "another country", "another century"],
)
def test_offices_speak_against_one_person(country, years, is_proposed):
    hold("Alan Garcia", "garcia", "Peru", 1995, 2000)
    hold("Alan García", "garcia-2", country, *years)

    assert bool(proposed()) == is_proposed


def test_outlets_and_authors_are_proposed_too():
    make_outlet("Example Times")
    make_outlet("The Example Times")
    for name in ("Ann Smith", "A. Smith"):
        Author.objects.create(name=name, slug=name.lower().replace(" ", "-"))

    assert {names for names, _ in proposed()} == {
        "Example Times and The Example Times", "Ann Smith and A. Smith",
    }  # fmt: skip


def test_what_is_not_the_same_is_never_proposed_again(alice):
    make_tag("actor/J. Smith")
    make_tag("actor/John Smith")
    namesakes.propose()

    assert namesakes.tell_apart(ProposedMerge.objects.all(), by=alice) == 1
    assert namesakes.propose() == 0

    assert [row.status for row in ProposedMerge.objects.all()] == ["different"]
    act = ChangeSet.objects.get()
    assert act.act == ChangeSet.Act.DISTINCT
    assert undo(act, by=alice).conflicts == []
    assert namesakes.propose() == 1


def test_what_was_merged_is_no_longer_proposed(alice):
    one, other = make_tag("actor/J. Smith"), make_tag("actor/John Smith")
    namesakes.propose()

    merge([one], other, by=alice)
    namesakes.propose()

    assert not ProposedMerge.objects.exists()


def test_a_name_of_thousands_is_held_against_its_neighbours_alone(monkeypatch):
    letters = "abcdefghijklmnopqrst"
    names = [f"{one}{other} Smith" for one in letters for other in letters]
    Author.objects.bulk_create(Author(name=name, slug=f"a{n}") for n, name in enumerate(names))
    compared = []
    monkeypatch.setattr(namesakes, "may_be_same", lambda one, other: compared.append(one) or False)

    namesakes.propose()

    assert 0 < len(compared) <= len(names) * namesakes.NEIGHBOURS


def test_the_command_says_how_many_wait(capsys):
    make_tag("actor/J. Smith")
    make_tag("actor/John Smith")

    call_command("propose_merges")

    assert capsys.readouterr().out == "1 pair of records may be the same; the desk lists them.\n"
