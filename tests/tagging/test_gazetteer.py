import datetime as dt
import time
from pathlib import Path

import pytest

from articles.tagging.gazetteer import (
    BODIES,
    Alias,
    AliasKind,
    DataError,
    Entry,
    Kind,
    Office,
    read_data,
    shared_names,
)

SOURCES = 'factbook = "CIA World Factbook (public domain)"\n'
RUSSIA = """
[ru]
name = "Russia"
slug = "russia"
official = "Russian Federation"
former = ["Muscovy"]
people = ["Russian", "Russians"]
capital = ["Moscow"]
region = "Eastern Europe"
wikidata = "Q159"
source = ["factbook"]
"""
GEORGIA = '[ge]\nname = "Georgia"\nslug = "georgia"\nsource = ["factbook"]\n'
AMERICA = '[us]\nname = "United States"\nslug = "united-states"\nsource = ["factbook"]\n'
PUTIN = """
[vladimir-putin]
name = "Vladimir Putin"
surnames = ["Putin"]
alone = 5
also = ["Vladimir V. Putin"]
offices = [
  "1999-08-16..2000-05-07 ru head_of_government, Prime Minister",
  "2012-05-07.. ru head_of_state, President",
]
source = ["factbook"]
"""
NATO = '[nato]\nname = "NATO"\ncategory = "alliance"\nsource = ["factbook"]\n'
DIPLOMACY = (
    '[diplomacy]\nname = "Diplomacy"\ndescription = "Talks."\ntriggers.4 = ["envoy"]\nsource = ["factbook"]\n'
)
SUMMIT = DIPLOMACY + DIPLOMACY.replace("[diplomacy]", '[summit]\nparent = "diplomacy"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of data files with a source and nothing else."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "sources.toml").write_text(SOURCES)
    return folder


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")


def read_one(folder: Path, **files: str) -> Entry:
    write(folder, **files)
    (entry,) = read_data(folder)
    return entry


def test_a_country_has_its_names_by_kind(folder):
    assert read_one(folder, countries=RUSSIA) == Entry(
        kind=Kind.COUNTRY,
        slug="russia",
        key="ru",
        name="Russia",
        description="State in Eastern Europe, capital Moscow",
        source="CIA World Factbook (public domain)",
        aliases=(
            Alias("Russia"),
            Alias("Russian Federation"),
            Alias("Muscovy", AliasKind.FORMER),
            Alias("Russian", AliasKind.DEMONYM),
            Alias("Russians", AliasKind.DEMONYM),
            Alias("Moscow", AliasKind.CAPITAL),
        ),
        wikidata="Q159",
        category="state",
    )


def test_a_person_has_offices_and_a_line_about_the_last_one(folder):
    write(folder, countries=RUSSIA, leaders_europe=PUTIN)

    person = read_data(folder)[0]

    assert person == Entry(
        kind=Kind.ACTOR,
        slug="vladimir-putin",
        key="vladimir-putin",
        name="Vladimir Putin",
        description="President of Russia since 2012",
        source="CIA World Factbook (public domain)",
        aliases=(Alias("Vladimir Putin"), Alias("Vladimir V. Putin"), Alias("Putin", AliasKind.SURNAME, 5)),
        offices=(
            Office("Prime Minister", "head_of_government", "ru", dt.date(1999, 8, 16), dt.date(2000, 5, 7)),
            Office("President", "head_of_state", "ru", dt.date(2012, 5, 7)),
        ),
    )


@pytest.mark.parametrize(
    ("line", "start", "end", "is_end_known"),
    [
        ("2012-05-07..2018-05-01", dt.date(2012, 5, 7), dt.date(2018, 5, 1), True),
        ("2012-05-07..", dt.date(2012, 5, 7), None, True),
        ("..2018-05-01", None, dt.date(2018, 5, 1), True),
        ("..", None, None, True),
        ("2012-02..2018-06", dt.date(2012, 2, 29), dt.date(2018, 6, 1), True),
        ("1998..2004", dt.date(1998, 12, 31), dt.date(2004, 1, 1), True),
        ("2019-11-12..2023-01?", dt.date(2019, 11, 12), dt.date(2023, 1, 1), False),
        ("2019-11-12..?", dt.date(2019, 11, 12), None, False),
    ],
    ids=[
        "both days",
        "still in office",
        "first day unknown",
        "nothing known",
        "a month counts for the days that are certain",
        "so does a year",
        "last day on which the person was seen",
        "end unknown",
    ],
)
def test_office_dates(folder, line, start, end, is_end_known):
    person = (
        PUTIN.split("offices")[0]
        + f'offices = ["{line} ru head_of_state, President"]\nsource = ["factbook"]\n'
    )
    write(folder, countries=RUSSIA, leaders=person)

    assert read_data(folder)[0].offices == (
        Office("President", "head_of_state", "ru", start, end, is_end_known),
    )


@pytest.mark.parametrize(
    ("office", "line"),
    [
        ("2012-05-07.. ru head_of_state, President", "President of Russia since 2012"),
        ("2012..2018 ru head_of_state, President", "President of Russia, 2012–2018"),
        ("2018-01-02..2018-03-04 ru head_of_state, President", "President of Russia, 2018"),
        ("2019..2022-07? ru official, Kremlin spokesman", "Kremlin spokesman (Russia), 2019–2022 or later"),
        ("2024-10-01.. nato org_head, NATO Secretary General", "NATO Secretary General since 2024"),
        (".. ru official, Opposition leader", "Opposition leader (Russia)"),
    ],
)
def test_what_a_person_is_follows_from_the_last_office(folder, office, line):
    person = PUTIN.split("offices")[0] + f'offices = ["{office}"]\nsource = ["factbook"]\n'
    write(folder, countries=RUSSIA, organisations=NATO, leaders=person)

    assert read_data(folder)[0].description == line


def test_a_country_that_people_say_with_an_article_has_it_in_what_a_person_is(folder):
    person = PUTIN.split("offices")[0]
    person += 'offices = ["2012-05-07.. ru head_of_state, President"]\nsource = ["factbook"]\n'
    write(folder, countries=RUSSIA.replace('name = "Russia"', 'name = "United States"'), leaders=person)

    assert read_data(folder)[0].description == "President of the United States since 2012"


def test_a_topic_has_weighted_triggers_and_phrases_that_are_not_meant(folder):
    write(
        folder,
        topics=SUMMIT + 'never = ["mountain envoy"]\niptc = "medtop:1"\ntriggers.5 = ["NATO summit*"]\n',
    )

    _, summit = read_data(folder)

    assert summit == Entry(
        kind=Kind.TOPIC,
        slug="summit",
        key="summit",
        name="Diplomacy",
        description="Talks.",
        source="CIA World Factbook (public domain); IPTC medtop:1",
        parent="diplomacy",
        aliases=(
            Alias("envoy", AliasKind.TRIGGER, 4, is_case_sensitive=False),
            Alias("NATO summit*", AliasKind.TRIGGER, 5),
            Alias("mountain envoy", AliasKind.NEGATIVE, is_case_sensitive=False),
        ),
    )


def test_places_metonyms_and_phrases_that_are_not_meant_join_their_entry(folder):
    write(
        folder,
        countries=RUSSIA,
        places='ru = ["Kazan"]',
        metonyms='"Kremlin" = ["ru"]',
        never='ru = ["Moscow Times"]',
    )

    (russia,) = read_data(folder)

    assert russia.aliases[-3:] == (
        Alias("Kazan", AliasKind.PLACE),
        Alias("Moscow Times", AliasKind.NEGATIVE),
        Alias("Kremlin", AliasKind.METONYM),
    )


def test_a_rule_gives_each_candidate_the_words_that_speak_for_it(folder):
    write(
        folder,
        countries=GEORGIA + AMERICA,
        places='us = ["Georgia"]',
        ambiguous='["Georgia"]\nge = ["Tbilisi"]\nus = ["Atlanta"]\nother = ["O\'Keeffe"]\n',
    )

    georgia, america = read_data(folder)

    assert (georgia.is_ambiguous, georgia.context) == (True, ("Tbilisi",))
    assert georgia.counter_context == ("O'Keeffe", "Atlanta")
    assert georgia.aliases == (Alias("Georgia", weight=1, is_ambiguous=True),)
    assert america.aliases[1] == Alias(
        "Georgia",
        AliasKind.PLACE,
        1,
        is_ambiguous=True,
        context=("Atlanta",),
        counter_context=("O'Keeffe", "Tbilisi"),
    )


def test_the_default_of_a_rule_counts_without_words_that_speak_for_it(folder):
    write(folder, countries=GEORGIA, ambiguous='["Georgia"]\ndefault = "ge"\nge = ["Tbilisi"]\n')

    (georgia,) = read_data(folder)

    assert georgia.aliases == (Alias("Georgia", weight=5, is_ambiguous=True),)


def test_a_name_may_belong_to_several_entries_at_once(folder):
    write(
        folder,
        countries=GEORGIA + AMERICA,
        places='ge = ["Both"]\nus = ["Both"]',
        ambiguous='["Both"]\nall = ["ge", "us"]\n',
    )

    assert [entry.aliases[-1] for entry in read_data(folder)] == [Alias("Both", AliasKind.PLACE)] * 2
    assert shared_names(folder) == {"Both"}


WRONG = {
    "not TOML": ({"countries": "[ru\n"}, "countries.toml: "),
    "unknown file": ({"cuntries": RUSSIA}, "cuntries.toml, the file: is not a known data file"),
    "unknown field": ({"countries": RUSSIA + 'nmae = "x"\n'}, "countries.toml, ru: unknown field nmae"),
    "no name": (
        {"countries": RUSSIA.replace('name = "Russia"\n', "")},
        "countries.toml, ru: 'name' is missing",
    ),
    "blank at an end": (
        {"countries": RUSSIA.replace('"Moscow"', '" Moscow"')},
        "countries.toml, ru: capital holds",
    ),
    "text for a list": (
        {"countries": RUSSIA.replace('["Moscow"]', '"Moscow"')},
        "countries.toml, ru: capital is",
    ),
    "number for a text": ({"countries": RUSSIA.replace('"Russia"', "7")}, "countries.toml, ru: name is 7"),
    "no table": ({"countries": 'ru = "Russia"'}, "countries.toml, ru: is not a table"),
    "bad slug": (
        {"countries": RUSSIA.replace('"russia"', '"Russia!"')},
        "countries.toml, ru: slug is 'Russia!'",
    ),
    "bad key": ({"leaders": PUTIN.replace("[vl", "[Vl")}, "leaders.toml, Vladimir-putin: is not a slug"),
    "unknown category": (
        {"countries": RUSSIA + 'category = "empire"\n'},
        "unknown category 'empire'; use one of",
    ),
    "bad Wikidata id": (
        {"countries": RUSSIA.replace("Q159", "159")},
        "countries.toml, ru: wikidata is '159'",
    ),
    "no source": ({"countries": GEORGIA.replace('source = ["factbook"]\n', "")}, "ge: no source is named"),
    "unknown source": ({"countries": GEORGIA.replace("factbook", "hearsay")}, "ge: unknown source 'hearsay'"),
    "unknown parent": ({"countries": GEORGIA + 'parent = "su"\n'}, "ge: unknown parent 'su'"),
    "its own parent": ({"countries": GEORGIA + 'parent = "ge"\n'}, "ge: unknown parent 'ge'"),
    "unknown implied country": (
        {"countries": GEORGIA + 'implies = ["su"]\n'},
        "ge: no country has the key 'su'",
    ),
    "a person's office nowhere": (
        {"leaders": PUTIN},
        "leaders.toml, vladimir-putin: no entry has the key 'ru'",
    ),
    "office of a person": (
        {"countries": RUSSIA, "leaders": PUTIN.replace("2012-05-07.. ru", "2012-05-07.. vladimir-putin")},
        "vladimir-putin: office of 'vladimir-putin'; name a country or an organisation",
    ),
    "unknown role": ({"leaders": PUTIN.replace("head_of_state", "tsar")}, "unknown role 'tsar'; use one of"),
    "office without dates": ({"leaders": PUTIN.replace("2012-05-07.. ", "")}, "cannot be read; write"),
    "impossible day": (
        {"leaders": PUTIN.replace("2012-05-07", "2012-02-30")},
        "write YYYY, YYYY-MM or YYYY-MM-DD",
    ),
    "impossible month": (
        {"leaders": PUTIN.replace("2012-05-07", "2012-13")},
        "write YYYY, YYYY-MM or YYYY-MM-DD",
    ),
    "half a date": ({"leaders": PUTIN.replace("2012-05-07", "2012-5")}, "write YYYY, YYYY-MM or YYYY-MM-DD"),
    "ends before it starts": (
        {"leaders": PUTIN.replace("2000-05-07", "1999-05-07")},
        "ends before it starts",
    ),
    "unknown weight of a surname": (
        {"leaders": PUTIN.replace("alone = 5", "alone = 4")},
        "alone is 4; write 5",
    ),
    "duplicate slug": (
        {"countries": RUSSIA, "areas": RUSSIA.replace("[ru]", "[x-ru]")},
        "countries.toml, ru: this key or slug is taken; choose another than 'Russia' of areas.toml has",
    ),
    "duplicate key": (
        {"countries": RUSSIA, "areas": RUSSIA.replace('"russia"', '"tsardom"')},
        "ru: this key or slug is taken",
    ),
    "an organisation's slug is a country's key": (
        {"countries": RUSSIA, "organisations": NATO.replace("[nato]", "[ru]")},
        "organisations.toml, ru: this key or slug is taken",
    ),
    "the same name twice": (
        {"countries": RUSSIA.replace('"Russians"', '"Russian"')},
        "countries.toml, ru: 'Russian' stands twice as demonym; delete one",
    ),
    "topic without triggers": (
        {"topics": DIPLOMACY.replace('triggers.4 = ["envoy"]\n', "")},
        "topics.toml, diplomacy: has no triggers of weight 1 to 5",
    ),
    "weight of a trigger": (
        {"topics": DIPLOMACY.replace("triggers.4", "triggers.9")},
        "diplomacy: has no triggers",
    ),
    "a trigger that matches anything": (
        {"topics": DIPLOMACY.replace('"envoy"', '"the * envoy"')},
        "let * be a part",
    ),
    "three levels of topics": (
        {"topics": SUMMIT + DIPLOMACY.replace("[diplomacy]", '[tea]\nparent = "summit"')},
        "topics.toml, tea: its parent 'summit' has a parent; keep topics to two levels",
    ),
    "place of an unknown country": (
        {"places": 'ru = ["Kazan"]'},
        "places.toml, ru: no entry has the key 'ru'",
    ),
    "metonym of nothing": (
        {"metonyms": '"Kremlin" = ["ru"]'},
        "metonyms.toml, Kremlin: no entry has the key 'ru'",
    ),
    "rule that is no table": ({"ambiguous": 'Georgia = "ge"'}, "ambiguous.toml, Georgia: is not a table"),
    "rule for an unknown entry": (
        {"ambiguous": '["Georgia"]\nge = ["x"]'},
        "Georgia: no entry has the key 'ge'",
    ),
    "rule for a name the entry has not": (
        {"countries": GEORGIA, "ambiguous": '["Gruzia"]\nge = ["x"]'},
        "ambiguous.toml, Gruzia: 'ge' has no name 'Gruzia'; add it in countries.toml or places.toml",
    ),
    "default that is no candidate": (
        {"countries": GEORGIA, "ambiguous": '["Georgia"]\ndefault = "us"\nge = ["x"]'},
        "ambiguous.toml, Georgia: the default 'us' is not among them",
    ),
}


@pytest.mark.parametrize(("files", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_refused_with_file_entry_and_remedy(folder, files, message):
    write(folder, **files)

    with pytest.raises(DataError) as refusal:
        read_data(folder)
    assert message in str(refusal.value)


def test_alias_kinds_are_a_closed_list():
    with pytest.raises(ValueError, match="nickname"):
        AliasKind("nickname")


@pytest.fixture(scope="module")
def shipped() -> dict[tuple[str, str], Entry]:
    """Return the entries of this package by kind and key."""
    return {(entry.kind.value, entry.key): entry for entry in read_data()}


def test_the_shipped_gazetteer_is_as_large_as_promised(shipped):
    counts = {kind: sum(entry.kind is kind for entry in shipped.values()) for kind in Kind}

    assert counts[Kind.COUNTRY] >= 320
    assert counts[Kind.ACTOR] >= 4_000
    assert counts[Kind.ORGANISATION] >= 249
    assert counts[Kind.TOPIC] >= 68


def test_every_shipped_entry_names_its_source_and_says_what_it_is(shipped):
    assert [entry.slug for entry in shipped.values() if not entry.source] == []
    assert [entry.slug for entry in shipped.values() if not entry.description] == []


def test_every_organisation_is_described_in_words_for_readers(shipped):
    lines = {entry.description for entry in shipped.values() if entry.kind is Kind.ORGANISATION}

    assert lines - set(BODIES.values()) == {"Company", "Court"}


@pytest.mark.parametrize("key", ["ge", "jo", "td", "tr", "gn", "ne", "cd", "me"])
def test_countries_that_are_called_like_something_else_need_context(shipped, key):
    country = shipped["country", key]

    assert country.is_ambiguous or any(alias.is_ambiguous for alias in country.aliases)
    assert country.context or any(alias.context for alias in country.aliases)


@pytest.mark.parametrize(
    ("key", "phrase"),
    [
        ("us", "Washington Post"),
        ("je", "New Jersey"),
        ("in", "Indian Ocean"),
        ("cn", "South China Sea"),
        ("ge", "Georgia Tech"),
        ("jo", "Air Jordan"),
        ("in", "Times of India"),
        ("ne", "Niger Delta"),
    ],
)
def test_names_of_other_things_are_known_not_to_be_the_country(shipped, key, phrase):
    assert Alias(phrase, AliasKind.NEGATIVE) in shipped["country", key].aliases


def test_the_kremlin_means_russia_and_the_niger_delta_nigeria(shipped):
    assert Alias("Kremlin", AliasKind.METONYM) in shipped["country", "ru"].aliases
    assert Alias("Niger Delta", AliasKind.PLACE) in shipped["country", "ng"].aliases


@pytest.mark.parametrize(
    ("slug", "on", "title"),
    [
        ("marco-rubio", dt.date(2025, 10, 17), "Secretary of State"),
        ("olga-stefanishyna", dt.date(2025, 10, 17), "Ambassador to the US"),
        ("mark-rutte", dt.date(2025, 1, 1), "NATO Secretary General"),
        ("kaja-kallas", dt.date(2023, 1, 1), "Prime Minister"),
        ("antonio-guterres", dt.date(2020, 1, 1), "UN Secretary-General"),
        ("karoline-leavitt", dt.date(2025, 3, 1), "White House press secretary"),
        ("yahya-sinwar", dt.date(2024, 9, 1), "Head of the political bureau"),
    ],
)
def test_who_held_which_office_on_a_day(shipped, slug, on, title):
    held = [
        office.title
        for office in shipped["actor", slug].offices
        if (office.start_on or on) <= on <= (office.end_on or on)
    ]

    assert title in held


def test_all_countries_of_the_shared_facts_are_there(shipped, shared):
    lines = (shared / "facts" / "countries.csv").read_text(encoding="utf-8").splitlines()[1:]
    codes = {line.split(",")[0].lower() for line in lines}

    # Former names of one living state each (Zaire, Burma, East Timor before 2002) are names of that state.
    assert codes - {key for kind, key in shipped if kind == "country"} == {"zr", "bu", "tp"}


def test_the_data_files_are_read_in_a_fraction_of_a_second():
    # 0.36 s of processor time on two busy cores (docs/gazetteer.md); the limit leaves room for slower ones.
    start = time.process_time()
    read_data()

    assert time.process_time() - start < 2.0
