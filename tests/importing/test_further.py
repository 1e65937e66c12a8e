"""Every fault of a file that cannot be imported is found in one run, each on its line."""

from __future__ import annotations

import pytest

from articles.admin.mended import waiting_issues
from articles.importing.batch import Reading, Request, read_batch
from articles.importing.further import MAX_FAULTS, MAX_REMARKS
from articles.importing.retrying import failed_files
from articles.importing.run import import_paths
from articles.importing.sources import FoundFile
from articles.management.reports import describe
from articles.models import Archive, ImportRun
from tests.importing.clips import make_source

TEXT = "\nThe talks in Muscat went on.\n"


def read(text: str | bytes) -> Reading:
    content = text if isinstance(text, bytes) else text.encode()
    source = make_source(content)
    [reading] = read_batch([Request(FoundFile(source.path, source.name, source.shown, content=content))])
    return reading


def faults(text: str | bytes) -> list[tuple[int | None, str]]:
    """Return line and kind of every fault of a file."""
    reading = read(text)
    return [(one.line, one.kind.value) for one in (reading.fault, *reading.further) if one]


@pytest.mark.parametrize(
    ("front", "found"),
    [
        (
            "---\ntitle: Talks\ndate: 2025-13-45\nupdated: 2025-02-30\n---\n",
            [(3, "bad-date"), (4, "bad-date")],
        ),
        (
            "---\ntitle: Talks\ndate: 2025-13-45\npublished: 2025-02-30\nurl: example\n---\n",
            [(3, "bad-date"), (4, "bad-date"), (5, "bad-address")],
        ),
        (
            "---\ntitle: [Talks, Votes]\ndate: 2025-13-45\n---\n",
            [(2, "bad-title"), (3, "bad-date")],
        ),
        ("---\ndate: 2025-13-45\n---\n", [(1, "no-title"), (2, "bad-date")]),
        ("---\nsource: Courier\n---\n", [(1, "no-title"), (None, "no-date")]),
        (
            "---\ntitle: Talks\ndate: 2025-13-45\n",
            [(3, "unclosed-fence"), (3, "bad-date")],
        ),
        (
            "---\ntitle: Talks\n@source: Courier\ndate: 2025-13-45\n%tag: oil\n---\n",
            [(3, "broken-front-matter"), (5, "broken-front-matter"), (4, "bad-date")],
        ),
        (
            "---\ntitle: Talks\ntitle: Votes\ndate: 2025-10-17\ndate: 2025-10-18\nupdated: 2025-02-30\n---\n",
            [(3, "double-key"), (5, "double-key"), (6, "bad-date")],
        ),
        (
            "---\ntitle: Talks\ntags:\n- oil\n- gas\ntags:\n- coal\n- wood\ndate: 2025-13-45\n---\n",
            [(6, "double-key"), (9, "bad-date")],
        ),
        (
            "+++\ntitle = \"Talks\"\ndate = \"2025-13-45\"\nupdated = \"2025-02-30\"\n+++\n",
            [(3, "bad-date"), (4, "bad-date")],
        ),
        (
            "Title: Talks\nDate: 2025-13-45\nUpdated: 2025-02-30\n",
            [(2, "bad-date"), (3, "bad-date")],
        ),
        (
            ';;;\n{"title": "Talks",\n"date": "2025-13-45",\n"updated": "2025-02-30"}\n;;;\n',
            [(3, "bad-date"), (4, "bad-date")],
        ),
        (
            "---\ntitle: Talks\ndate: 2025-13-45\nauthor: [Ann Lee\n---\n",
            [(4, "broken-front-matter"), (3, "bad-date")],
        ),
        (
            "---\ntitle: Talks\nauthor: [Ann Lee,\n  Tom Reed\ndate: 2025-13-45\nupdated: 2025-02-30\n---\n",
            [(3, "broken-front-matter"), (5, "bad-date"), (6, "bad-date")],
        ),
        (
            "---\ntitle: Talks\nauthor: {name: Ann Lee\ndate: 2025-13-45\n---\n",
            [(3, "broken-front-matter"), (4, "bad-date")],
        ),
        (
            '{"title": "Talks",\n"date": "2025-13-45",\n}\n',
            [(2, "broken-front-matter"), (2, "bad-date")],
        ),
        (
            ';;;\n{"title": "Talks", "date": "2025-13-45", }\n;;;\n',
            [(2, "broken-front-matter"), (None, "bad-date")],
        ),
        ("---\ntitle: Talks\ndate: 2025-13-45\n---\n", [(3, "bad-date")]),
        (
            "---\ntitle: Talks\ndate: 10/11/2025\nupdated: 2025-02-30\n---\n",
            [(3, "undecided-date"), (4, "bad-date")],
        ),
    ],
    ids=[
        "two dates", "a date that stands in for the first, and an address", "title and date",
        "no title, and a date", "no title and no date", "no closing fence, and a date",
        "two lines that are no YAML, and a date", "two keys twice, and a date", "a list twice, and a date",
        "toml", "a header", "json", "a list not closed, and a date", "two lines of a list, and two dates",
        "a mapping not closed, and a date", "a comma too many, and a date", "all on one line",
        "one alone", "a date that may be two days, and another",
    ],
)  # fmt: skip
def test_every_fault_of_a_file_is_found_with_its_line(front, found):
    assert faults(front + TEXT) == found


@pytest.mark.parametrize(
    "text",
    [
        bytes(range(256)) * 4,
        "---\na: " + "- " * 30_000 + "\n---\nText.\n",
        "---\n- one\n- two\n---\nText.\n",
        '{"title": "Talks",, "date": "2025-13-45"}\nText.\n',
    ],
    ids=["no text", "a bomb", "a list", "broken JSON"],
)
def test_where_parsing_cannot_go_on_the_first_fault_stands_alone(text):
    assert len(faults(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: Talks\ntags: [oil, gas\ndate: 2025-10-17\nsource: Courier\n---\n" + TEXT,
        "---\ntitle: Talks\ndate: 2025-10-17\ntags:\n  - oil\n - gas\n  - coal\n---\n" + TEXT,
        "---\ntitle: Talks\ndate: 2025-13-45\n---\n\n# A heading\n\nPublished: 16 October 2025\n" + TEXT,
        "---\ntitle: Talks\n---\n---\ntitle: 'x\n" + TEXT,
    ],
    ids=["a list not closed", "one line out of place", "a date in the text", "a second fence"],
)
def test_a_fault_makes_no_others_up(text):
    assert len(faults(text)) <= 1


def test_what_stood_on_a_faulty_line_is_not_said_to_be_missing():
    assert faults("---\nsource: Courier\n@title: Talks\n---\n" + TEXT) == [(3, "broken-front-matter")]
    assert faults("---\ntitle: Talks\ndate: 2025-13-45\n---\n" + TEXT) == [(3, "bad-date")]


def test_the_lines_of_the_text_are_told_as_they_stand_in_the_file():
    body = "\nWritten by nobody.\n\nPublished: 2025-02-30\n" + TEXT

    assert faults("---\ntitle: Talks\ndate: 2025-13-45\n---\n" + body)[1:] == [(8, "bad-date")]
    assert (9, "bad-date") in faults("---\nsource: Courier\ndate: 2025-13-45\nupdated: x\n---\n" + body)


def test_letters_in_an_old_encoding_are_told_beside_the_fault():
    text = "---\ntitle: Talks\ndate: 2025-13-45\n---\nCaf\N{LATIN SMALL LETTER E WITH ACUTE} talks.\n"

    assert [kind for _, kind in faults(text.encode("cp1252"))] == ["bad-date", "stray-bytes"]


TEN_LINES = ", on lines 24, 26, 28, 30, 32, 34, 36, 38, 40, 42 ...; correct them as well"


def double_keys(count: int) -> str:
    """Return a file in which so many keys stand twice, on the lines 4, 6, 8 ..."""
    front = "".join(f"key{number}: 1\nkey{number}: 2\n" for number in range(count))
    return f"---\ntitle: Talks\n{front}date: 2025-10-16\n---\n{TEXT}"


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (10, "the key 'key9' stands there twice; keep one"),
        (11, "and 1 more fault, on line 24; correct them as well"),
        (13, "and 3 more faults, on lines 24, 26, 28; correct them as well"),
        (50, "and 40 more faults" + TEN_LINES),
        (150, "and at least 91 more faults" + TEN_LINES),
    ],
)  # fmt: skip
def test_of_many_faults_the_first_are_told_and_how_many_more_there_are(count, last):
    told = read(double_keys(count)).faults

    assert len(told) == min(count, MAX_FAULTS + 1)
    assert told[-1].message == last


def test_what_is_left_out_is_told_beside_the_faults_and_not_counted_with_them():
    text = double_keys(11) + "\n{{< figure >}}\n\n![[Accord of Varna]]\n"

    assert [one.message for one in read(text).faults[MAX_FAULTS:]] == [
        "and 1 more fault, on line 24; correct them as well",
        "left out shortcode '{{< figure >}}'",
        "left out embedded note '![[Accord of Varna]]'",
    ]
    assert [
        one.message for one in read(text.replace("key9: 2\n", "").replace("key10: 2\n", "")).faults[9:]
    ] == [
        "left out shortcode '{{< figure >}}'",
        "left out embedded note '![[Accord of Varna]]'",
    ]


def test_many_remarks_crowd_no_fault_out():
    shortcodes = "{{< figure >}}\n\n" * 20

    kinds = [kind for _, kind in faults(f"---\ntitle: [a, b]\ndate: 2025-13-45\n---\n{shortcodes}")]

    assert kinds == ["bad-title", "bad-date", *["left-out"] * MAX_REMARKS]


@pytest.mark.parametrize(
    ("front", "lines"),
    [
        ("+++\ntitle = Talks\nsummary = They met\ndate = 2025-02-30\n+++\n", [2, 3, 4]),
        ("---\ntitle: Talks\na: 1\na: 2\na: 3\na: 4\n---\n", [4, 5, 6]),
        ("+++\ntitle = 'Talks'\na = 1\na = 2\na = 3\n+++\n", [4, 5]),
    ],
    ids=["TOML without quotes", "a key four times", "a key of TOML three times"],
)
def test_the_same_fault_on_the_next_line_is_told_too(front, lines):
    assert [line for line, kind in faults(front + TEXT) if kind != "no-date"] == lines


def test_a_date_that_may_be_two_days_is_settled_by_the_folder_though_it_is_not_the_first_fault():
    assert read("---\ntitle: [a, b]\ndate: 10/11/2025\n---\n" + TEXT).is_undecided


@pytest.mark.django_db
def test_a_file_with_two_faults_is_one_failed_file_with_two_issues(tmp_path):
    Archive.objects.update_or_create(pk=1, defaults={"gazetteer_release": "none"})
    file = tmp_path / "talks.md"
    file.write_text("---\ntitle: Talks\ndate: 2025-13-45\nupdated: 2025-02-30\n---\n" + TEXT)

    report = import_paths([file])

    run = ImportRun.objects.get()
    assert [(one.line, one.level, one.kind) for one in run.issues.order_by("line")] == [
        (3, "error", "bad-date"), (4, "error", "bad-date"),
    ]  # fmt: skip
    assert (run.failed_count, run.issue_counts) == (1, {"error": {"bad-date": 2}})
    assert len([*failed_files(run)]) == waiting_issues().count() == 1
    assert "1 file was not imported:" in describe(report, 0.1)
