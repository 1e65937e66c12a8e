"""Other ways to write a person's name that came from another script: "Mohamed", "Sergey", "Abdel"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, product

MOST = 12  # ways to write one name: one of many such parts is seldom written in all the other ways at once

# Parts of names as newspapers write them, each a family of the same name.  Source: general knowledge.
FAMILIES = (
    "Mohammed Mohammad Muhammad Mohamed Mohamad Muhammed",
    "Ahmed Ahmad",
    "Mahmoud Mahmud",
    "Hussein Hussain Husayn Hossein",
    "Hassan Hasan",
    "Abdullah Abdallah Abdulla",
    "Abdul Abdel Abd",
    "Omar Umar Omer",
    "Osama Usama",
    "Khalid Khaled",
    "Khalil Khaleel",
    "Yusuf Yousef Yousuf Youssef Yousif Yusef",
    "Ibrahim Ebrahim",
    "Ismail Ismael Esmail",
    "Mansour Mansur Mansoor",
    "Mustafa Mostafa Moustafa",
    "Said Saeed Sayeed",
    "Salih Saleh",
    "Salman Salmaan",
    "Sulaiman Suleiman Sulayman Soleiman",
    "Nasser Nasir Naser",
    "Tariq Tarek Tareq Tarik",
    "Faisal Faysal Feisal",
    "Karim Kareem",
    "Rashid Rasheed",
    "Hamid Hameed",
    "Walid Waleed",
    "Jamal Gamal",
    "Qasim Qassim Qassem Qasem",
    "Abu Abou",
    "bin ben ibn",
    "Saif Seif Sayf",
    "Zayed Zayid",
    "Sheikh Shaikh Sheik",
    "Amir Ameer",
    "Munir Mounir",
    "Nuri Nouri",
    "Jafari Ja'fari",
    "Sergei Sergey",
    "Andrei Andrey",
    "Alexei Alexey Aleksei Aleksey",
    "Alexander Aleksandr Alexandr Aleksander",
    "Dmitry Dmitri Dmitriy",
    "Yevgeny Evgeny Yevgeni Evgeni Evgenii",
    "Yuri Yury Yuriy",
    "Nikolai Nikolay",
    "Mikhail Mihail",
    "Valery Valeri Valeriy",
    "Vitaly Vitali Vitaliy",
    "Gennady Gennadi Gennadiy",
    "Anatoly Anatoli Anatoliy",
    "Arkady Arkadi",
    "Grigory Grigori",
    "Vasily Vasili",
    "Maxim Maksim",
    "Yulia Julia Iuliia",
    "Oleksiy Oleksii Olexiy",
    "Serhiy Serhii",
    "Andriy Andrii",
    "Dmytro Dmitro",
    "Mykhailo Mykhaylo",
    "Oleksandr Olexandr",
    "Valeriy Valerii",
)
_FAMILY_OF = {part: family for row in FAMILIES for family in [tuple(row.split())] for part in family}
# "al-Sisi", "El Sisi", "as-Sisi": how the article before a name is written.
ARTICLES = ("al-", "el-")
ARTICLE_LENGTH = 3


@lru_cache(maxsize=8192)  # the names of the gazetteer's own persons, asked for at each start
def transliterations(name: str) -> tuple[str, ...]:
    """Return the other ways to write a full name, at most `MOST`; the name itself is not among them.

    One part at a time is written otherwise, then all: that is how most reports differ.  A name of such
    parts alone has none: "Mohammad Hassan" begins many a longer name.
    """
    parts = name.split(" ")
    known = [part in _FAMILY_OF for part in parts]
    if len(parts) < 2 or all(known):
        return ()
    if not any(known) and "l-" not in name:
        return ()  # as most
    families = [_family(part) for part in parts]
    # Few of the product: it grows with each part sixfold, and a name may have thirty.
    all_at_once = (" ".join(chosen) for chosen in islice(product(*families), 2 * MOST + 1))
    found = dict.fromkeys(chain(islice(_one_by_one(parts, families), MOST), all_at_once))
    found.pop(name, None)
    return tuple(found)[:MOST]


def _family(part: str) -> tuple[str, ...]:
    """Return a part of a name in all the ways it is written, itself first."""
    family = _FAMILY_OF.get(part)
    if family is not None:
        return (part, *(other for other in family if other != part))
    article, rest = part[:ARTICLE_LENGTH].lower(), part[ARTICLE_LENGTH:]
    return (part, *(f"{other}{rest}" for other in ARTICLES if other != article and article in ARTICLES))


def _one_by_one(parts: list[str], families: list[tuple[str, ...]]) -> Iterator[str]:
    for place, family in enumerate(families):
        for other in family[1:]:
            yield " ".join([*parts[:place], other, *parts[place + 1 :]])
