"""Writes a folder of made-up clippings, the same for the same seed: hard-wrapped briefs with front matter.

Their sentences name countries, leaders and themes as often as real briefs do, in words that seldom come
together twice.  One text in fifty is a wire story: an earlier text, less a paragraph, in another outlet.

Example: python benchmarks/clippings.py 10000 /tmp/clippings
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import textwrap
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

FIRST_DAY = dt.date(2015, 1, 1)
DAYS = 4000
OUTLETS = (
    "BBC",
    "Reuters",
    "Al Jazeera",
    "The Guardian",
    "Le Monde",
    "Kyiv Independent",
    "The Hindu",
    "Dawn",
)
DESKS = ("Amina Diallo", "Jonas Berg", "Lucia Ferro", "Peter Novak", "Mei Tan", "Sara Haddad")
# (country, its capital, its leader with title): the leader of most of those years.
PLACES = (
    ("Russia", "Moscow", "President Vladimir Putin"),
    ("Ukraine", "Kyiv", "President Volodymyr Zelensky"),
    ("the United States", "Washington", "President Donald Trump"),
    ("China", "Beijing", "President Xi Jinping"),
    ("India", "Delhi", "Prime Minister Narendra Modi"),
    ("Turkey", "Ankara", "President Recep Tayyip Erdogan"),
    ("France", "Paris", "President Emmanuel Macron"),
    ("Hungary", "Budapest", "Prime Minister Viktor Orban"),
    ("Israel", "Jerusalem", "Prime Minister Benjamin Netanyahu"),
    ("Egypt", "Cairo", "President Abdel Fattah el-Sisi"),
    ("Japan", "Tokyo", "Prime Minister Shinzo Abe"),
    ("Brazil", "Brasilia", "President Luiz Inacio Lula da Silva"),
    ("Venezuela", "Caracas", "President Nicolas Maduro"),
    ("Rwanda", "Kigali", "President Paul Kagame"),
    ("Saudi Arabia", "Riyadh", "Crown Prince Mohammed bin Salman"),
    ("Pakistan", "Islamabad", "Prime Minister Shehbaz Sharif"),
)
BODIES = (
    "NATO",
    "the European Union",
    "the United Nations",
    "the African Union",
    "ASEAN",
    "OPEC",
    "the IAEA",
)
THEMES = (
    "sanctions on oil exports",
    "long-range missiles",
    "a ceasefire along the border",
    "a trade agreement and lower tariffs",
    "the release of hostages",
    "grain shipments and food aid",
    "a nuclear programme and its inspections",
    "refugees and migration",
)
FILLER = (
    "Officials on both sides described the conversation as long and detailed",
    "No date was given for a further round",
    "Reporters were not admitted to the room",
    "Observers in the region were divided over what it would change",
    "A written statement was expected later in the week",
)

# Plain words: none is a name or a sign of a topic.
ADJECTIVES = (
    "early", "late", "long", "brief", "quiet", "open", "narrow", "broad", "modest", "careful", "formal",
    "final", "second", "earlier", "latest", "joint", "common", "separate", "private", "public",
    "regular", "recent", "gradual", "sudden", "patient", "cautious", "detailed", "general", "partial",
    "complete", "revised", "written", "spoken", "disputed", "likely", "distant", "lasting", "minor",
    "major", "shared", "direct", "practical", "technical", "useful", "fresh", "firm", "plain", "frank",
    "warm", "cool", "tense", "calm", "uneven", "steady", "rapid", "slow", "short", "weekly", "monthly",
    "annual",
)  # fmt: skip
NOUNS = (
    "answer", "proposal", "draft", "meeting", "visit", "remark", "reply", "list", "plan", "question",
    "delay", "reading", "change", "point", "clause", "table", "step", "offer", "letter", "summary",
    "version", "paragraph", "timetable", "estimate", "demand", "promise", "objection", "condition",
    "approach", "account", "figure", "review", "report", "study", "note", "message", "exchange",
    "session", "gathering", "discussion", "line", "term", "limit", "procedure", "arrangement",
    "formula", "text", "passage", "record", "reason", "result", "outcome", "sign", "signal", "idea",
    "measure", "request", "suggestion", "schedule", "room", "corridor", "desk", "page", "annex",
    "footnote", "margin", "agenda", "folder", "chapter", "outline", "sketch", "comment", "warning",
    "reminder", "pause", "interval", "deadline", "mandate", "wording", "preface",
)  # fmt: skip
VERBS = (
    "delayed", "welcomed", "questioned", "repeated", "rejected", "accepted", "revised", "discussed",
    "examined", "defended", "praised", "weighed", "shortened", "extended", "dropped", "recalled",
    "described", "ignored", "answered", "supported", "opposed", "postponed", "compared", "copied",
    "corrected", "mentioned", "noted", "raised", "settled", "tested", "watched", "withheld",
    "circulated", "amended", "quoted", "resisted", "shelved", "softened", "circled", "endorsed",
    "doubted",
)  # fmt: skip
COPY = 50  # one text in so many is a wire story
KEPT = 200  # texts that a wire story may be


@dataclass(frozen=True, slots=True)
class Sample:
    """One made-up clipping: its file name and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Story:
    """What a clipping tells: title, standfirst, paragraphs."""

    title: str
    standfirst: str
    paragraphs: list[str]


def samples(count: int, *, seed: int = 1, is_alike: bool = False) -> Iterator[Sample]:
    """Yield ``count`` clippings of about 2 kB, always the same for the same seed.

    ``is_alike`` makes all of them of the same few sentences: the worst that finding near-duplicates can meet.
    """
    chance = random.Random(seed)
    told: deque[_Story] = deque(maxlen=KEPT)
    for number in range(count):
        day = FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS))
        if told and not is_alike and chance.randrange(COPY) == 0:
            story = _copied(chance, chance.choice(told))
        else:
            story = _story(chance, day, number, is_alike=is_alike)
            told.append(story)
        text = "\n\n".join(textwrap.fill(part, 84) for part in (story.standfirst, *story.paragraphs))
        front_matter = (
            f"authors:\n- By {chance.choice(DESKS)}\ncategories:\n- {chance.choice(OUTLETS)}\n"
            f'title: "{story.title}"\ndate: "{day + dt.timedelta(days=1)}"\n'
        )
        published = f"> Published {day.day} {day:%B %Y}"
        yield Sample(f"{number:07}.txt", f"---\n{front_matter}---\n\n{published}\n\n{text}\n")


def _story(chance: random.Random, day: dt.date, number: int, *, is_alike: bool) -> _Story:
    (a, capital_a, leader_a), (b, capital_b, leader_b) = chance.sample(PLACES, 2)
    theme, body = chance.choice(THEMES), chance.choice(BODIES)
    paragraph = _stock_paragraph if is_alike else _paragraph
    return _Story(
        title=f"{capital_a} and {capital_b} discuss {theme} in round {number}",
        standfirst=(
            f"**{leader_a} met {leader_b} on {day:%A} for talks about {theme}, with {body} taking part.**"
        ),
        paragraphs=[paragraph(chance, a, b, leader_a, capital_b, theme, body) for _ in range(7)],
    )


def _copied(chance: random.Random, story: _Story) -> _Story:
    """Return a story as another outlet prints it: one paragraph shorter."""
    dropped = chance.randrange(len(story.paragraphs))
    return replace(story, paragraphs=[*story.paragraphs[:dropped], *story.paragraphs[dropped + 1 :]])


def _paragraph(
    chance: random.Random, a: str, b: str, leader: str, capital: str, theme: str, body: str
) -> str:
    surname = leader.rsplit(" ", 1)[1]
    one, two, three = (f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}" for _ in range(3))
    verb, other_verb = chance.sample(VERBS, 2)
    sentences = [
        f"{surname} {verb} {a}'s {one} and {other_verb} {b}'s {two} on {theme}.",
        f"In {capital} a {two} {other_verb} {body}'s {three}.",
        f"The {three} {verb} one {one}; the {two} {other_verb} it.",
        f"In {chance.randrange(2010, 2026)} a {three} {other_verb} {chance.choice(THEMES)}.",
    ]
    chance.shuffle(sentences)
    return " ".join(sentences[: chance.randrange(2, 5)])


def _stock_paragraph(
    chance: random.Random, a: str, b: str, leader: str, capital: str, theme: str, body: str
) -> str:
    surname = leader.rsplit(" ", 1)[1]
    sentences = [
        f"{surname} said that {a} would not wait for {b} to agree to {theme}.",
        f"The foreign ministry in {capital} answered that {body} had been told in advance.",
        f"{chance.choice(FILLER)}.",
        f"In {chance.randrange(2010, 2026)} both governments had failed to agree on {chance.choice(THEMES)}.",
    ]
    chance.shuffle(sentences)
    return " ".join(sentences[: chance.randrange(2, 5)])


def write(folder: Path, count: int, *, seed: int = 1, is_alike: bool = False) -> None:
    """Write the clippings into ``folder``, a thousand to a subfolder."""
    for number, sample in enumerate(samples(count, seed=seed, is_alike=is_alike)):
        part = folder / f"{number // 1000:04}"
        if number % 1000 == 0:
            part.mkdir(parents=True, exist_ok=True)
        (part / sample.name).write_text(sample.text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alike", action="store_true", help="all of the same few sentences")
    arguments = parser.parse_args()
    write(arguments.folder, arguments.count, seed=arguments.seed, is_alike=arguments.alike)
