"""Which records are proposed as the same, which are not, and what is remembered of them."""

from __future__ import annotations

import datetime as dt
import re
from difflib import SequenceMatcher
from itertools import combinations

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.history.undoing import undo
from articles.models import Alias, Author, ChangeSet, Office, Outlet, ProposedMerge
from articles.records import namesakes
from articles.records.likeness import Against, likeness, may_be_same, skeleton
from articles.records.merging import merge
from articles.tagging.folding import fold_keyword
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


@pytest.mark.parametrize(
    ("origins", "is_proposed"),
    [(("gazetteer", "gazetteer"), False), (("gazetteer", "editor"), True), (("editor", "editor"), True)],
)
def test_two_entries_of_the_files_are_two_by_their_makers(origins, is_proposed):
    for name, origin in zip(("Than Shwe", "Than Swe"), origins, strict=True):
        Alias.objects.create(tag=make_tag(f"actor/{name}", origin=origin), text="The General")

    assert bool(proposed()) is is_proposed


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


@pytest.fixture
def compared(monkeypatch) -> list[tuple[str, bool]]:
    """Names that were held against another one, and whether the order of their letters was looked at."""
    looks: list[tuple[str, bool]] = []
    ratio = SequenceMatcher.ratio

    class Counted(Against):
        def likeness(self, folded, *, least=0.0):
            looks.append((folded, False))
            return super().likeness(folded, least=least)

    def counted_ratio(matcher):
        looks.append((matcher.a, True))
        return ratio(matcher)

    monkeypatch.setattr(namesakes, "Against", Counted)
    monkeypatch.setattr(SequenceMatcher, "ratio", counted_ratio)
    return looks


@pytest.mark.parametrize("count", [100, 200, 400])
def test_a_name_of_thousands_is_held_against_its_neighbours_alone(compared, count):
    letters = "abcdefghijklmnopqrst"
    names = [f"{one}{other} Smith" for one in letters for other in letters][:count]
    Author.objects.bulk_create(Author(name=name, slug=f"a{n}") for n, name in enumerate(names))

    namesakes.propose()

    near = namesakes.NEIGHBOURS
    assert sum(not is_close for _, is_close in compared) == near * count - near * (near + 1) // 2


def test_names_of_other_letters_are_told_apart_without_a_look_at_their_order(compared):
    names = ("Boris Smith", "Gunhild Smith", "Patrick Smith", "Wilhelm-Maximilian Smith", "Zoe Smith")
    Author.objects.bulk_create(Author(name=name, slug=f"a{n}") for n, name in enumerate(names))

    namesakes.propose()

    assert len(compared) == 10
    assert not any(is_close for _, is_close in compared)


# Few words and their misspellings, so that names meet; up to thirteen, so that all of a block are neighbours.
FIRST = [
    "Olga",
    "Olha",
    "Helga",
    "J.",
    "John",
    "Jane",
    "Johann",
    "Sergei",
    "Sergéy",
    "Group 7",
    "Group 8",
    "",
]
LAST = ["Stefanishina", "Stefanishyna", "Smith", "Smyth", "al-Smith", "Lavrov", "Lawrow", "Li", "Lee", "王毅"]
MISSPELLED = st.builds(
    lambda word, place, letter: word[:place] + letter + word[place + 1 :],
    st.sampled_from(LAST), st.integers(0, 9), st.sampled_from("aeinst y’"),
)  # fmt: skip
NAMES = st.lists(
    st.builds("{} {}".format, st.sampled_from(FIRST), st.sampled_from(LAST) | MISSPELLED),
    min_size=2, max_size=13, unique=True,
)  # fmt: skip


def by_comparing_all(kind: str, names: list[str]) -> dict[frozenset[str], float]:
    """Return the pairs that are spelled alike and how much: everything held against everything."""
    found = {}
    for one, other in combinations(sorted(names, key=fold_keyword), 2):
        first, second = fold_keyword(one), fold_keyword(other)
        if first == second or min(len(first), len(second)) < namesakes.SHORTEST:
            continue
        if re.findall(r"\d+", first) != re.findall(r"\d+", second):
            continue
        if kind == "author":
            is_met, is_alike = skeleton(first) == skeleton(second), may_be_same(first, second)
        else:
            ends = [(skeleton(name.split()[0]), skeleton(name), name[:4]) for name in (first, second)]
            is_met = any(mine == yours for mine, yours in zip(*ends, strict=True))
            is_alike = likeness(first, second) >= namesakes.ALIKE
        if is_met and is_alike:
            found[frozenset((one, other))] = likeness(first, second) * 0.85
    return found


@pytest.mark.parametrize(("kind", "model"), [("author", Author), ("outlet", Outlet)])
@settings(max_examples=150, deadline=None)
@given(names=NAMES)
def test_of_few_names_those_are_found_that_comparing_all_would_find(kind, model, names):
    with transaction.atomic():
        rows = model.objects.bulk_create(model(name=name, slug=f"a{n}") for n, name in enumerate(names))
        by_pk = {row.pk: row.name for row in rows}

        namesakes.propose()

        alike = {
            frozenset((by_pk[row.first], by_pk[row.second])): row.likeness
            for row in ProposedMerge.objects.filter(kind=kind)
            if row.reasons == ["like spelling"]
        }
        transaction.set_rollback(True)
    assert alike == by_comparing_all(kind, names)


def test_looking_again_writes_nothing_where_nothing_changed():
    make_tag("actor/J. Smith")
    make_tag("actor/John Smith")
    assert namesakes.propose() == 1

    with CaptureQueriesContext(connection) as queries:
        assert namesakes.propose() == 1

    assert [one["sql"] for one in queries if "INSERT" in one["sql"] or "UPDATE" in one["sql"]] == []


def test_the_command_says_how_many_wait(capsys):
    make_tag("actor/J. Smith")
    make_tag("actor/John Smith")

    call_command("propose_merges")

    assert capsys.readouterr().out == "1 pair of records may be the same; the desk lists them.\n"
