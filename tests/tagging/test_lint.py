import datetime as dt

import pytest

from articles.tagging.gazetteer import Alias, AliasKind, Entry, Kind, Office, read_data, shared_names
from articles.tagging.lint import Complaint, Level, lint, uncovered


def country(key: str, *aliases: Alias, **values: object) -> Entry:
    return Entry(kind=Kind.COUNTRY, slug=key, key=key, name=key, aliases=aliases, **values)


def person(slug: str, *aliases: Alias, **values: object) -> Entry:
    return Entry(kind=Kind.ACTOR, slug=slug, key=slug, name=slug, aliases=aliases, **values)


def organisation(slug: str, *aliases: Alias, **values: object) -> Entry:
    return Entry(kind=Kind.ORGANISATION, slug=slug, key=slug, name=slug, aliases=aliases, **values)


def checks(*entries: Entry, shared: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Return level, check and entry of every complaint."""
    return [
        (complaint.level.value, complaint.check, complaint.entry)
        for complaint in lint(entries, shared=shared)
    ]


GRANADA = Alias("Granada", AliasKind.PLACE)
HEAD = "head_of_state"


def test_a_complaint_says_what_to_do():
    assert lint([country("es", GRANADA), country("ni", GRANADA)]) == [
        Complaint(
            Level.ERROR,
            "clash",
            "country:es",
            "shares the name 'Granada' with country:ni; add a rule to ambiguous.toml",
        )
    ]


@pytest.mark.parametrize(
    ("entries", "shared"),
    [
        ([country("es", GRANADA), country("ni", Alias("Granada", AliasKind.PLACE, is_ambiguous=True))], ()),
        ([country("es", GRANADA), country("x-granada", GRANADA, implies=("es",))], ()),
        ([country("es", GRANADA), country("ni", GRANADA)], ("Granada",)),
        (
            [
                country("iq", Alias("Ashraf", AliasKind.METONYM)),
                organisation("mek", Alias("Ashraf", AliasKind.METONYM)),
            ],
            (),
        ),
        ([country("es", GRANADA), country("ni", Alias("Granada", AliasKind.NEGATIVE))], ()),
    ],
    ids=[
        "a rule tells them apart",
        "one implies the other",
        "the name is meant for both",
        "a metonym may mean several",
        "one of them never has the name",
    ],
)
def test_a_shared_name_is_in_order_if(entries, shared):
    assert checks(*entries, shared=shared) == []


def test_accents_and_hyphens_make_no_other_name():
    assert checks(country("es", Alias("São-Bento")), country("ni", Alias("Sao Bento"))) == [
        ("error", "clash", "country:es")
    ]


def test_namesakes_among_persons_are_only_worth_a_warning():
    assert checks(person("bush-1", Alias("George Bush")), person("bush-2", Alias("George Bush"))) == [
        ("warning", "clash", "actor:bush-1")
    ]


def test_a_surname_stands_alone_for_one_person_only():
    khan = Alias("Khan", AliasKind.SURNAME, 5)

    assert checks(person("imran-khan", khan), person("karim-khan", khan)) == [
        ("warning", "surname", "actor:imran-khan")
    ]


def test_a_surname_that_is_a_place_needs_a_rule():
    surname = Alias("Montenegro", AliasKind.SURNAME, 5)

    assert checks(person("luis-montenegro", surname), country("me", Alias("Montenegro"))) == [
        ("warning", "surname", "actor:luis-montenegro")
    ]
    assert (
        checks(person("luis-montenegro", surname), country("me", Alias("Montenegro", is_ambiguous=True)))
        == []
    )


def test_surnames_that_do_not_stand_alone_may_be_shared():
    khan = Alias("Khan", AliasKind.SURNAME, 1)

    assert checks(person("imran-khan", khan), person("karim-khan", khan)) == []


def test_one_wikidata_id_is_one_thing():
    assert checks(person("zelensky", wikidata="Q3874799"), person("zelenskyy", wikidata="Q3874799")) == [
        ("error", "double", "actor:zelenskyy")
    ]


@pytest.mark.parametrize(
    "entry",
    [
        country("ge", implies=("su",)),
        country("ge", parent="soviet-union"),
        person("stalin", offices=(Office("Leader", "official", "su"),)),
    ],
    ids=["implied", "parent", "office"],
)
def test_keys_that_no_entry_has(entry):
    assert [check for _, check, _ in checks(entry)] == ["unknown"]


def held(start: str, end: str, role: str = HEAD, of: str = "ru") -> tuple[Office, ...]:
    return (Office("Leader", role, of, dt.date.fromisoformat(start), dt.date.fromisoformat(end)),)


def test_two_heads_of_state_at_once():
    one = person("one", offices=held("2000-01-01", "2004-12-31"))
    other = person("other", offices=held("2004-06-01", "2008-12-31"))

    (complaint,) = lint([country("ru"), one, other])

    assert complaint == Complaint(
        Level.WARNING,
        "overlap",
        "actor:one",
        "head_of_state of ru for 213 days together with actor:other; check the dates",
    )


def test_two_who_are_both_still_prime_minister():
    """Nobody could tell whom "the prime minister" means; even where states have collective heads."""
    since = [
        Office("Prime Minister", "head_of_government", "ye", dt.date(year, 1, 15)) for year in (2025, 2026)
    ]
    one, other = person("one", offices=(since[0],)), person("other", offices=(since[1],))

    (complaint,) = lint([country("ye"), one, other])

    assert complaint == Complaint(
        Level.ERROR,
        "overlap",
        "actor:one",
        "head_of_government of ye to this day together with actor:other; end one of them",
    )


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        (held("2000-01-01", "2004-12-31"), held("2004-12-15", "2008-12-31"), "ru"),
        (held("2000-01-01", "2004-12-31", "official"), held("2000-01-01", "2004-12-31", "official"), "ru"),
        (held("2000-01-01", "2004-12-31", of="ba"), held("2000-01-01", "2004-12-31", of="ba"), "ba"),
    ],
    ids=["a hand-over", "an office of many", "a collective head of state"],
)
def test_offices_may_overlap_in(first, second, place):
    assert checks(country(place), person("one", offices=first), person("other", offices=second)) == []


@pytest.mark.parametrize(
    ("alias", "is_suspicious"),
    [
        (Alias("minister of state"), True),
        (Alias("al-Shabaab"), False),
        (Alias("Li"), True),
        (Alias("EU"), False),
        (Alias("May"), True),
        (Alias("May", is_ambiguous=True), False),
        (Alias("May", AliasKind.SURNAME, 3), True),
        (Alias("May", AliasKind.SURNAME, 1), False),
        (Alias("will", AliasKind.NEGATIVE), False),
        (Alias("oil", AliasKind.TRIGGER, 2, is_case_sensitive=False), True),
        (Alias("oil price", AliasKind.TRIGGER, 2, is_case_sensitive=False), False),
        (Alias("UN", AliasKind.TRIGGER, 2), False),
    ],
    ids=lambda value: f"{value.kind} {value.text} {value.weight}" if isinstance(value, Alias) else "",
)
def test_suspicious_names(alias, is_suspicious):
    found = checks(Entry(kind=Kind.TOPIC, slug="x", key="x", name="x", aliases=(alias,)))

    assert found == ([("warning", "suspicious", "topic:x")] if is_suspicious else [])


def test_a_name_that_hides_a_country():
    sudan = country("sd", Alias("Sudan"))
    south = country("ss", Alias("South Sudan"))
    army = Alias("Sudan Liberation Army")
    mission = Alias("Mission in South Sudan")

    assert checks(sudan, organisation("sla", army)) == [("warning", "swallows", "organisation:sla")]
    assert checks(sudan, organisation("sla", army, implies=("sd",))) == []
    assert checks(sudan, south, organisation("unmiss", mission, implies=("ss",))) == []


def test_the_shipped_gazetteer_has_no_errors():
    found = lint(read_data(), shared=shared_names())

    assert [complaint for complaint in found if complaint.level is Level.ERROR] == []


def test_entries_that_no_passage_demands():
    assert uncovered([person("putin"), country("ru"), country("ua")], {"country:ru"}) == [
        "actor:putin",
        "country:ua",
    ]


def test_an_acronym_that_is_a_first_name_as_a_word_is_an_error():
    body = organisation("minadea", Alias("MINADEA", AliasKind.NAME))
    bearer = person("minadea-soto", Alias("Minadea Soto", AliasKind.NAME))

    assert checks(body, bearer) == [("error", "spoken", "organisation:minadea")]


def test_an_acronym_of_four_letters_is_no_word_and_no_first_name():
    body = organisation("mina", Alias("MINA", AliasKind.NAME))
    bearer = person("mina-soto", Alias("Mina Soto", AliasKind.NAME))

    assert checks(body, bearer) == []
