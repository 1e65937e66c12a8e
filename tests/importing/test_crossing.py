"""What crosses between the processes of an import arrives as it was sent."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest

from articles.importing.batch import Reading, Request, read_batch
from articles.importing.body import Cut
from articles.importing.derived import Derived
from articles.importing.problems import Notice, UndecidedNotice
from articles.importing.sources import given_source
from articles.importing.troubles import Trouble

SOUND = b"""---
title: Talks in Oman
date: 2025-10-16
tags: [Oman]
mood: {calm: 1}
---
By Jane Doe

The ministers met.

Advertisement
"""


@pytest.mark.parametrize(
    "sent",
    [
        Request(given_source(SOUND, "a.md"), "00ff", day_first=False),
        Notice("it has no text", 3, Trouble.NO_TEXT),
        UndecidedNotice("10/11 may be two days", kind=Trouble.OTHER),
        Cut("byline", "By Jane Doe"),
        Derived("text:1", "2", ("3", None), b"\0\1"),
        Reading(given_source(b"", "b.md"), fault=Notice("empty")),
    ],
    ids=lambda sent: type(sent).__name__,
)
def test_a_value_arrives_as_it_was_sent(sent):
    arrived = pickle.loads(pickle.dumps(sent, protocol=5))

    assert (type(arrived), arrived) == (type(sent), sent)
    assert [getattr(arrived, one.name) for one in fields(sent)] == [
        getattr(sent, one.name) for one in fields(sent)
    ]


def test_a_clipping_with_all_that_follows_from_it_arrives_as_it_was_read():
    read = read_batch([Request(given_source(SOUND, "a.md"))])

    assert read[0].clipping.extra == {"mood": {"calm": "1"}}
    assert pickle.loads(pickle.dumps(read, protocol=5)) == read
