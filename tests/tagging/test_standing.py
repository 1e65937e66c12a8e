"""The tagger's answers in plain values, as they cross from its process."""

from __future__ import annotations

import json
import pickle

from articles.tagging import Alias, Entry, Kind, Tagger
from articles.tagging.standing import Claim, answer_of

UKRAINE = Entry(Kind.COUNTRY, "ukraine", "Ukraine", "ua", aliases=(Alias("Ukraine"),))
NATO = Entry(Kind.ORGANISATION, "nato", "NATO", "nato", aliases=(Alias("NATO"),))


def test_an_answer_holds_plain_values_only():
    answer = answer_of(Tagger([UKRAINE, NATO]).tag(title="Ukraine", body="Ukraine and NATO met.", on=None))

    assert {type(value) for claim in answer.claims for value in claim} == {str, float}
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert [claim for claim in answer.claims if claim.slug == "ukraine"] == [
        Claim(
            "country",
            "ukraine",
            "main",
            answer.claims[0].salience,
            '[["title", 0, 7, "name"], ["body", 0, 7, "name"]]',
        )
    ]


def test_mentions_are_written_as_json_writes_them():
    tagged = Tagger([UKRAINE, NATO]).tag(title="NATO", body="NATO, Ukraine; Ukraine.", on=None)
    written = [claim.mentions for claim in answer_of(tagged).claims]

    assert written == [
        json.dumps([[part.value, start, end, rule] for part, start, end, _, rule in finding.mentions])
        for finding in tagged.findings
    ]
