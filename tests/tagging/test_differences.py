"""Clues: no text outside of what they find may get other tags by the changed gazetteer."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import frontmatter
import pytest

from articles.tagging import Alias, AliasKind, Entry, Kind, Office, Tagger, read_data
from articles.tagging.differences import Clue, Finder, clues_between
from articles.tagging.standing import Text
from tests.conftest import PROJECT
from tests.edits import edited

RUSSIA = Entry(Kind.COUNTRY, "russia", "Russia", "ru", aliases=(Alias("Russia"),))
PUTIN = Entry(
    Kind.ACTOR, "putin", "Vladimir Putin", "putin",
    aliases=(Alias("Vladimir Putin"), Alias("Putin", AliasKind.SURNAME)),
    offices=(Office("President", "head_of_state", "ru", dt.date(2012, 5, 7)),),
)  # fmt: skip


def texts() -> list[Text]:
    """Return the passages and the seeds."""
    found = []
    for path in sorted((PROJECT / "tests" / "tagging" / "passages").glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["passages"]:
            found.append(Text(row.get("title", ""), row.get("standfirst", ""), row["text"], row.get("on")))
    for path in sorted((PROJECT / "seeds").glob("*.md")):
        values, body = frontmatter.parse(path.read_text(encoding="utf-8"))
        found.append(Text(str(values.get("title", "")), "", body, dt.date(2025, 10, 16)))
    return found


@pytest.fixture(scope="module")
def corpus() -> list[Text]:
    return texts()


@pytest.fixture(scope="module")
def known(corpus: list[Text]) -> list[Entry]:
    """Return the entries that the corpus may name: a tagger of them is built ten times as fast."""
    entries = read_data()
    folded = " ".join(f"{text.title} {text.standfirst} {text.body}" for text in corpus)
    return [
        entry
        for entry in entries
        if entry.kind in {Kind.COUNTRY, Kind.TOPIC} or any(alias.text in folded for alias in entry.aliases)
    ]


def answers(entries: Iterable[Entry], corpus: Sequence[Text]) -> list[object]:
    tagger = Tagger(entries)
    return [
        sorted(
            (finding.kind, finding.slug, finding.role, finding.salience, finding.mentions)
            for finding in tagger.tag(
                title=text.title, standfirst=text.standfirst, body=text.body, on=text.on
            ).findings
        )
        for text in corpus
    ]


@pytest.mark.parametrize("seed", range(30))
def test_no_text_changes_that_answers_no_clue(seed, corpus, known):
    dice = random.Random(seed)
    sample = dice.sample(corpus, 250)
    words = [f"{text.title} {text.body}" for text in sample]
    entry = dice.choice(known)
    changed = edited(entry, words, dice)
    after = [changed if one is entry else one for one in known]
    finder = Finder(clues_between(known, after))

    both = zip(answers(known, sample), answers(after, sample), sample, strict=True)
    missed = [text for old, new, text in both if old != new and not finder.reaches(*text)]
    assert missed == [], f"{entry} became {changed}"


def test_the_same_gazetteer_has_no_clue():
    assert clues_between([RUSSIA, PUTIN], [RUSSIA, PUTIN]) == []
    assert not Finder([]).reaches("Russia", "", "Putin", None)


def test_an_added_name_is_looked_for_in_all_its_forms():
    changed = replace(RUSSIA, aliases=(*RUSSIA.aliases, Alias("Muscovy")))

    assert clues_between([RUSSIA], [changed]) == [Clue((frozenset({" Muscovy ", " MUSCOVY ", " muscovy "}),))]


def test_words_nearby_matter_only_where_the_name_is_ambiguous():
    georgia = Entry(Kind.COUNTRY, "georgia", "Georgia", "ge", aliases=(Alias("Georgia"),))
    ambiguous = replace(georgia, is_ambiguous=True)

    assert clues_between([georgia], [replace(georgia, context=("Tbilisi",))]) == []
    [clue] = clues_between([ambiguous], [replace(ambiguous, context=("Tbilisi",))])
    assert clue.lower == {" tbilisi "}
    assert Finder([clue]).reaches("Georgia", "", "in Tbilisi", None)
    assert not Finder([clue]).reaches("Georgia", "", "in Atlanta", None)


def test_an_office_matters_on_the_days_that_it_changes():
    until = replace(PUTIN, offices=(replace(PUTIN.offices[0], end_on=dt.date(2020, 1, 1)),))
    finder = Finder(clues_between([RUSSIA, PUTIN], [RUSSIA, until]))

    assert finder.reaches("", "", "Putin spoke", dt.date(2021, 1, 1))
    assert not finder.reaches("", "", "Putin spoke", dt.date(2015, 1, 1))
    assert not finder.reaches("", "", "Russia spoke", dt.date(2021, 1, 1))


def test_who_held_an_office_beside_another_matters_to_that_other():
    medvedev = replace(
        PUTIN, slug="medvedev", aliases=(Alias("Dmitry Medvedev"),),
        offices=(Office("President", "head_of_state", "ru", dt.date(2008, 5, 7), dt.date(2012, 5, 7)),),
    )  # fmt: skip
    earlier = replace(PUTIN, offices=(replace(PUTIN.offices[0], start_on=dt.date(2010, 1, 1)),))
    finder = Finder(clues_between([medvedev, PUTIN], [medvedev, earlier]))

    assert finder.reaches("", "", "Dmitry Medvedev of Russia", dt.date(2011, 1, 1))
    assert not finder.reaches("", "", "Dmitry Medvedev of Russia", dt.date(2009, 1, 1))


def test_a_new_person_is_looked_for_by_name_and_by_longer_forms_of_it():
    finder = Finder(clues_between([RUSSIA], [RUSSIA, PUTIN]))

    assert finder.reaches("", "", "Vladimir Vladimirovich Putin of Russia", None)
    assert finder.reaches("", "", "Mr Putin of Russia", None)
    assert not finder.reaches("", "", "Russia", None)


def test_a_state_that_comes_or_goes_reaches_whatever_brings_it_along():
    crimea = Entry(Kind.COUNTRY, "crimea", "Crimea", "x-crimea", aliases=(Alias("Crimea"),), implies=("ua",))
    ukraine = Entry(Kind.COUNTRY, "ukraine", "Ukraine", "ua", aliases=(Alias("Ukraine"),))
    finder = Finder(clues_between([crimea], [crimea, ukraine]))

    assert finder.reaches("", "", "in Crimea", None)
    assert not finder.reaches("", "", "in Odessa", None)


def test_another_key_reaches_every_text():
    assert Finder(clues_between([RUSSIA], [replace(RUSSIA, key="rus")])).reaches("", "", "Nothing", None)
