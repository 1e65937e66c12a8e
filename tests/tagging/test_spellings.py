import pytest

from articles.tagging.spellings import MOST, POINTED, pointed, spellings


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("International Organization for Migration", ["International Organisation for Migration"]),
        ("World Food Programme", ["World Food Program"]),
        ("Pacific Islands Forum", ["Pacific Island Forum"]),
        ("African Centre for Defence", ["African Center for Defense"]),
        ("Kurdistan Workers' Party", ["Kurdistan Worker's Party", "Kurdistan Workers Party"]),
        ("Tehrik-i-Taliban Pakistan", ["Tehrik-e-Taliban Pakistan"]),
        ("Organisation for the Sale of Salt", ["Organization for Sale of Salt"]),
        ("UN Refugee Agency", ["UN refugee agency", "U.N.'s refugee agency"]),
        ("UN mission in Mali", ["UN Mission in Mali", "United Nations' mission in Mali"]),
        ("African Union mission in Somalia", ["AU mission in Somalia"]),
        ("UNICEF", ["Unicef"]),
        ("UNHCR", ["Unhcr"]),
        ("G7", ["G-7"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_one_spelling_brings_others(name, others):
    assert set(others) - set(spellings(name)) == set()


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("NATO", ()),
        ("MONUSCO", ("Monusco",)),
        ("G-7", ("G7",)),
        ("Paris Club", ()),
        ("Council of Europe", ()),
        ("Trade Centers", ()),
        ("Trade Centre", ("Trade Center",)),
        ("M23", ()),
        ("EU", ()),
    ],
)
def test_a_name_is_not_among_its_spellings(name, others):
    assert spellings(name) == others


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Council of Europe", "Council of the Europe"),
        ("NATO", "Nato"),
        ("M23", "M-23"),
        ("SHAPE", "Shape"),
        ("SWIFT", "Swift"),
        ("CITES", "Cites"),
        ("IRENA", "Irena"),
        ("ASALA", "Asala"),
        ("CENTO", "Cento"),
        ("NORAD", "Norad"),
        ("UN mission in Mali", "UN mission in mali"),
    ],
    ids=[
        "an article where none was",
        "short ones are words",
        "a road",
        "a word of ours",
        "a word",
        "a verb",
        "a first name",
        "a first name of Arabia",
        "a town",
        "another body",
        "a country",
    ],
)
def test_a_spelling_that_nobody_prints_is_none(name, wrong):
    assert wrong not in spellings(name)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("EU", ("E.U.", "E. U.")),
        ("U.A.E.", ("U.A.E.", "U. A. E.")),
        ("UNICEF", ("U.N.I.C.E.F.", "U. N. I. C. E. F.")),
        ("MINUSMA", ()),
        ("Nato", ()),
        ("G7", ()),
        ("X", ()),
        ("EU BAM", ()),
    ],
    ids=["two letters", "with points", "six letters", "seven", "a word", "a number", "one", "two words"],
)
def test_letters_are_printed_with_points(name, forms):
    assert pointed(name) == forms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the U.A.E. said", "U.A.E"),
        ("the U.A.E, said", "U.A.E"),
        ("the U. N. said", "U. N."),
        ("the U.\xa0N. said", "U.\xa0N."),
        ("of A.U. J. Smith", "A.U"),
        ("a U-turn", ""),
        ("Plan A. U.N. staff", "U.N"),
        ("Plan A. U turn", ""),
        ("by J.A.U. Smith", "J.A.U"),
        ("by A. J.U. Smith", "J.U"),
    ],
)  # fmt: skip
def test_letters_with_points_are_found_whole(text, found):
    match = POINTED.search(text)

    assert (match[0] if match else "") == found


def test_a_name_of_many_such_words_has_few_spellings():
    name = f"Joint {'Force ' * 32}X"  # 200 characters, as long as an alias may be: 2 ** 32 spellings

    found = spellings(name)

    assert len(set(found) - {name}) == MOST
    assert {spelled.replace("Forces", "Force") for spelled in found} == {name}


def test_a_body_of_the_un_with_many_such_words_has_few_spellings():
    assert len(spellings(f"UN {'Programme ' * 19}Seat")) == MOST
