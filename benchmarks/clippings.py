"""Writes a folder of made-up clippings, the same for the same seed: hard-wrapped briefs with front matter.

Example: python benchmarks/clippings.py 10000 /tmp/clippings
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Sample:
    """One made-up clipping: its file name and its text."""

    name: str
    text: str


def samples(count: int, *, seed: int = 1) -> Iterator[Sample]:
    """Yield ``count`` clippings of about 2 kB, always the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        day = FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS))
        (a, capital_a, leader_a), (b, capital_b, leader_b) = chance.sample(PLACES, 2)
        theme, body = chance.choice(THEMES), chance.choice(BODIES)
        title = f"{capital_a} and {capital_b} discuss {theme} in round {number}"
        standfirst = (
            f"**{leader_a} met {leader_b} on {day:%A} for talks about {theme}, with {body} taking part.**"
        )
        paragraphs = [_paragraph(chance, a, b, leader_a, capital_b, theme, body) for _ in range(7)]
        text = "\n\n".join(textwrap.fill(part, 84) for part in (standfirst, *paragraphs))
        front_matter = (
            f"authors:\n- By {chance.choice(DESKS)}\ncategories:\n- {chance.choice(OUTLETS)}\n"
            f'title: "{title}"\ndate: "{day + dt.timedelta(days=1)}"\n'
        )
        published = f"> Published {day.day} {day:%B %Y}"
        yield Sample(f"{number:07}.txt", f"---\n{front_matter}---\n\n{published}\n\n{text}\n")


def _paragraph(
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


def write(folder: Path, count: int, *, seed: int = 1) -> None:
    """Write the clippings into ``folder``, a thousand to a subfolder."""
    for number, sample in enumerate(samples(count, seed=seed)):
        part = folder / f"{number // 1000:04}"
        if number % 1000 == 0:
            part.mkdir(parents=True, exist_ok=True)
        (part / sample.name).write_text(sample.text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write(arguments.folder, arguments.count, seed=arguments.seed)
