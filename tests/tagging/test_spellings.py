import pytest

from articles.tagging.spellings import MOST, spellings


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
        ("IAEA", ["I.A.E.A."]),
        ("UNICEF", ["U.N.I.C.E.F.", "Unicef"]),
        ("G7", ["G-7"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_one_spelling_brings_others(name, others):
    assert set(others) - set(spellings(name)) == set()


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("NATO", ("N.A.T.O.",)),
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
        ("EU", "E.U."),
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
        "two letters",
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


def test_a_name_of_many_such_words_has_few_spellings():
    name = f"Joint {'Force ' * 32}X"  # 200 characters, as long as an alias may be: 2 ** 32 spellings

    found = spellings(name)

    assert len(set(found) - {name}) == MOST
    assert {spelled.replace("Forces", "Force") for spelled in found} == {name}


def test_a_body_of_the_un_with_many_such_words_has_few_spellings():
    assert len(spellings(f"UN {'Programme ' * 19}Seat")) == MOST
