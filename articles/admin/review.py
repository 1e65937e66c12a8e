"""The review queue on the desk: one suggestion after the other, decided by single keys or by buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods

from articles.admin.desk import editor
from articles.admin.lists import is_id
from articles.admin.review_cards import Card, read_cards, rule_choices
from articles.admin.review_query import Wanted, read
from articles.models import Article, Outlet, Tag, Tagging, TagKind
from articles.review.decisions import Decided, Verdict, decide, last_act, taggings_of, take_back
from articles.review.queue import (
    ALL,
    COUNTED,
    COUNTED_LATEST,
    LATEST,
    WALKED,
    Place,
    count_latest,
    count_waiting,
    share_of,
    walk,
)
from newsroom.admin import DeskPage

MAY_LOOK, MAY_DECIDE = "articles.view_tagging", "articles.change_tagging"
CARDS = 20  # on one page; the first is the one to decide
AT_ONCE = 100  # rows that one act on a whole page takes
UNDO = "undo"
DONE = {
    Verdict.ACCEPT: "Accepted", Verdict.REJECT: "Rejected", Verdict.MAIN: "Made a main subject",
    Verdict.MENTIONED: "Set to mentioned",
}  # fmt: skip
HELP_LINE = "Suggestions to decide, likely mistakes that matter first. What you reject stays away for good."


def _column(model: type[Model], name: str) -> ForeignKey[Any]:
    return cast("ForeignKey[Any]", model._meta.get_field(name))


class FilterForm(forms.Form):
    """What the queue may be narrowed to by a name; a script looks it up, so that no list has thousands."""

    tag = forms.ModelChoiceField(
        Tag.objects.all(), required=False, widget=AutocompleteSelect(_column(Tagging, "tag"), admin.site)
    )
    outlet = forms.ModelChoiceField(
        Outlet.objects.all(),
        required=False,
        widget=AutocompleteSelect(_column(Article, "outlet"), admin.site),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def review_view(request: HttpRequest) -> HttpResponse:
    """Show the queue, or take a decision and go on with the next."""
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    wanted = read(request.GET)
    if request.method != "POST":
        return _show_cards(request, wanted) if "cards" in request.GET else _show_page(request, wanted)
    if not request.user.has_perm(MAY_DECIDE):
        raise PermissionDenied
    if "all" in request.POST:
        return _decide_page(request, wanted)
    verdict = request.POST.get("verdict", "")
    if verdict == UNDO:
        return _undo(request, wanted)
    return _decide_one(request, wanted, verdict)


# --- Looking ----------------------------------------------------------------------------------------------


def _page(request: HttpRequest, wanted: Wanted) -> tuple[list[Card], Place | None]:
    """Return the cards of this person's turn, those of others once there is nothing else.

    With them comes where to go on if the walk ended before the page was full.
    """
    if wanted.problems:
        return [], None
    share = share_of(editor(request)) if request.user.has_perm(MAY_DECIDE) else ALL
    pks, end = walk(wanted.asked, after=wanted.after, share=share, limit=CARDS)
    if not pks and share.of > 1:
        pks, end = walk(wanted.asked, after=wanted.after, limit=CARDS)
    if wanted.at:
        pks = [wanted.at, *(pk for pk in pks if pk != wanted.at)]
    return [card for card in read_cards(pks) if card.tagging.status == Tagging.Status.SUGGESTED], end


def _show_page(request: HttpRequest, wanted: Wanted) -> TemplateResponse:
    found = None if wanted.problems else count_waiting(wanted.asked)
    latest = count_latest(wanted.asked) if found is None and not wanted.problems else None
    form = _filter_form(wanted)
    context = {
        **admin.site.each_context(request),
        **_card_context(request, wanted),
        "title": "Review queue",
        "help_line": HELP_LINE,
        "reading": wanted,
        "waiting": _count_words(found, COUNTED),
        "latest": _count_words(latest, COUNTED_LATEST),
        "latest_of": f"{LATEST:,}",
        "form": form,
        "kinds": TagKind.choices,
        "rules": rule_choices(),
        "media": form.media,
        "last": last_act(editor(request)),
        "is_narrowed": bool(wanted.filters),
    }
    return TemplateResponse(request, "admin/articles/review.html", context)


def _show_cards(request: HttpRequest, wanted: Wanted) -> TemplateResponse:
    """Return more cards, for a page that is open: those that follow ``after``, or the one ``at``."""
    context = _card_context(request, wanted)
    if request.GET["cards"] == "one":
        context |= {"cards": context["cards"][:1], "end": None}
    return TemplateResponse(request, "admin/articles/_review_more.html", context)


def _card_context(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    cards, end = _page(request, wanted)
    return {
        "cards": cards,
        "end": end,
        "walked": WALKED,
        "reading": wanted,
        "here": wanted.url(),
        "may_decide": request.user.has_perm(MAY_DECIDE),
        "kinds_here": {card.tagging.tag.kind: card.tagging.tag.get_kind_display() for card in cards},
    }


def _count_words(found: int | None, limit: int) -> str:
    if found is None:
        return ""
    return f"{limit:,}+ wait" if found > limit else f"{found:,} {'waits' if found == 1 else 'wait'}"


def _filter_form(wanted: Wanted) -> FilterForm:
    """Return the fields in which one looks up a name while one writes it; of what is chosen they show it."""
    return FilterForm(initial={name: record.pk for name, record in wanted.chosen.items()})


# --- Deciding ---------------------------------------------------------------------------------------------


def _decide_one(request: HttpRequest, wanted: Wanted, verdict: str) -> HttpResponse:
    pk = request.POST.get("tagging", "")
    if verdict not in Verdict or not is_id(pk):
        return _answer(request, wanted, "That was no decision; nothing was changed.", messages.ERROR)
    decided = decide({int(pk): request.POST.get("seen", "")}, Verdict(verdict), by=editor(request))
    if decided.done:
        [row] = decided.done
        title = getattr(row, "title", "")
        words = f"{DONE[Verdict(verdict)]}: {row.tag} in “{title}”."
        act = decided.act.pk if decided.act else None
        return _answer(request, wanted, words, messages.SUCCESS, act=act, done=1)
    has_gone = all(row.status != Tagging.Status.SUGGESTED for row in decided.meanwhile)
    return _answer(request, wanted, _missed(decided), messages.WARNING, done=int(has_gone))


def _missed(decided: Decided) -> str:
    """Return why a decision was not taken: what became of the suggestion meanwhile."""
    if not decided.meanwhile:
        return "This suggestion is gone: an import or a re-tag took it back meanwhile."
    [row] = decided.meanwhile
    if row.status == Tagging.Status.SUGGESTED:
        return f"{row.tag}: the suggestion or its article changed meanwhile. Look again; nothing was decided."
    when = date_format(row.decided_at, "DATETIME_FORMAT") if row.decided_at else "meanwhile"
    who = row.decided_by or "somebody"
    status = row.get_status_display()
    return (
        f"{row.tag} was {status} by {who}, {when}, while you looked. Your decision was not written over it."
    )


def _undo(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    act = request.POST.get("act", "")
    reversal = take_back(by=editor(request), act=int(act) if is_id(act) else None)
    if reversal is None:
        return _answer(request, wanted, "There is nothing of yours to take back.", messages.WARNING)
    if reversal.is_refused:
        words = "That was changed again since, so it stays. The trail shows by whom."
        return _answer(request, wanted, words, messages.WARNING)
    rows = taggings_of(reversal.change_set)
    words = (
        f"Taken back: {reversal.rows[0].label}." if len(rows) == 1 else f"Taken back: {len(rows)} decisions."
    )
    return _answer(request, wanted, words, messages.SUCCESS, at=rows[0], done=-len(rows))


def _answer(
    request: HttpRequest, wanted: Wanted, words: str, level: int, *, act: int | None = None, at: int = 0,
    done: int = 0,
) -> HttpResponse:  # fmt: skip
    """Say what became of a decision: to a script in JSON, else on the next page."""
    if request.accepts("text/html"):
        messages.add_message(request, level, words)
        return HttpResponseRedirect(wanted.url(at=at))
    said = {"words": words, "is_done": level == messages.SUCCESS, "act": act, "at": at, "done": done}
    return JsonResponse(said)


def _decide_page(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """Accept the suggestions of one kind on a page as one act, once somebody saw how many they are."""
    kind = request.POST.get("all", "")
    seen = _read_rows(request.POST.getlist("row"))
    rows = Tagging.objects.filter(pk__in=list(seen), tag__kind=kind) if kind in TagKind.values else ()
    chosen = {row.pk: seen[row.pk] for row in rows}
    if not chosen:
        words = "No suggestion of this kind is on the page."
        return _answer(request, wanted, words, messages.WARNING)
    if "sure" not in request.POST:
        context = {
            **admin.site.each_context(request),
            "title": f"Accept {len(chosen)} of kind {TagKind(kind).label}",
            "cards": read_cards([pk for pk in seen if pk in chosen]),
            "kind": kind,
            "label": TagKind(kind).label,
            "rows": [f"{pk}:{version}" for pk, version in chosen.items()],
            "here": wanted.url(),
        }
        return TemplateResponse(request, "admin/articles/review_all.html", context)
    decided = decide(chosen, Verdict.ACCEPT, by=editor(request))
    left = len(decided.meanwhile) + len(decided.gone)
    words = f"Accepted: {len(decided.done)} suggestions, as one act."
    if left:
        words += f" {left} changed meanwhile and were left as they are."
    return _answer(request, wanted, words, messages.SUCCESS if decided.done else messages.WARNING)


def _read_rows(values: list[str]) -> Mapping[int, str]:
    """Return the rows of a page with the versions that somebody saw, from ``number:version``."""
    pairs = (value.partition(":") for value in values[:AT_ONCE])
    return {int(pk): version for pk, _, version in pairs if is_id(pk)}


admin.site.pages.append(  # type: ignore[attr-defined]  # the desk's own site
    DeskPage("review", "review/", review_view, MAY_LOOK, label="Review queue", group="Archive")
)
