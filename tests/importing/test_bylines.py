from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.bylines import MAIL, is_byline, is_mail, read_byline, read_bylines, without_mail
from articles.importing.outlets import known_outlets, outlet_at, outlet_named


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("BySean Seddon", ["Sean Seddon"]),
        ("By Sean Seddon", ["Sean Seddon"]),
        ("by: Sean Seddon", ["Sean Seddon"]),
        ("BY SEAN SEDDON", ["Sean Seddon"]),
        ("Byron Kaye", ["Byron Kaye"]),
        ("AP", ["AP"]),
        ("AP and Reuters", ["AP", "Reuters"]),
        ("Ann Lee and Tom Reed", ["Ann Lee", "Tom Reed"]),
        ("Ann Lee, Tom Reed & Eva Berg", ["Ann Lee", "Tom Reed", "Eva Berg"]),
        ("Ann Lee; Tom Reed / Eva Berg", ["Ann Lee", "Tom Reed", "Eva Berg"]),
        ("Ann Lee in Kyiv and Tom Reed in New York", ["Ann Lee", "Tom Reed"]),
        ("Ann Lee, BBC News, Political editor", ["Ann Lee"]),
        ("Ann Lee (BBC)", ["Ann Lee"]),
        ("Ann Lee | Reuters", ["Ann Lee"]),
        ("Lee, Ann", ["Lee, Ann"]),
        ("Tom Reed, Jr.", ["Tom Reed, Jr."]),
        ("Jim and Jane Doe", ["Jim and Jane Doe"]),
        ("Ministry of Foreign Affairs and Trade", ["Ministry of Foreign Affairs and Trade"]),
        ("[[Ann Lee]]", ["Ann Lee"]),
        ("[[people/ann|Ann Lee]]", ["Ann Lee"]),
        ("[Ann Lee](https://example.org/ann)", ["Ann Lee"]),
        ("Seán O&#39;Neil", ["Seán O'Neil"]),
        ("Ann Lee & more", ["Ann Lee"]),
        ("Ann Lee et al.", ["Ann Lee"]),
        ("Ann Lee ann@example.org @annlee", ["Ann Lee"]),
        ("katie-gresham", ["katie-gresham"]),
        ("李明", ["李明"]),
        ("Par Jean Petit", ["Jean Petit"]),
        ("Por María Ruiz", ["María Ruiz"]),
        ("Parvin Shah", ["Parvin Shah"]),
        ("Ann Lee - Reuters", ["Ann Lee"]),
        ("Ann Lee — CTO and founder, Ship & Co", ["Ann Lee"]),
        ("Ann Lee – Tom Reed", ["Ann Lee – Tom Reed"]),
        ("AFP - Agence France-Presse", ["AFP - Agence France-Presse"]),
        ("Jan-Piet Berg", ["Jan-Piet Berg"]),
        ("Ann Lee · Kyiv, Jan 2026", ["Ann Lee"]),
        ("Ann Lee, 16 October 2025", ["Ann Lee"]),
        ("By Ann Lee and Bob Roy, Oct 16, 2025", ["Ann Lee", "Bob Roy"]),
        ("Ann Lee, BBC News, 2025", ["Ann Lee"]),
        ("Ann Lee - 16 Oct 2025", ["Ann Lee"]),
        ("AP - 16 Oct 2025", ["AP"]),
        ("Thursday, October 16, 2025, 10:15 BST | Ann Lee", ["Ann Lee"]),
        ("Oct 16, 2025 – Ann Lee, Bob Roy", ["Ann Lee", "Bob Roy"]),
        ("Ann Lee 2025-10-16", ["Ann Lee"]),
        ("Ann Lee in Kyiv, 16. Oktober 2025", ["Ann Lee"]),
        ("Ann Lee · Reuters, Jan 2026", ["Ann Lee"]),
        ("April May, May 2025", ["April May"]),
        ("16 October 2025", []),
        ("2025", []),
        ("By Our Architecture Correspondent", []),
        ("Our staff writer Ann Lee", ["Ann Lee"]),
        ("By our correspondents Ann Lee and Bob Roy", ["Ann Lee", "Bob Roy"]),
        ("An Nguyen, staff writer", ["An Nguyen"]),
        ("Back up the tables before you move them to the new house.", []),
        ("Staff Writer", []),
        ("anonymous", []),
        ("By", []),
        ("...", []),
        ("", []),
    ],
)
def test_names_in_a_byline(printed, names):
    assert list(read_byline(printed)) == names


def test_names_of_several_bylines_stand_once_in_order():
    assert read_bylines(["By Ann Lee", "Tom Reed and Ann Lee"]) == ("Ann Lee", "Tom Reed")


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("Rossi, Marco", ["Marco Rossi"]),
        ("Reed, Tom W.", ["Tom W. Reed"]),
        ("van der Berg, Jan-Piet", ["Jan-Piet van der Berg"]),
        ("O’Neil, Seán", ["Seán O’Neil"]),
        ("Ann Lee, Tom Reed", ["Ann Lee", "Tom Reed"]),
        ("Ann Lee, Kyiv", ["Ann Lee, Kyiv"]),
        ("Van Jones, Washington", ["Van Jones, Washington"]),
        ("Reed, Jr.", ["Reed, Jr."]),
        ("Lee, Ann, Tom", ["Lee, Ann, Tom"]),
        ("Reuters, Kyiv", ["Reuters, Kyiv"]),
        ("Lee, BBC", ["Lee, BBC"]),
        ("Lee, Editor", ["Lee, Editor"]),
        ("Newsroom, London", ["Newsroom, London"]),
    ],
)
def test_an_entry_of_a_list_with_the_surname_first_is_one_person(entry, names):
    assert list(read_bylines([entry], is_list=True)) == names


def test_a_single_printed_line_is_not_turned_round():
    assert read_bylines(["Rossi, Marco"]) == ("Rossi, Marco",)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Ann Lee", True),
        ("BySean Seddon, BBC News", True),
        ("By Ann Lee and Tom Reed in Kyiv", True),
        ("By Ann Lee, 16 October 2025", True),
        ("By October 2025", False),
        ("By October 2025 Ukraine Wins", False),
        ("By Friday the talks had failed.", False),
        ("By the time they met it was late", False),
        ("Byron Kaye", False),
        ("Ann Lee", False),
    ],
)
def test_lines_that_are_bylines(line, expected):
    assert is_byline(line) is expected


@given(st.text(max_size=200))
def test_any_byline_gives_clean_names(printed):
    names = read_byline(printed)

    assert len(names) == len(set(names))
    assert all(name == name.strip() and 0 < len(name) <= 200 for name in names)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("BBC", "BBC"),
        ("bbc  news", "BBC"),
        ("AP", "Associated Press"),
        ("The Guardian", "The Guardian"),
        ("guardian", "The Guardian"),
        ("World", ""),
    ],
)
def test_outlets_by_name(printed, name):
    assert outlet_named(printed) == name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("bbc.co.uk", "BBC"),
        ("news.bbc.co.uk", "BBC"),
        ("notbbc.com", ""),
        ("news.un.org", "UN News"),
        ("", ""),
    ],
)
def test_outlets_by_host(host, name):
    assert outlet_at(host) == name


def test_no_two_outlets_share_a_name_or_domain():
    assert len(known_outlets().by_domain) > 100  # reading the table raises if two do


@pytest.mark.parametrize(
    ("printed", "names", "shown"),
    [
        ("By Jane Doe (jane@x.example)", ["Jane Doe"], "By Jane Doe"),
        ("jane@x.example (Jane Doe)", ["Jane Doe"], "Jane Doe"),
        ("jane@x.org (Jane Doe), tom@x.org (Tom Reed)", ["Jane Doe", "Tom Reed"], "Jane Doe, Tom Reed"),
        ('"Jane Doe" <jane@x.example>', ["Jane Doe"], "Jane Doe"),
        ("[Jane Doe](mailto:jane@x.example)", ["Jane Doe"], "Jane Doe"),
        ("Jane Doe, jane@x.example", ["Jane Doe"], "Jane Doe"),
        ("Jane Doe | Email: jane@x.example", ["Jane Doe"], "Jane Doe"),
        ("Jane Doe; Tom Reed (jane@x.org, tom@y.org)", ["Jane Doe", "Tom Reed"], "Jane Doe; Tom Reed"),
        ("Jane Doe, jane [at] x [dot] example", ["Jane Doe"], "Jane Doe"),
        ("jane [AT] x [DOT] example (Jane Doe)", ["Jane Doe"], "Jane Doe"),
        ("Jane O'Hara, o'hara@x.example", ["Jane O'Hara"], "Jane O'Hara"),
        ("jane@x.example / Reuters", ["Reuters"], "Reuters"),
        ("jane.doe@x.example", [], ""),
        ("mailto:jane@x.example", [], ""),
        ("email: jane@x.example", [], ""),
        ("Jane Doe, @janedoe", ["Jane Doe"], "Jane Doe, @janedoe"),
        ("Ann Lee at Davos", ["Ann Lee"], "Ann Lee at Davos"),
    ],
)  # fmt: skip
def test_addresses_in_a_byline_are_neither_names_nor_shown(printed, names, shown):
    assert (list(read_byline(printed)), without_mail(printed)) == (names, shown)


@pytest.mark.parametrize(
    ("line", "is_so"),
    [
        ("jane@x.example", True),
        ("*jane@x.example*", True),
        ("Email: <jane@x.example>", True),
        ("Write to jane@x.example for more.", False),
        ("@janedoe", False),
    ],
)
def test_a_line_that_is_an_address(line, is_so):
    assert is_mail(line) is is_so


@given(st.text(alphabet="ab@.()<>, atdo[]:m", max_size=40))
def test_no_address_is_left_in_what_is_shown(printed):
    assert not MAIL.search(without_mail(printed))


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("By ANN LEE, Chief Diplomatic Correspondent, and TOM REED in Kyiv", ["Ann Lee", "Tom Reed"]),
        ("Ann Lee; Additional reporting by Eva Berg", ["Ann Lee", "Eva Berg"]),
        ("Reporting by Ann Lee; editing by Tom Reed", ["Ann Lee"]),
        ("Ann Lee; photographs by Eva Berg; translated from French by Tom Reed", ["Ann Lee"]),
        ("李明、王芳", ["李明", "王芳"]),
        ("محمد علي، أحمد حسن", ["محمد علي", "أحمد حسن"]),
        ("Иван Петров и Анна Смирнова", ["Иван Петров", "Анна Смирнова"]),
        ("Marco Rossi e Anna Bianchi", ["Marco Rossi", "Anna Bianchi"]),
        ("Carlos Costa e Silva", ["Carlos Costa e Silva"]),
        ("‘Ann Lee’", ["Ann Lee"]),
        ("Edit Kovács", ["Edit Kovács"]),
        ("AP and BBC News", ["AP", "BBC News"]),
    ],
)
def test_bylines_of_agencies_and_other_scripts(printed, names):
    assert list(read_byline(printed)) == names


def test_surnames_that_stand_first_are_turned_where_semicolons_divide_the_names():
    assert read_byline("Lee, Ann; Reed, Tom") == ("Ann Lee", "Tom Reed")
    assert read_byline("Lee, Ann") == ("Lee, Ann",)


def test_the_korean_word_for_reporter_is_no_part_of_a_name():
    assert read_byline("김민수 기자") == ("김민수",)
