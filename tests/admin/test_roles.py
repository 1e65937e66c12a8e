"""Who may do what at the desk: each role against each table, action, inline and other page.

The tables below are written by hand and say the whole of it.  A model, an action, an inline or an address
that they do not list makes a test fail: say there who may use it.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils.html import strip_tags

from articles.admin.refusals import not_allowed, right_of, role_for
from articles.models import Alias, AuditItem, AuditSample, Author, Change, ChangeSet, Outlet, Tag
from newsroom.admin import GROUPS, MACHINERY
from tests.factories import make_tag

pytestmark = pytest.mark.django_db

NOBODY, VIEWER, CURATOR, LIBRARIAN, ADMIN = PEOPLE = ("nobody", "Viewer", "Curator", "Librarian", "admin")
# What Viewer, Curator, Librarian and administrator may do: view, add, change, delete.
LOOK = ("v", "v", "v", "v")
TABLES = {
    "articles.actorsuggestion": LOOK,
    "articles.alias": ("v", "v", "vacd", "vacd"),
    "articles.archive": LOOK,
    "articles.article": ("v", "vc", "vc", "vc"),
    "articles.articlesource": LOOK,
    "articles.audititem": LOOK,
    "articles.auditsample": LOOK,
    "articles.author": ("v", "v", "vacd", "vacd"),
    "articles.change": LOOK,
    "articles.changeset": LOOK,
    "articles.correctedfile": LOOK,
    "articles.correction": LOOK,
    "articles.formerbytes": LOOK,
    "articles.formername": LOOK,
    "articles.importissue": LOOK,
    "articles.importrun": LOOK,
    "articles.keyworduse": LOOK,
    "articles.nearduplicate": LOOK,
    "articles.office": ("v", "v", "vacd", "vacd"),
    "articles.outboxrow": LOOK,
    "articles.outlet": ("v", "v", "vacd", "vacd"),
    "articles.proposedmerge": LOOK,
    "articles.renderedarticle": LOOK,
    "articles.sketch": LOOK,
    "articles.suggestionmention": LOOK,
    "articles.tag": ("v", "v", "vac", "vac"),
    "articles.tagging": ("v", "vac", "vac", "vac"),
    "articles.taskworker": LOOK,
    "articles.unmatchedkeyword": LOOK,
    "articles.upload": ("v", "va", "va", "va"),
    "auth.group": ("", "", "", "vacd"),
    "auth.user": ("", "", "", "vacd"),
    "django_tasks_database.dbtaskresult": ("", "", "", "v"),
}
# The inlines of a form, in the same way.
INLINES = {
    "TaggingInline": ("v", "vc", "vc", "vc"),
    "AddedTagInline": ("", "a", "a", "a"),
    "AuthorshipInline": ("v", "vacd", "vacd", "vacd"),
    "AliasInline": ("v", "v", "vacd", "vacd"),
    "OfficeInline": ("v", "v", "vacd", "vacd"),
}
# The first role that may: those after it may as well.
ACTIONS = {
    "articles.actorsuggestion": {"dismiss": CURATOR, "reopen": CURATOR},
    "articles.alias": {"delete_selected": LIBRARIAN},
    "articles.article": {"withdraw": CURATOR, "restore": CURATOR},
    "articles.correction": {"keep_ours": CURATOR, "take_files": CURATOR},
    "articles.importrun": {"undo": LIBRARIAN},
    "articles.office": {"delete_selected": LIBRARIAN},
    "articles.author": {"merge_chosen": LIBRARIAN},
    "articles.outlet": {"merge_chosen": LIBRARIAN},
    "articles.proposedmerge": {"apart": LIBRARIAN},
    "articles.tag": {"merge_chosen": LIBRARIAN, "retire": LIBRARIAN, "reinstate": LIBRARIAN},
    "articles.tagging": dict.fromkeys(
        ("confirm", "reject", "set_main", "set_mentioned", "take_back"), CURATOR
    ),
    "auth.group": {"delete_selected": ADMIN},
    "auth.user": {"delete_selected": ADMIN},
}  # fmt: skip
# Addresses besides list, form, history and deletion: the first role that may look, and that may post; None
# where nobody may.
PAGES = {
    "articles_actorsuggestion_decide": (CURATOR, CURATOR),
    "articles_article_refused": (VIEWER, CURATOR),
    "articles_author_merge": (LIBRARIAN, LIBRARIAN),
    "articles_author_rename": (LIBRARIAN, LIBRARIAN),
    "articles_author_split": (LIBRARIAN, LIBRARIAN),
    "articles_changeset_undo": (LIBRARIAN, LIBRARIAN),
    "articles_correction_decide": (None, CURATOR),
    "articles_importissue_correct": (CURATOR, CURATOR),
    "articles_importissue_file": (VIEWER, VIEWER),
    "articles_importissue_put_back": (CURATOR, CURATOR),
    "articles_importissue_retry": (CURATOR, CURATOR),
    "articles_importrun_issues": (VIEWER, VIEWER),
    "articles_importrun_retry": (CURATOR, CURATOR),
    "articles_importrun_state": (VIEWER, VIEWER),
    "articles_outlet_merge": (LIBRARIAN, LIBRARIAN),
    "articles_outlet_rename": (LIBRARIAN, LIBRARIAN),
    "articles_outlet_split": (LIBRARIAN, LIBRARIAN),
    "articles_proposedmerge_look": (LIBRARIAN, LIBRARIAN),
    "articles_tag_merge": (LIBRARIAN, LIBRARIAN),
    "articles_tag_rename": (LIBRARIAN, LIBRARIAN),
    "articles_tag_save_rule": (None, LIBRARIAN),
    "articles_tag_split": (LIBRARIAN, LIBRARIAN),
    "articles_tag_try": (VIEWER, CURATOR),
    # Of somebody else's upload; one's own is every curator's to decide (test_uploads.py).
    "articles_upload_check": (None, LIBRARIAN),
    "articles_upload_discard": (None, LIBRARIAN),
    "articles_upload_file": (CURATOR, None),
    "articles_upload_import": (None, LIBRARIAN),
    "articles_upload_live": (VIEWER, None),
    "auth_user_password_change": (ADMIN, ADMIN),
}
# The desk's own pages, in the same way; None where nobody may.
DESK = {
    "quality": (VIEWER, None),
    "quality_ask": (None, LIBRARIAN),
    "quality_draw": (None, CURATOR),
    "quality_audit": (VIEWER, CURATOR),
    "quality_reject": (None, CURATOR),
    "review": (VIEWER, CURATOR),
}
# The rows that such a page is about.
DESK_ROWS = {"quality_audit": AuditSample, "quality_reject": AuditItem}
SITE = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n",
    "view_on_site", "app_list",
}  # fmt: skip
STANDARD = ("changelist", "add", "history", "delete", "change")

MODELS = {model._meta.label_lower: model for model in admin.site._registry}
VERBS = {"v": "view", "a": "add", "c": "change", "d": "delete"}


@pytest.fixture
def people(django_user_model):
    """Return one person of each role, and one on the staff who has none."""
    found = {ADMIN: django_user_model.objects.create_superuser("admin")}
    for name in PEOPLE[:-1]:
        found[name] = django_user_model.objects.create_user(name.lower(), is_staff=True)
        found[name].groups.set(Group.objects.filter(name=name))
    return found


@pytest.fixture
def archive(desk):
    """Return the small archive with an outlet, an author and a name that no article needs."""
    Outlet.objects.create(name="Zealous Times", slug="zealous-times")
    Author.objects.create(name="Zoe Zealous", slug="zoe-zealous")
    # Names of a tag in articles are changed in the rule lab alone (test_editing.py).
    Alias.objects.create(tag=desk.putin, text="Putin", kind="surname")
    return desk


def may(letters: tuple[str, ...], person: str) -> str:
    """Return what a person may, of a row of the tables above."""
    return "" if person == NOBODY else letters[PEOPLE.index(person) - 1]


def is_allowed(first: str, person: str) -> bool:
    return PEOPLE.index(person) >= PEOPLE.index(first)


def address(label: str, page: str, *args: object) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def last_row(label: str):
    return MODELS[label]._default_manager.order_by("pk").last()


def request_of(person):
    request = RequestFactory().get("/")
    request.user = person
    return request


def own_pages() -> dict[str, str]:
    """Return the addresses that our admin classes add: name of the address by the model's label."""
    found = {}
    for label, model in MODELS.items():
        standard = {f"{label.replace('.', '_')}_{page}" for page in STANDARD}
        names = {url.name for url in admin.site._registry[model].get_urls() if getattr(url, "name", None)}
        found |= dict.fromkeys(names - standard, label)
    return found


# --- What is said to who may not ---


def test_the_desk_says_which_right_is_missing_and_whom_to_ask(client, people):
    client.force_login(people[CURATOR])

    to_users, to_merge = (
        client.get(reverse(f"admin:{name}")) for name in ("auth_user_changelist", "articles_tag_merge")
    )

    assert (to_users.status_code, to_merge.status_code) == (403, 403)
    users, merge = (" ".join(strip_tags(one.content.decode()).split()) for one in (to_users, to_merge))
    assert (
        "It takes the right to look at users, which administrators alone have. Yours: Curator. "
        "Ask an administrator: admin. Back to the desk"
    ) in users
    assert (
        "It takes the right to change tags, which the role Librarian has. Yours: Curator. "
        "To be given it, ask an administrator: admin. Back to the desk"
    ) in merge


def test_readers_are_refused_by_a_page_for_readers(client, rf):
    response = not_allowed(rf.get("/articles/"), PermissionDenied())

    assert response.status_code == 403
    assert b"newest articles" in response.content


@pytest.mark.parametrize("name", sorted({**PAGES, **DESK}))
@pytest.mark.parametrize("place", [0, 1], ids=["look", "post"])
def test_the_role_that_is_named_is_the_first_that_may(name, place):
    first = {**PAGES, **DESK}[name][place]

    role = role_for(right_of(name, is_look=not place))

    if first is not None:
        assert (role.name if role else ADMIN) == first


# --- The tables are complete ------------------------------------------------------------------------------


def test_every_table_of_the_desk_is_listed_here():
    assert set(MODELS) == set(TABLES)


def test_every_action_of_the_desk_is_listed_here(people, archive):
    found = {
        label: set(admin.site._registry[model].get_actions(request_of(people[ADMIN])))
        for label, model in MODELS.items()
    }

    assert {label: names for label, names in found.items() if names} == {
        label: set(names) for label, names in ACTIONS.items()
    }


def test_every_address_that_a_table_adds_is_listed_here():
    assert set(own_pages()) == set(PAGES)


def test_every_address_of_the_site_itself_is_listed_here():
    names = {url.name for url in admin.site.get_urls() if getattr(url, "name", None)}

    assert names == SITE | set(DESK)


def test_every_inline_is_listed_here(people, archive):
    request = request_of(people[ADMIN])
    found = {
        type(inline).__name__
        for label, model in MODELS.items()
        for inline in admin.site._registry[model].get_inline_instances(request, last_row(label))
    } | {
        type(inline).__name__
        for inline in admin.site._registry[Tag].get_inline_instances(request, archive.putin)
    }

    assert found == set(INLINES)


# --- Each role against each of them -----------------------------------------------------------------------


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("label", TABLES)
def test_pages_of_a_table_open_for_whom_they_should(client, people, archive, label, person):
    client.force_login(people[person])
    row = last_row(label)
    pages = {
        "list": client.get(address(label, "changelist")),
        "history": client.get(address(label, "history", row.pk)),
        "record": client.get(address(label, "change", row.pk)),
        "add": client.get(address(label, "add")),
        "add, sent": client.post(address(label, "add"), {}),
        "delete": client.get(address(label, "delete", row.pk)),
        "change, sent": client.post(address(label, "change", row.pk), {}),
    }

    granted = may(TABLES[label], person)
    expected = {
        "list": "v", "history": "v", "record": "v", "add": "a", "add, sent": "a", "delete": "d",
        "change, sent": "c",
    }  # fmt: skip
    assert {page: response.status_code for page, response in pages.items()} == {
        page: 200 if letter in granted else 403 for page, letter in expected.items()
    }


@pytest.mark.parametrize("person", PEOPLE)
def test_a_deletion_is_refused_whoever_sends_it_without_the_right_to(client, people, archive, person):
    client.force_login(people[person])
    refused = [label for label in TABLES if "d" not in may(TABLES[label], person)]
    before = {label: MODELS[label]._default_manager.count() for label in refused}

    answers = {
        label: client.post(address(label, "delete", last_row(label).pk), {"post": "yes"}).status_code
        for label in refused
    }

    assert answers == dict.fromkeys(refused, 403)
    assert {label: MODELS[label]._default_manager.count() for label in refused} == before


@pytest.mark.parametrize("person", PEOPLE)
def test_actions_are_offered_to_whom_they_should(people, archive, person):
    request = request_of(people[person])

    offered = {
        label: set(admin.site._registry[MODELS[label]].get_actions(request)) for label in ACTIONS
    }  # fmt: skip

    assert offered == {
        label: {name for name, first in actions.items() if is_allowed(first, person)}
        for label, actions in ACTIONS.items()
    }


def snapshot() -> dict[str, list[object]]:
    """Return every row of the archive."""
    return {
        model._meta.label_lower: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_app_config("articles").get_models()
    }


@pytest.mark.parametrize("person", PEOPLE[:-1])
def test_an_action_that_was_not_offered_does_nothing_when_it_is_sent_all_the_same(
    client, people, archive, person
):
    client.force_login(people[person])
    before = snapshot()

    for label, actions in ACTIONS.items():
        row = last_row(label)
        for name, first in actions.items():
            if not is_allowed(first, person):
                sent = {"action": name, "_selected_action": [row.pk], "confirmed": "yes", "post": "yes"}
                client.post(address(label, "changelist"), sent)
                client.post(address(label, "change", row.pk), sent)

    assert snapshot() == before


@pytest.mark.parametrize("person", PEOPLE)
def test_inlines_are_open_to_whom_they_should(people, archive, person):
    request = request_of(people[person])
    rows = (archive.article, archive.putin)

    found = {}
    for row in rows:
        desk = admin.site._registry[type(row)]
        for one in desk.get_inlines(request, row):
            inline = one(type(row), admin.site)
            letters = "vacd" if inline.can_delete else "vac"
            found[one.__name__] = {
                letter
                for letter in letters
                if getattr(inline, f"has_{VERBS[letter]}_permission")(request, row)
            }

    assert found == {name: set(may(letters, person)) for name, letters in INLINES.items()}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", PAGES)
def test_an_address_of_its_own_opens_for_whom_it_should(client, people, archive, name, person):
    client.force_login(people[person])
    try:
        page = reverse(f"admin:{name}", args=[last_row(own_pages()[name]).pk])
    except NoReverseMatch:
        page = reverse(f"admin:{name}")
    looks, posts = PAGES[name]

    for first, response in ((looks, client.get(page)), (posts, client.post(page, {}))):
        refusals = {403} if first else {403, 405}
        assert (response.status_code in refusals) == (first is None or not is_allowed(first, person))


AUTOCOMPLETES = [
    (model, field) for model, desk in admin.site._registry.items() for field in desk.autocomplete_fields
]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(
    ("model", "field"),
    AUTOCOMPLETES,
    ids=[f"{model._meta.model_name}.{field}" for model, field in AUTOCOMPLETES],
)
def test_an_autocomplete_answers_who_may_see_what_it_names(client, people, archive, model, field, person):
    client.force_login(people[person])
    query = {"app_label": "articles", "model_name": model._meta.model_name, "field_name": field, "term": "a"}

    response = client.get(reverse("admin:autocomplete"), query)

    assert response.status_code == (403 if person == NOBODY else 200)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_index_names_what_one_may_see_and_nothing_else(client, people, archive, person):
    client.force_login(people[person])

    groups = client.get(reverse("admin:index")).context["app_list"]

    named = {f"{one['model']._meta.label_lower}" for app in groups for one in app["models"] if "model" in one}
    seen = {label for label, letters in TABLES.items() if "v" in may(letters, person)}
    machinery = {label for label in seen if MODELS[label].__name__ in GROUPS[MACHINERY]}
    assert named == (seen if person == ADMIN else seen - machinery)


# --- What no role may -------------------------------------------------------------------------------------


def test_who_may_edit_users_by_permission_alone_still_may_not(client, people, archive):
    # Whoever edits users could make themselves an administrator.
    people[LIBRARIAN].user_permissions.set(
        Permission.objects.filter(content_type__app_label="auth", content_type__model__in=("user", "group"))
    )
    client.force_login(people[LIBRARIAN])

    for label in ("auth.user", "auth.group"):
        assert client.get(address(label, "changelist")).status_code == 403
        assert client.get(address(label, "change", last_row(label).pk)).status_code == 403


@pytest.mark.parametrize("person", PEOPLE)
def test_the_trail_cannot_be_edited_by_anybody(client, people, archive, person):
    client.force_login(people[person])
    before = (list(ChangeSet.objects.values()), list(Change.objects.values()))

    for label in ("articles.changeset", "articles.change"):
        row = last_row(label)
        assert client.post(address(label, "change", row.pk), {"note": "it was not me"}).status_code == 403
        assert client.post(address(label, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert client.post(address(label, "add"), {}).status_code == 403

    assert (list(ChangeSet.objects.values()), list(Change.objects.values())) == before


def test_the_trail_outlives_who_made_it(client, people, archive):
    client.force_login(people[CURATOR])
    client.post(address("articles.tagging", "changelist"),
                {"action": "reject", "_selected_action": [archive.tagging.pk]})  # fmt: skip
    people[CURATOR].delete()

    act = ChangeSet.objects.get(act="reject")
    assert (act.made_by_id, act.made_by_name, act.change_count) == (None, "curator", 1)
    assert act.changes.get().before["status"] == "suggested"


@pytest.mark.parametrize("person", [VIEWER, CURATOR, LIBRARIAN])
def test_no_page_shows_a_password_or_a_session(client, people, archive, person):
    client.force_login(people[person])
    secret = people[ADMIN].password

    pages = [address(label, "changelist") for label, letters in TABLES.items() if may(letters, person)]

    session = client.cookies["sessionid"].value
    for page in pages:
        content = client.get(page).content.decode()
        assert secret not in content, page
        assert session not in content, page


def test_a_curator_can_give_a_tag_but_makes_none(client, people, archive):
    client.force_login(people[CURATOR])
    tag = make_tag("topic/Ports")
    page = address("articles.tagging", "add")

    response = client.post(page, {"article": archive.article.pk, "tag": tag.pk, "role": "mentioned"})

    assert response.status_code == 302
    assert archive.article.taggings.filter(tag=tag, decided_by=people[CURATOR]).exists()
    assert client.get(address("articles.tag", "add")).status_code == 403
