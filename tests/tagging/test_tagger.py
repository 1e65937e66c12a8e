"""The tagger's promises that hold for any gazetteer and any text."""

from __future__ import annotations

import datetime as dt
import gc
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.tagging import Alias, AliasKind, Entry, Finding, Kind, Mention, Office, Part, Role, Tagger
from articles.tagging.folding import fold_name


def country(key: str, name: str, *aliases: Alias, **fields) -> Entry:
    return Entry(Kind.COUNTRY, name.lower(), name, key, aliases=(Alias(name), *aliases), **fields)


def person(name: str, *offices: Office, surname: str = "", weight: int = 5) -> Entry:
    slug = name.lower().replace(" ", "-")
    surname = surname or name.split()[-1]
    aliases = (Alias(name), Alias(surname, AliasKind.SURNAME, weight))
    return Entry(Kind.ACTOR, slug, name, slug, aliases=aliases, offices=offices)


def topic(slug: str, *triggers: tuple[str, int], parent: str = "") -> Entry:
    aliases = tuple(
        Alias(text, AliasKind.TRIGGER, weight, is_case_sensitive=False) for text, weight in triggers
    )
    return Entry(Kind.TOPIC, slug, slug.title(), slug, parent=parent, aliases=aliases)


PRESIDENT = "head_of_state_and_government"
ENTRIES = (
    country("ru", "Russia", Alias("Russian", AliasKind.DEMONYM), Alias("Moscow", AliasKind.CAPITAL)),
    country("us", "United States", Alias("US"), Alias("White House", AliasKind.METONYM)),
    country("tr", "Turkey", Alias("Türkiye")),
    country("jo", "Jordan", Alias("Jordan River", AliasKind.NEGATIVE)),
    country("je", "Jersey", Alias("New Jersey", AliasKind.NEGATIVE)),
    Entry(Kind.COUNTRY, "crimea", "Crimea", "x-crimea", aliases=(Alias("Crimea"),), implies=("ua",)),
    country("ua", "Ukraine", Alias("Ukrainian", AliasKind.DEMONYM)),
    Entry(Kind.ORGANISATION, "au", "African Union", "au", aliases=(Alias("African Union"), Alias("AU"))),
    person("Ana Putin"),
    person("Nora Rice"),
    person("Vladimir Putin", Office("President", "head_of_state", "ru", dt.date(2012, 5, 7))),
    person("Volodymyr Zelensky", Office("President", "head_of_state", "ua", dt.date(2019, 5, 20)), weight=3),
    person("Joe Biden", Office("President", PRESIDENT, "us", dt.date(2021, 1, 20), dt.date(2025, 1, 20))),
    person("Donald Trump", Office("President", PRESIDENT, "us", dt.date(2025, 1, 20))),
    topic("economy", ("economy", 3)),
    topic("grain", ("rice", 1)),
    topic("sanctions", ("impos* sanctions", 5), ("sanction*", 4), ("frozen assets", 5), parent="economy"),
)
TAGGER = Tagger(ENTRIES)
ON = dt.date(2025, 10, 17)


def tag(body: str, *, title: str = "", standfirst: str = "", on: dt.date | None = ON):
    return TAGGER.tag(title=title, standfirst=standfirst, body=body, on=on)


def found(body: str, **parts) -> set[str]:
    return {finding.slug for finding in tag(body, **parts).findings}


def reasons(body: str, **parts) -> dict[str, str]:
    return {refusal.slug: refusal.reason for refusal in tag(body, **parts).refusals}


def rules(slug: str, body: str, **parts) -> list[str]:
    (finding,) = [finding for finding in tag(body, **parts).findings if finding.slug == slug]
    return [mention.rule for mention in finding.mentions]


def test_a_finding_says_where_its_words_stand():
    tagged = tag("Talks in Moscow failed.", title="Russia waits")

    assert tagged.findings == [
        Finding(
            Kind.COUNTRY,
            "russia",
            Role.MAIN,
            tagged.findings[0].salience,
            (Mention(Part.TITLE, 0, 6, "Russia", "name"), Mention(Part.BODY, 9, 15, "Moscow", "capital")),
            tagged.findings[0].sum,
        )
    ]


def test_offsets_count_from_the_start_of_each_part():
    mentions = [
        mention
        for finding in tag("In Russia.", title="On Russia", standfirst="Of Russia").findings
        for mention in finding.mentions
    ]

    assert [(mention.part, mention.start, mention.end) for mention in mentions] == [
        (Part.TITLE, 3, 9),
        (Part.STANDFIRST, 3, 9),
        (Part.BODY, 3, 9),
    ]


def test_offsets_are_true_behind_characters_that_folding_drops():
    text = "So\u00adft e\u0301 \u200bTu\u0308rkiye  and the White \n House"

    words = {mention.words for finding in tag(text).findings for mention in finding.mentions}

    assert words == {"Tu\u0308rkiye", "White \n House"}


@pytest.mark.parametrize(
    ("text", "slug", "reason"),
    [
        ("We ate turkey.", "turkey", "written in small letters"),
        ("He lives in New Jersey.", "jersey", "part of another name: New Jersey"),
        ("They crossed the Jordan River.", "jordan", "part of another name: Jordan River"),
        ("A line\nTELL US MORE\nends", "united states", "in a line of capitals, where it may be a word"),
        ("Russia. Hunter Biden waved.", "joe-biden", "another person: Hunter Biden"),
        ("A cousin called Zelensky.", "volodymyr-zelensky", "the surname alone, without full name or office"),
        ("US shops; Trump Tower opened.", "donald-trump", "part of another name: Trump Tower"),
        ("Joe Biden Jr was there.", "joe-biden", "another person: Joe Biden Jr"),
        ("Russia's president slept.", "vladimir-putin", "named by office only"),
        (
            "Vladimir Putin. The former Russian president.",
            "vladimir-putin",
            "not the present holder: former, then or elect",
        ),
        ("The economy grew.", "economy", "below threshold: 3.9 of 5.0"),
    ],
)
def test_a_refused_candidate_says_why(text, slug, reason):
    assert reasons(text)[slug] == reason


def test_the_longer_name_wins():
    assert found("He lives in New Jersey.") == set()


def test_a_surname_counts_after_the_full_name():
    assert rules("joe-biden", "Joe Biden spoke. Biden left.") == ["name", "surname"]


def test_a_surname_counts_in_the_title_before_the_full_name():
    assert rules("joe-biden", "Joe Biden spoke.", title="Biden speaks") == ["surname", "name"]


def test_an_office_counts_for_a_person_named_elsewhere():
    assert rules("vladimir-putin", "Vladimir Putin spoke. The Russian president left.") == ["name", "office"]


def test_an_office_is_that_of_the_articles_date():
    text = "Joe Biden and Donald Trump met. The US president smiled."

    assert rules("joe-biden", text, on=dt.date(2023, 1, 1)) == ["name", "office"]
    assert rules("donald-trump", text, on=dt.date(2025, 6, 1)) == ["name", "office"]


def test_on_the_day_of_handing_over_nobody_is_guessed():
    text = "Joe Biden and Donald Trump met. The US president smiled."

    assert rules("joe-biden", text, on=dt.date(2025, 1, 20)) == ["name"]
    assert rules("donald-trump", text, on=dt.date(2025, 1, 20)) == ["name"]


def test_without_a_date_no_office_is_resolved():
    assert rules("vladimir-putin", "Vladimir Putin spoke. The Russian president left.", on=None) == ["name"]


def test_a_weak_surname_needs_the_persons_country():
    assert "volodymyr-zelensky" in found("Zelensky spoke of Ukraine.")
    assert "volodymyr-zelensky" not in found("Zelensky spoke of music.")


def test_an_area_implies_its_country():
    assert rules("ukraine", "A bridge to Crimea.") == ["implied"]


def test_a_topic_implies_its_parent():
    assert found("They imposed sanctions.") == {"sanctions", "economy"}


def test_a_topic_that_is_only_denied_is_not_main():
    body = "No sanctions were discussed. They imposed no sanctions and have never imposed sanctions."
    (finding,) = [
        finding for finding in tag(body, title="No sanctions").findings if finding.slug == "sanctions"
    ]

    assert finding.role is Role.MENTIONED


def test_a_name_in_title_and_lead_is_main_and_one_in_passing_is_not():
    filler = "Nothing of note happened at the market that day. " * 40
    roles = {f.slug: f.role for f in tag(f"Russia spoke. {filler} Jordan.", title="Russia waits").findings}

    assert roles == {"russia": Role.MAIN, "jordan": Role.MENTIONED}


def test_main_findings_come_first():
    filler = "Nothing of note happened at the market that day. " * 40
    slugs = [finding.slug for finding in tag(f"Jordan. {filler}", title="Russia waits").findings]

    assert slugs[0] == "russia"


def test_a_gazetteer_may_be_empty():
    assert Tagger([]).tag(title="Russia", standfirst="", body="Russia", on=None).findings == []


NAMES = [alias.text for entry in ENTRIES for alias in entry.aliases]
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [*NAMES, *map(str.upper, NAMES), "Mr", "former", "President", "US", "'s", "of", "no"]
        ),
        st.sampled_from(
            [" ", "  ", "\n", "\n\n", ". ", ", ", "-", "\u00a0", "\u00ad", "\u0301", "\r\n", "\u200d"]
        ),
        st.text(max_size=5),
    ),
    max_size=30,
).map("".join)


@given(title=TEXTS, standfirst=TEXTS, body=TEXTS, on=st.none() | st.dates())
def test_any_text_is_taken_and_every_span_holds_its_words(title, standfirst, body, on):
    tagged = TAGGER.tag(title=title, standfirst=standfirst, body=body, on=on)

    parts = {Part.TITLE: title, Part.STANDFIRST: standfirst, Part.BODY: body}
    mentions = [mention for finding in tagged.findings for mention in finding.mentions]
    mentions += [refusal.mention for refusal in tagged.refusals]
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(parts[mention.part])
        assert parts[mention.part][mention.start : mention.end] == mention.words


@given(body=TEXTS, on=st.none() | st.dates())
def test_what_was_tagged_before_changes_nothing(body, on):
    fresh = Tagger(ENTRIES).tag(title="", standfirst="", body=body, on=on)

    assert TAGGER.tag(title="", standfirst="", body=body, on=on) == fresh


type TraceFunction = Callable[[FrameType, str, object], TraceFunction]

ALIASES = {
    (entry.kind, entry.slug): {fold_name(alias.text).lower() for alias in entry.aliases} for entry in ENTRIES
}


@given(body=TEXTS)
def test_the_words_of_a_mention_are_a_name_of_its_entry(body):
    for finding in TAGGER.tag(title="", standfirst="", body=body, on=ON).findings:
        for mention in finding.mentions:
            if mention.rule in {"name", "surname", "capital", "demonym", "metonym"}:
                assert fold_name(mention.words).lower() in ALIASES[finding.kind, finding.slug]


@pytest.mark.parametrize(
    "unit",
    [
        "Russia ",
        "x",
        "Joe Biden Joe ",
        "New Jersey New ",
        "US\n",
        "\u0301",
        "Biden ",
        "俄罗斯",
        "  \n",
        "sanction sanctions ",
        "Ana Putin Vladimir Putin Putin ",
        "Russian president ",
        "Nora Rice Rice ",
        "A.U. Smith ",
    ],
)
def test_the_work_grows_with_the_text_and_no_faster(unit):
    """Lines of Python are counted, which no load on the machine changes; `make bench-tag` has the seconds."""

    def lines_run(length: int) -> int:
        text = unit * (length // len(unit))
        count = 0

        def trace(frame: FrameType, event: str, argument: object) -> TraceFunction:
            nonlocal count
            count += 1
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            TAGGER.tag(title="", standfirst="", body=text, on=ON)
        finally:
            sys.settrace(before)
        return count

    lines_run(1_000)  # patterns met for the first time cost once
    short = lines_run(4_000)

    assert lines_run(16_000) < short * 4 * 1.2 + 500


LONG = "Joe Biden met the Russian president in the US. Biden imposed no sanctions on Ana Putin.\n" * 2_000


def test_garbage_is_looked_for_at_the_end_of_a_long_text_only():
    """Each look walks all that the text has brought so far, so the work would grow faster than the text."""
    begun = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            begun.append(info["generation"])

    gc.callbacks.append(note)
    try:
        TAGGER.tag(title="", standfirst="", body=LONG, on=ON)
    finally:
        gc.callbacks.remove(note)

    assert len(begun) <= 1


def test_tagging_leaves_no_garbage_for_the_collector():
    len(tag(LONG).refusals)
    gc.collect()

    len(tag(LONG).refusals)

    assert gc.collect() == 0


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("alias_kind", AliasKind)
def test_a_name_of_a_kind_that_its_tag_cannot_have_does_no_harm(kind, alias_kind):
    odd = Entry(kind, "ports", "Ports", "ports", aliases=(Alias("harbour dues", alias_kind),))

    found = Tagger([odd]).tag(title="Harbour dues", body="The harbour dues rose. Harbour Dues fell.", on=ON)

    assert {(finding.kind, finding.slug) for finding in found.findings} <= {(kind, "ports")}
    assert list(found.refusals) == list(found.refusals)


def test_a_name_of_a_topic_counts_as_a_phrase():
    odd = Entry(Kind.TOPIC, "ports", "Ports", "ports", aliases=(Alias("harbour dues"),))

    (finding,) = Tagger([odd]).tag(title="", body="The harbour dues rose.", on=ON).findings

    assert (finding.slug, finding.mentions) == (
        "ports", (Mention(Part.BODY, 4, 16, "harbour dues", "trigger"),),
    )  # fmt: skip
