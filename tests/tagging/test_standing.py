"""The tagger's answers in plain values, as they cross from its process."""

from __future__ import annotations

import json
import pickle

from articles.tagging import Alias, Entry, Kind, Tagger
from articles.tagging.doubt import Seen, turn_of
from articles.tagging.standing import Claim, Text, answer_of, set_up, tag_texts

GEORGIA = Entry(Kind.COUNTRY, "georgia", "Georgia", "ge", aliases=(Alias("Georgia"),), is_ambiguous=True)
UKRAINE = Entry(Kind.COUNTRY, "ukraine", "Ukraine", "ua", aliases=(Alias("Ukraine"),))
NATO = Entry(Kind.ORGANISATION, "nato", "NATO", "nato", aliases=(Alias("NATO"),))


def test_an_answer_holds_plain_values_only():
    answer = answer_of(Tagger([UKRAINE, NATO]).tag(title="Ukraine", body="Ukraine and NATO met.", on=None))

    assert {type(value) for claim in answer.claims for value in claim} == {str, float, int}
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert [claim for claim in answer.claims if claim.slug == "ukraine"] == [
        Claim(
            "country",
            "ukraine",
            "main",
            answer.claims[0].salience,
            '[["title", 0, 7, "name"], ["body", 0, 7, "name"]]',
            *turn_of(Seen("country", "main", answer.claims[0].salience, ["name", "name"], False, False)),
        )
    ]


def test_mentions_are_written_as_json_writes_them():
    tagged = Tagger([UKRAINE, NATO]).tag(title="NATO", body="NATO, Ukraine; Ukraine.", on=None)
    written = [claim.mentions for claim in answer_of(tagged).claims]

    assert written == [
        json.dumps([[part.value, start, end, rule] for part, start, end, _, rule in finding.mentions])
        for finding in tagged.findings
    ]


def test_a_name_with_other_meanings_comes_to_people_sooner():
    set_up([UKRAINE, GEORGIA])
    [answer] = tag_texts(
        [Text("Talks", "", "Ministers of Ukraine and of Georgia met in Georgia, Ukraine.", None)]
    )

    ranks = {claim.slug: claim.rank for claim in answer.claims}
    assert ranks["georgia"] > ranks["ukraine"]
