"""The file of an issue on the desk: its text with the lines at fault, a second try, and the correction."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from articles.admin.desk import RecordAdmin, editor
from articles.admin.lists import find_or_404
from articles.admin.retries import retry_one
from articles.importing.decoding import CONTROLS, decode
from articles.importing.ending import ImportFailedError
from articles.importing.excerpts import excerpt
from articles.importing.lock import ImportBusyError
from articles.importing.mending import MAX_WHOLE, MendingError, Part, mended, part_of
from articles.importing.problems import ClippingError
from articles.importing.reopening import Place, Reopened, reopen
from articles.importing.report import Report
from articles.importing.retrying import check_file
from articles.importing.rewriting import RewriteError, add_version, obstacle_to_rewriting, put_back, rewrite
from articles.importing.sources import SourceError
from articles.models import ArticleSource, CorrectedFile, ImportIssue

MAY_RETRY = "articles.add_importrun"  # to import; also to correct a copy, which an upload is
MAY_REWRITE = "articles.change_importrun"  # to write into a folder of the server
ISSUES_SHOWN = 200  # of one file
CHECKED = "check"  # what the form's buttons ask for
SAVED = "save"
DOWNLOADED = "download"


class MendForm(forms.Form):
    """The front matter of a file, or all of it, and which bytes the editor saw."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "file-text"}),
        strip=False,
        required=False,
        max_length=2 * MAX_WHOLE,
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SourceFilePages(RecordAdmin):
    """The pages of an issue that show, try and correct its file."""

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the file read anew, with all that the run said of it."""
        issue = self._issue(request, object_id)
        file = reopen(issue)
        issues = _issues_beside(issue)
        text, is_as_read = _text_of(file)
        lines, rest = excerpt(text, {one.line for one in issues if one.line})
        by_line: dict[int | None, list[ImportIssue]] = {}
        for one in issues:
            by_line.setdefault(one.line, []).append(one)
        context = {
            **self._about(request, issue, file),
            "title": f"{PurePosixPath(issue.path).name}: file and issues",
            "help_line": "The file as it stands now, with the lines at fault marked. "
            "What the run said of it stays with the run.",
            "issues": issues,
            "lines": [(line, by_line.get(line.number, ())) for line in lines],
            "rest": rest,
            "is_as_read": is_as_read,
            "is_changed": bool(file.source and issue.sha256 and file.source.sha256 != issue.sha256),
            "imported": _source_of(issue),
            "corrections": _corrections_of(issue),
        }
        return TemplateResponse(request, "admin/articles/source_file.html", context)

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Import this one file again."""
        issue = self._issue(request, object_id, MAY_RETRY)
        address = _file_page(issue)
        if request.method == "POST":
            file = reopen(issue)
            if file.source is None:
                messages.error(request, f"The file was not tried: {file.reason}.")
            else:
                address = retry_one(request, issue, file.found)
        return HttpResponseRedirect(address)

    def correct_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the front matter in a form; check it, write it where it belongs, or hand it out."""
        issue = self._issue(request, object_id, MAY_RETRY)
        file = reopen(issue)
        try:
            part = _part_of(file)
        except MendingError as error:
            messages.error(request, f"The file cannot be corrected here: {error}.")
            return HttpResponseRedirect(_file_page(issue))
        if request.method != "POST":
            return self._form_page(request, issue, file, part, _form_of(file, part))
        form = MendForm(request.POST)
        if not form.is_valid():
            return self._form_page(request, issue, file, part, form)
        return self._mend(request, issue, file, part, form)

    def _mend(
        self, request: HttpRequest, issue: ImportIssue, file: Reopened, part: Part, form: MendForm
    ) -> HttpResponse:
        """Answer the form: only what an import can read is written anywhere."""
        asked = next((name for name in (SAVED, DOWNLOADED) if name in request.POST), CHECKED)
        if file.source is None or file.source.sha256 != form.cleaned_data["seen"]:
            form.add_error(
                None, "The file changed since it was shown. Open it anew and repeat what you meant."
            )
            return self._form_page(request, issue, file, part, form)
        content = mended(file.source.content, part, form.cleaned_data["text"])
        if asked == DOWNLOADED:
            return _download(issue, content)
        try:
            checked = check_file(issue.run, file.found, content)
        except (ImportBusyError, ImportFailedError) as error:
            form.add_error(None, f"It could not be checked: {error}.")
            return self._form_page(request, issue, file, part, form)
        is_sound = not any(one.level == ImportIssue.Level.ERROR for one in checked.problems)
        if asked == CHECKED or not is_sound:
            return self._form_page(request, issue, file, part, form, checked=checked)
        try:
            self._write(request, issue, file, content)
        except (RewriteError, SourceError) as error:
            form.add_error(None, f"Nothing was saved: {error}. You can download the corrected file instead.")
            return self._form_page(request, issue, file, part, form)
        messages.success(request, "The corrected file was saved; the former one is kept.")
        return HttpResponseRedirect(retry_one(request, issue, reopen(issue).found))

    def _write(self, request: HttpRequest, issue: ImportIssue, file: Reopened, content: bytes) -> None:
        reason = self._obstacle(request, issue, file)
        if reason:
            raise RewriteError(reason)
        seen = file.source.sha256 if file.source else ""
        if file.place is Place.UPLOAD:
            add_version(issue.file, issue.name, issue.run, content, seen=seen, by=editor(request))
        else:
            rewrite(issue, content, seen=seen, by=editor(request))

    def put_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put the bytes back that stood there before the last correction of the file."""
        issue = self._issue(request, object_id, MAY_RETRY)
        if request.method == "POST":
            correction = next(iter(_corrections_of(issue)), None)
            if correction is None:
                raise Http404
            if correction.place == CorrectedFile.Place.FOLDER and not request.user.has_perm(MAY_REWRITE):
                raise PermissionDenied
            try:
                put_back(correction, by=editor(request))
                messages.success(request, "The former file is back. Try it again to import it.")
            except (RewriteError, SourceError) as error:
                messages.error(request, f"Nothing was put back: {error}.")
        return HttpResponseRedirect(_file_page(issue))

    def _issue(self, request: HttpRequest, object_id: str, permission: str = "") -> ImportIssue:
        """Return the issue of a page; refuse who may not look at issues, or lacks the permission."""
        if not self.has_view_permission(request) or (permission and not request.user.has_perm(permission)):
            raise PermissionDenied
        return find_or_404(ImportIssue.objects.select_related("run__retries"), object_id)

    def _about(self, request: HttpRequest, issue: ImportIssue, file: Reopened) -> dict[str, Any]:
        may_retry = request.user.has_perm(MAY_RETRY)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "issue": issue,
            "run": issue.run,
            "file": file,
            "may_retry": may_retry and file.source is not None,
            "may_correct": may_retry and file.source is not None and file.place is not Place.FEED,
            "may_put_back": may_retry and (file.place is Place.UPLOAD or request.user.has_perm(MAY_REWRITE)),
        }

    def _obstacle(self, request: HttpRequest, issue: ImportIssue, file: Reopened) -> str:
        """Return why the corrected file cannot be kept where it lies; nothing if it can."""
        if file.place is Place.UPLOAD:
            return ""
        if file.place is not Place.FOLDER:
            return f"it lies {file.place.value}, which is not written to"
        if not request.user.has_perm(MAY_REWRITE):
            return "it lies in a folder of this server, to which only a librarian may write"
        return obstacle_to_rewriting(issue)

    def _form_page(
        self,
        request: HttpRequest,
        issue: ImportIssue,
        file: Reopened,
        part: Part,
        form: MendForm,
        *,
        checked: Report | None = None,
    ) -> HttpResponse:
        context = {
            **self._about(request, issue, file),
            "title": f"Correct {PurePosixPath(issue.path).name}",
            "help_line": "Change what is wrong, check it, then save. Only a file that can be imported "
            "is saved; the bytes that stood there before are kept.",
            "issues": _issues_beside(issue),
            "form": form,
            "part": part,
            "obstacle": self._obstacle(request, issue, file),
            "checked": checked,
            "outcome": _outcome_of(checked) if checked else "",
        }
        return TemplateResponse(request, "admin/articles/correct_file.html", context)


def _file_page(issue: ImportIssue) -> str:
    return reverse("admin:articles_importissue_file", args=[issue.pk])


def _issues_beside(issue: ImportIssue) -> list[ImportIssue]:
    """Return all that the issue's run said of its file, from the first line to the last."""
    if not issue.file_key:
        return [issue]
    rows = ImportIssue.objects.filter(file_key=issue.file_key, run=issue.run, file=issue.file)
    return list(rows.order_by("line", "pk")[:ISSUES_SHOWN])


def _text_of(file: Reopened) -> tuple[str, bool]:
    """Return the text of a file as the importer reads it; of what is none, what can be shown of its bytes."""
    if file.source is None:
        return "", True
    content = file.source.content
    try:
        return decode(content)[0], True
    except ClippingError:
        text = content.decode("utf-8", "replace").replace("\r\n", "\n")
        return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text), False


def _part_of(file: Reopened) -> Part:
    if file.source is None:
        raise MendingError(file.reason)
    if file.place is Place.FEED:
        raise MendingError("a feed is saved again, not corrected")
    return part_of(file.source.content)


def _form_of(file: Reopened, part: Part) -> MendForm:
    return MendForm(initial={"text": part.text, "seen": file.source.sha256 if file.source else ""})


def _corrections_of(issue: ImportIssue) -> list[CorrectedFile]:
    """Return the corrections of the issue's file, the last one first."""
    rows = CorrectedFile.objects.filter(file_key=ImportIssue.key_of(issue.file), file=issue.file)
    return list(rows.order_by("-pk")[:20])


def _source_of(issue: ImportIssue) -> ArticleSource | None:
    """Return the article's source if the file became an article, in this run or another one."""
    return ArticleSource.objects.filter(path=issue.file).select_related("article", "run").first()


def _outcome_of(checked: Report) -> str:
    return next((outcome.value for outcome, count in checked.counts.items() if count), "")


def _download(issue: ImportIssue, content: bytes) -> HttpResponse:
    """Return the corrected file to be kept, never to be shown by the browser."""
    name = PurePosixPath(issue.path).name or "corrected.md"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": disposition or "attachment"}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)
