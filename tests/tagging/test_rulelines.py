"""A rule as lines: what was written is read again, and what nobody could mean is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.tagging import Alias, AliasKind, Entry, Kind, Office, read_data
from articles.tagging.rulelines import read_rule, write_alias, write_office, write_rule

GEORGIA = Entry(
    Kind.COUNTRY, "georgia", "Georgia", "ge", is_ambiguous=True, context=("Tbilisi",),
    aliases=(
        Alias("Georgia", AliasKind.NAME, 1, True, True, ("Batumi", "Kura river"), ("Atlanta",)),
        Alias("Tbilisi", AliasKind.CAPITAL),
    ),
)  # fmt: skip
SANCTIONS = Entry(
    Kind.TOPIC, "sanctions", "Sanctions", "sanctions",
    aliases=(Alias("sanction*", AliasKind.TRIGGER, 4, is_case_sensitive=False),),
)  # fmt: skip
PUTIN = Entry(
    Kind.ACTOR, "putin", "Vladimir Putin", "putin", aliases=(Alias("Vladimir Putin"),),
    offices=(Office("President", "head_of_state", "ru", dt.date(2012, 5, 7)),),
)  # fmt: skip


def read(entry: Entry, **lines: str) -> tuple[Entry, dict[str, list[str]]]:
    """Return the changed entry and the complaints."""
    written = {**write_rule(entry), **lines}
    changed, errors = read_rule(entry, written, is_ambiguous=entry.is_ambiguous, places={"ru", "us"})
    return changed, {name: [str(error) for error in found] for name, found in errors.items()}


def test_every_rule_of_the_gazetteer_is_read_as_it_was_written():
    entries = read_data()
    places = {entry.key for entry in entries}

    for entry in entries:
        again, errors = read_rule(entry, write_rule(entry), is_ambiguous=entry.is_ambiguous, places=places)
        assert (again, errors) == (entry, {})


def test_a_line_says_what_is_not_as_usual():
    assert write_alias(Kind.COUNTRY, GEORGIA.aliases[0]) == (
        "Georgia | 1 | ambiguous | for: Batumi, Kura river | against: Atlanta"
    )
    assert write_alias(Kind.COUNTRY, GEORGIA.aliases[1]) == "Tbilisi"
    assert write_alias(Kind.TOPIC, SANCTIONS.aliases[0]) == "sanction* | 4"
    assert write_office(PUTIN.offices[0]) == "2012-05-07.. ru head_of_state, President"


def test_kept_names_stay_in_their_order_and_new_ones_come_last():
    changed, errors = read(GEORGIA, name="Sakartvelo\nGeorgia | 5", capital="Kutaisi | any case\nTbilisi")

    assert errors == {}
    assert changed.aliases == (
        Alias("Georgia"),
        Alias("Tbilisi", AliasKind.CAPITAL),
        Alias("Sakartvelo"),
        Alias("Kutaisi", AliasKind.CAPITAL, is_case_sensitive=False),
    )


@pytest.mark.parametrize(
    ("entry", "field", "lines", "complaints"),
    [
        (GEORGIA, "name", "Georgia | wieght 3", ["Line 1: 'wieght 3' is not known; behind"]),
        (GEORGIA, "name", "Georgia\n\nGeorgia | 3", ["Line 3: 'Georgia' stands here twice."]),
        (GEORGIA, "name", "…", ["Line 1: '…' holds no letter to look for."]),
        (GEORGIA, "name", "| 3", ["Line 1: '' holds no letter to look for."]),
        (GEORGIA, "name", "Georgi*", ["Line 1: 'Georgi*': only the phrases of a topic"]),
        (GEORGIA, "name", "x" * 201, ["Line 1: 'xxxxx"]),
        (GEORGIA, "name", "a\n" * 2_001, ["Line 2001: there is room for 2,000 lines."]),
        (SANCTIONS, "trigger", "a*b*c*d", ["Line 1: 'a*b*c*d': at most 2 * inside a phrase."]),
        (SANCTIONS, "trigger", "a ... b ... c", ["Line 1: 'a ... b ... c': put one"]),
        (SANCTIONS, "trigger", "impose *", ["Line 1: 'impose *': let * be a part"]),
        (SANCTIONS, "name", "Sanctions", ["Line 1: a topic has no name;"]),
        (PUTIN, "offices", "ru President", ["Line 1: office 'ru President' cannot be read"]),
        (PUTIN, "offices", "2000.. zz head_of_state, President", ["Line 1: no country or organisation"]),
        (PUTIN, "offices", "2000.. ru king, King", ["Line 1: unknown role 'king'"]),
        (PUTIN, "offices", "2000-13.. ru official, Envoy", ["Line 1: office '2000-13.. ru"]),
    ],
)  # fmt: skip
def test_what_nobody_could_mean_is_refused_with_its_line(entry, field, lines, complaints):
    _, errors = read(entry, **{field: lines})

    assert list(errors) == [field]
    assert [error[: len(start)] for error, start in zip(errors[field], complaints, strict=True)] == complaints


def test_a_nul_is_no_part_of_a_name():
    changed, errors = read(GEORGIA, name="Geo\0rgia")

    assert ([alias.text for alias in changed.aliases], errors) == (["Georgia", "Tbilisi"], {})
