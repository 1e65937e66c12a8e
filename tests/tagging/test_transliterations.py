import pytest

from articles.tagging.transliterations import MOST, transliterations

OTHERS = ("Mohammad", "Muhammad", "Mohamed", "Mohamad", "Muhammed")


@pytest.mark.parametrize(
    ("name", "others"),
    [
        (
            "Tarek el-Masri",
            (
                "Tariq el-Masri",
                "Tareq el-Masri",
                "Tarik el-Masri",
                "Tarek al-Masri",
                "Tariq al-Masri",
                "Tareq al-Masri",
                "Tarik al-Masri",
            ),
        ),
        ("Dmitry Peskov", ("Dmitri Peskov", "Dmitriy Peskov")),
        ("Qais al-Khazali", ("Qais el-Khazali",)),
        ("Angela Merkel", ()),
        ("Omar", ()),
        ("Mohamad Hasan", ()),
    ],
    ids=[
        "two parts",
        "one part",
        "an article",
        "a name in Latin letters",
        "a part alone is too little",
        "first names alone",
    ],
)
def test_a_name_from_another_script_is_written_in_several_ways(name, others):
    assert transliterations(name) == others


def test_a_name_of_many_parts_is_not_written_in_all_their_ways():
    assert len(transliterations("Mohammed bin Yusuf bin Hussein al-Masri")) == MOST


def test_a_name_of_twenty_such_parts_is_written_otherwise_in_one_part_at_a_time():
    first = "Mohammed " * 21  # 200 characters with the last part: an alias has no more

    assert transliterations(f"{first}Smithe") == (
        *(f"{other} {'Mohammed ' * 20}Smithe" for other in OTHERS),
        *(f"Mohammed {other} {'Mohammed ' * 19}Smithe" for other in OTHERS),
        f"Mohammed Mohammed Mohammad {'Mohammed ' * 18}Smithe",
        f"Mohammed Mohammed Muhammad {'Mohammed ' * 18}Smithe",
    )
