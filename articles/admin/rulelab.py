"""The rule lab on the desk: a tag's names, phrases and offices changed on trial, then saved or not.

What comes of a change is shown before anything is saved: which articles get the tag, which lose it, and which
decisions of editors the rule contradicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from articles import tasks, working
from articles.admin.desk import DeskAdmin, editor, link_to
from articles.admin.lists import find, find_or_404, is_id
from articles.admin.rulelab_forms import FIELDS, RuleForm
from articles.admin.taggings import show_decision, show_words
from articles.importing.lock import ImportBusyError
from articles.models import RuleTrial, Tag, Tagging, TrialMove
from articles.rules.lab import AGAINST, Move, State, TrialError, begin, entry_of, follow, save
from articles.rules.retagging import RetagError
from articles.rules.trying import Budget, TooMuchError, compute
from articles.search import sync
from articles.tagging import Entry
from articles.tagging.rulelines import write_rule

LISTED = 50  # articles on one page of a list
SENTENCES = 1  # of one article
OTHERS_SHOWN = 100  # other tags that move, those in most articles first
SAVED_HERE = 1_500  # articles that are tagged again while a browser waits: three seconds
HELP = (
    "What is shown here would come of saving: the articles were tagged on trial by the changed rule. "
    "Decisions of editors stay whatever the rule says."
)
KINDS = {
    Move.GAINED: "would get it",
    Move.LOST: "would lose it",
    Move.MAIN: "would be about it",
    Move.MENTIONED: "would only mention it",
    Move.UNCONFIRMED: "an editor confirmed it, the new rule no longer gives it",
    Move.UNREJECTED: "an editor rejected it, the new rule would give it again",
}
SAVED_HELP = (
    "This rule was saved. What is shown here came of it, as the articles were tagged on trial before. "
    "Decisions of editors stayed whatever the rule says."
)
SAVED_KINDS = {
    Move.GAINED: "got it",
    Move.LOST: "lost it",
    Move.MAIN: "came to be about it",
    Move.MENTIONED: "came to only mention it",
    Move.UNCONFIRMED: "an editor confirmed it, the new rule no longer gives it",
    Move.UNREJECTED: "an editor rejected it, the new rule gives it again",
}


class Listed(NamedTuple):
    """One article that would move, as a table shows it."""

    article: SafeString
    outlet: str
    year: str
    evidence: str
    is_due: bool
    decision: str


class Group(NamedTuple):
    """All articles that would move in one way: how many, some of them, and the address of the list of all."""

    kind: str
    words: str
    total: int
    rows: list[Listed]
    address: str
    is_against: bool


class RuleLab(DeskAdmin):
    """The pages of a tag on which its rule is tried."""

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the lab, and the others."""
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/try/", wrap(self.try_view), name="articles_tag_try"),
            path("<path:object_id>/save-rule/", wrap(self.save_rule_view), name="articles_tag_save_rule"),
            *super().get_urls(),
        ]

    def adapt_form(self, request: HttpRequest, context: dict[str, Any], obj: Model | None) -> None:
        """Add the way to the lab."""
        if isinstance(obj, Tag) and not obj.is_retired:
            lab = reverse("admin:articles_tag_try", args=[obj.pk])
            context.setdefault("tools", []).append((lab, "Try a change"))
        super().adapt_form(request, context, obj)

    def try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the rule to be changed, what a trial found, or a list of the articles that would move."""
        tag = self._tag(request, object_id)
        try:
            entry = entry_of(tag)
        except TrialError as error:
            self.message_user(request, f"Nothing to try: {error}.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:articles_tag_change", args=[tag.pk]))
        if request.method == "POST":
            if not may_try(request):
                raise PermissionDenied
            return self._try(request, tag, entry)
        if "trial" not in request.GET:
            return self._form_page(request, tag, RuleForm(tag, entry, None))
        trial = _trial(tag, request.GET["trial"])
        if "again" in request.GET:
            typed = {**trial.lines, "is_ambiguous": trial.is_ambiguous}
            return self._form_page(request, tag, RuleForm(tag, entry, None, initial=typed))
        if request.GET.get("part") == "state":
            state = {**self._state(trial), "state_only": True}
            return HttpResponse(render_to_string("admin/articles/_trial_state.html", state))
        if "list" in request.GET:
            return self._list_page(request, tag, trial)
        return self._trial_page(request, tag, trial)

    def _tag(self, request: HttpRequest, object_id: str) -> Tag:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return find_or_404(Tag.objects, object_id)

    # --- Trying --------------------------------------------------------------------------------------

    def _try(self, request: HttpRequest, tag: Tag, entry: Entry) -> HttpResponse:
        form = RuleForm(tag, entry, request.POST)
        if not form.is_valid():
            return self._form_page(request, tag, form)
        by, is_ambiguous = editor(request), form.cleaned_data["is_ambiguous"]
        try:
            trial = begin(tag, form.lines, is_ambiguous=is_ambiguous, by=by)
        except TrialError as error:
            form.add_error(None, f"Not tried: {error}.")
            return self._form_page(request, tag, form)
        try:
            _compute_here(trial)
        except TooMuchError:
            RuleTrial.objects.filter(pk=trial.pk).update(state=State.WAITING)
            tasks.try_rule.enqueue(trial.pk)
        return HttpResponseRedirect(address_of(trial))

    def _form_page(self, request: HttpRequest, tag: Tag, form: RuleForm) -> TemplateResponse:
        context = {
            **self._context(request, tag, "Try a change"),
            "form": form,
            "lines": [form[name] for name in form.names],
            "help_line": "Change the rule, and see which articles would move before anything is saved. "
            "A line that stays as it is means what it meant.",
        }
        return TemplateResponse(request, "admin/articles/rule_lab.html", context)

    def _context(self, request: HttpRequest, tag: Tag, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "help_line": HELP,
            "subtitle": str(tag),
            "opts": self.opts,
            "tag": tag,
            "may_try": may_try(request),
            "here": reverse("admin:articles_tag_try", args=[tag.pk]),
        }

    # --- What it would do ----------------------------------------------------------------------------

    def _state(self, trial: RuleTrial) -> dict[str, Any]:
        here = address_of(trial)
        return {
            "trial": trial,
            "here": here,
            "is_live": trial.is_busy,
            "is_silent": trial.is_silent,
            "state_url": f"{here}&part=state",
        }

    def _trial_page(self, request: HttpRequest, tag: Tag, trial: RuleTrial) -> TemplateResponse:
        counts = trial.result.get("tags", {})
        own = counts.get(str(tag.pk), {})
        is_saved = _is_saved(trial)
        context = {
            **self._context(request, tag, "What the change did" if is_saved else "What the change would do"),
            **({"help_line": SAVED_HELP} if is_saved else {}),
            **self._state(trial),
            "is_saved": is_saved,
            "changes": _changes(tag, trial),
            "own": [(_words_of(trial)[kind], own.get(kind, 0)) for kind in Move if kind not in AGAINST],
            "groups": list(_groups(trial, tag)) if trial.result else [],
            "others": _others(trial, tag),
            "result": trial.result,
            "against": trial.result.get("against", 0),
            "may_save": self.has_change_permission(request, tag),
            "save_url": reverse("admin:articles_tag_save_rule", args=[tag.pk]),
            "change_set": trial.change_set and link_to(trial.change_set),
        }
        return TemplateResponse(request, "admin/articles/rule_lab_result.html", context)

    def _list_page(self, request: HttpRequest, tag: Tag, trial: RuleTrial) -> TemplateResponse:
        kind, of = request.GET["list"], request.GET.get("of", "")
        if kind not in set(Move) or not (is_id(of) or not of):
            raise Http404
        rows = trial.moves.filter(kind=kind)
        if of:
            rows = rows.filter(tag=int(of))
        page = Paginator(rows.order_by("pk"), LISTED).get_page(request.GET.get("page"))
        context = {
            **self._context(request, tag, f"Articles: {_words_of(trial)[Move(kind)]}"),
            **({"help_line": SAVED_HELP} if _is_saved(trial) else {}),
            "is_saved": _is_saved(trial),
            "moved_tag": Tag.objects.filter(pk=of).first() if of else None,
            "trial_url": address_of(trial),
            "list_url": address_of(trial, list=kind, of=of),
            "is_against": kind in AGAINST,
            "page": page,
            "rows": _listed(page.object_list),
        }
        return TemplateResponse(request, "admin/articles/rule_lab_list.html", context)

    # --- Saving --------------------------------------------------------------------------------------

    def save_rule_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put a tried rule in force, and have its articles tagged again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        tag = self._tag(request, object_id)
        if not self.has_change_permission(request, tag):
            raise PermissionDenied
        trial = _trial(tag, request.POST.get("trial", ""))
        is_large = trial.found_count > SAVED_HERE
        try:
            with transaction.atomic():
                act = save(
                    trial,
                    by=editor(request),
                    reason=request.POST.get("reason", ""),
                    is_override="override" in request.POST,
                )
                if is_large:
                    tasks.follow_rule.enqueue(trial.pk, str(editor(request)))
                else:  # a worker sees to it should this process die below; else it finds nothing to do
                    working.again_later(tasks.follow_rule, trial.pk, str(editor(request)))
        except (TrialError, ImportBusyError) as error:
            self.message_user(request, f"Nothing was saved: {error}.", messages.ERROR)
            return HttpResponseRedirect(address_of(trial))
        self.message_user(request, f"Saved as {act}; undoing that act brings the former rule back.")
        if not is_large:
            self._follow(request, RuleTrial.objects.get(pk=trial.pk))
        return HttpResponseRedirect(address_of(trial))

    def _follow(self, request: HttpRequest, trial: RuleTrial) -> None:
        try:
            done = follow(trial, by_name=str(editor(request)))
        except (ImportBusyError, RetagError):
            return  # the task asked for with the act tries again, and the page says how far it is
        sync.catch_up(wait_seconds=0)
        self.message_user(
            request, f"{done.article_count:,} articles tagged again, {done.changed_count:,} changed."
        )


def may_try(request: HttpRequest) -> bool:
    """Return whether this person may have rules tried: whoever decides on tags, for it is work."""
    return request.user.has_perm("articles.change_tagging")


def _compute_here(trial: RuleTrial) -> None:
    """Find out what a trial does while its editor waits; raise TooMuchError if that takes too long.

    One at a time: each takes a process for each core.
    """
    busy = RuleTrial.objects.filter(state__in=(State.LOOKING, State.TAGGING)).exclude(pk=trial.pk)
    if any(not one.is_silent for one in busy[:10]):
        raise TooMuchError
    compute(trial, budget=Budget())


def _trial(tag: Tag, pk: str) -> RuleTrial:
    rows = RuleTrial.objects.filter(tag=tag).select_related("change_set").defer("article_ids")
    trial = find(rows, pk)
    if trial is None:
        raise Http404("this trial is gone: trials that nobody saved are kept for a day")
    return trial


def address_of(trial: RuleTrial, **more: object) -> str:
    """Return the address of a trial's page."""
    query = {"trial": trial.pk, **{name: value for name, value in more.items() if value}}
    return f"{reverse('admin:articles_tag_try', args=[trial.tag_id])}?{urlencode(query)}"


def _is_saved(trial: RuleTrial) -> bool:
    return trial.state in {State.SAVING, State.SAVED}


def _words_of(trial: RuleTrial) -> dict[Move, str]:
    """Return the ways in which articles move, in words: what would come of saving, or what came of it."""
    return SAVED_KINDS if _is_saved(trial) else KINDS


def _changes(tag: Tag, trial: RuleTrial) -> list[tuple[str, list[str], list[str]]]:
    """Return what was typed anew: label of the field, lines that come, lines that go."""
    if _is_saved(trial):
        return []
    entry = entry_of(tag)
    rule = write_rule(entry)
    found = []
    for name, text in trial.lines.items():
        old, new = (
            rule.get(name, "").splitlines(),
            [line.strip() for line in text.splitlines() if line.strip()],
        )
        come, gone = [one for one in new if one not in old], [one for one in old if one not in new]
        if come or gone:
            found.append((FIELDS[name][0], come, gone))
    if trial.is_ambiguous != entry.is_ambiguous:
        words = "its names are ambiguous"
        found.append(("Record", [words] if trial.is_ambiguous else [], [] if trial.is_ambiguous else [words]))
    return found


def _groups(trial: RuleTrial, tag: Tag) -> Iterable[Group]:
    """Yield the ways in which articles would move, contradictions first, with a sample of each."""
    sampled: dict[str, list[TrialMove]] = {}
    for move in trial.moves.filter(is_sampled=True).order_by("pk"):
        sampled.setdefault(move.kind, []).append(move)
    rows = iter(_listed([move for kind in sampled for move in sampled[kind]]))
    shown = {kind: [next(rows) for _ in moves] for kind, moves in sampled.items()}
    counts = trial.result["tags"]
    for kind in (*AGAINST, Move.GAINED, Move.LOST, Move.MAIN, Move.MENTIONED):
        is_against = kind in AGAINST
        of = counts if is_against else {str(tag.pk): counts.get(str(tag.pk), {})}
        if count := sum(one.get(kind, 0) for one in of.values()):
            address = address_of(trial, list=kind.value, of="" if is_against else tag.pk)
            yield Group(kind.value, _words_of(trial)[kind], count, shown.get(kind, []), address, is_against)


def _others(trial: RuleTrial, tag: Tag) -> list[tuple[Tag, list[tuple[int, str]]]]:
    """Return the other tags that would move, those in most articles first: how many in which way."""
    kinds = (Move.GAINED, Move.LOST, Move.MAIN, Move.MENTIONED)
    counts = {
        int(pk): [one.get(kind, 0) for kind in kinds]
        for pk, one in trial.result.get("tags", {}).items()
        if int(pk) != tag.pk
    }
    ranked = sorted((pk for pk in counts if any(counts[pk])), key=lambda pk: (-sum(counts[pk]), pk))
    tags = Tag.objects.in_bulk(ranked[:OTHERS_SHOWN])
    return [
        (
            tags[pk],
            [
                (count, address_of(trial, list=kind.value, of=pk) if count else "")
                for kind, count in zip(kinds, counts[pk], strict=True)
            ],
        )
        for pk in ranked[:OTHERS_SHOWN]
        if pk in tags
    ]


def _listed(moves: Iterable[TrialMove] | QuerySet[TrialMove]) -> list[Listed]:
    """Return the moves as tables show them, in their order."""
    wanted = [move.pk for move in moves]
    rows = TrialMove.objects.select_related("article__outlet", "tag").in_bulk(wanted)
    judged = [rows[pk] for pk in wanted if pk in rows and rows[pk].kind in AGAINST]
    decisions = {
        (one.article_id, one.tag_id): one
        for one in Tagging.objects.filter(
            article__in={move.article_id for move in judged}, tag__in={move.tag_id for move in judged}
        ).select_related("decided_by")
    }
    return [_one_listed(rows[pk], decisions) for pk in wanted if pk in rows]


def _one_listed(move: TrialMove, decisions: Mapping[tuple[int, int], Tagging]) -> Listed:
    article = move.article
    decision = decisions.get((move.article_id, move.tag_id))
    words = ""
    if move.kind in AGAINST:
        verb = "rejected" if move.kind == Move.UNREJECTED else "confirmed"
        who = show_decision(decision) if decision and decision.decided_at else "an editor"
        words = f"{move.tag}: {verb} by {who}"
    return Listed(
        link_to(article),
        str(article.outlet or ""),
        str(article.published_on.year) if article.published_on else "undated",
        show_words(article, move.mentions, kind=move.tag.kind, shown=SENTENCES),
        move.is_due,
        words,
    )
