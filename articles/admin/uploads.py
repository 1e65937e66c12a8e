"""Uploads on the desk: send clippings, see what importing them would do, import them, watch it happen."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from articles import tasks, working
from articles.admin.desk import ReadOnlyAdmin, editor, link_to
from articles.admin.lists import find, find_or_404, is_id
from articles.admin.sending import ClippingHandler, SentFile
from articles.admin.uploaded import differs, files_done, files_of, in_words, is_outdated, progress
from articles.bodies import body_length
from articles.importing.identity import Outcome
from articles.importing.sources import FEED_SUFFIXES, MAX_BYTES, SUFFIXES
from articles.importing.zips import MAX_TOTAL
from articles.models import Upload
from articles.uploads import uploading
from articles.uploads.receiving import UploadRefusedError, receive

MAY_UPLOAD = "articles.add_importrun"
MAY_DECIDE_FOR_OTHERS = "articles.change_importrun"
LOOKING = ("GET", "HEAD")
BROKEN = (MultiPartParserError, UnreadablePostError, RequestDataTooBig, TooManyFieldsSent)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    help_line = (
        "Clippings sent through the desk. Each upload is checked first; nothing is in the archive until "
        "somebody presses Import. The files are kept with the import."
    )
    change_form_template = "admin/articles/upload.html"
    list_display = ("__str__", "sent_by_name", "sent_at", "state", "file_count")
    sortable_by = ()
    list_filter = ("state",)
    fields = ("sent_by_name", "sent_at", "state")
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of sending, acting and downloading, and Django's."""
        wrap = self.admin_site.admin_view
        # Who may not upload, and what is too long, is refused before the body is read, where Django would
        # look for its token first.
        add = csrf_exempt(wrap(csrf_exempt(self.send_view)))
        return [
            path("add/", add, name="articles_upload_add"),
            path("<path:object_id>/check/", wrap(self.check_view), name="articles_upload_check"),
            path("<path:object_id>/import/", wrap(self.import_view), name="articles_upload_import"),
            path("<path:object_id>/discard/", wrap(self.discard_view), name="articles_upload_discard"),
            path("<path:object_id>/live/", wrap(self.live_view), name="articles_upload_live"),
            path("<path:object_id>/file/", wrap(self.file_view), name="articles_upload_file"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may send clippings: uploading is adding an import."""
        return bool(request.user.has_perm(MAY_UPLOAD))

    # --- Sending ----------------------------------------------------------------------------------------

    def send_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form; take what was sent, unless it is beyond the limits."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._form(request)
        length = body_length(request)
        if length > settings.UPLOAD_MB * 1_000_000:
            complaint = (
                f"An upload may have {settings.UPLOAD_MB} MB, and {length / 1e6:,.0f} MB were sent. "
                "Send it in several parts, or as a zip."
            )
            return self._form(request, complaint, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        request.upload_handlers = [ClippingHandler(request)]
        try:
            _ = request.POST  # reads it all
        except TooManyFilesSent:
            complaint = (
                f"An upload may have {settings.UPLOAD_FILES:,} files, and more were sent. "
                "Send them in several uploads."
            )
            return self._form(request, complaint, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except BROKEN:
            complaint = "What was sent broke off or is no form, so nothing was kept. Send it again."
            return self._form(request, complaint, HTTPStatus.BAD_REQUEST)
        return self._received(request)

    @method_decorator(csrf_protect)
    def _received(self, request: HttpRequest) -> HttpResponse:
        sent = [one.sent for one in request.FILES.getlist("files") if isinstance(one, SentFile)]
        if not sent:
            return self._form(request, "No file was sent. Choose the clippings, or a zip of them.")
        try:
            upload = receive(
                sent,
                by=editor(request),  # type: ignore[arg-type]  # our users are Django's
                then=lambda upload: tasks.check_upload.enqueue(upload.pk),
            )
        except UploadRefusedError as error:
            return self._form(request, str(error), HTTPStatus.BAD_REQUEST)
        return _to(upload)

    def _form(
        self, request: HttpRequest, complaint: str = "", status: HTTPStatus = HTTPStatus.OK
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Upload clippings",
            "opts": self.opts,
            "help_line": "Choose clippings, a zip of them, or a saved feed. They are checked first; you "
            "decide afterwards.",
            "complaint": complaint,
            "suffixes": sorted(SUFFIXES),
            "feed_suffixes": sorted(FEED_SUFFIXES),
            "accepted": ",".join([*sorted(SUFFIXES), *sorted(FEED_SUFFIXES), ".zip"]),
            "limit_mb": settings.UPLOAD_MB,
            "limit_bytes": settings.UPLOAD_MB * 1_000_000,
            "limit_files": settings.UPLOAD_FILES,
            "limit_unpacked_mb": MAX_TOTAL // 1_000_000,
            "limit_file_mb": MAX_BYTES // 1_000_000,
            "keep_days": settings.UPLOAD_KEEP_DAYS,
        }
        return TemplateResponse(request, "admin/articles/upload_form.html", context, status=status)

    # --- The page of one upload -------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Return the page of an upload: how far it is, and what the check found."""
        upload = find(Upload.objects, object_id)
        context = self._page(request, upload) if upload else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def live_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the part of that page that changes while something is under way."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in LOOKING:
            return HttpResponseNotAllowed(LOOKING)
        upload = find_or_404(Upload.objects, object_id)
        context = self._page(request, upload)
        return TemplateResponse(request, "admin/articles/_upload.html", context)

    def _page(self, request: HttpRequest, upload: Upload) -> dict[str, object]:
        run = upload.runs.order_by("-pk").first()
        expected = uploading.expected(upload)
        may_decide = may_act(request, upload)
        is_idle = not upload.is_busy or upload.is_silent
        was_checked = upload.checked_at is not None
        is_imported = upload.state == Upload.State.IMPORTED
        outcomes = [outcome for outcome, count in expected.items() if count]
        has_no_article = upload.state == Upload.State.CHECKED and outcomes == [Outcome.SKIPPED]
        may_import = may_decide and is_idle and was_checked
        was_undone = run is not None and not upload.is_busy and uploading.was_undone(upload)
        return {
            "upload": upload,
            "run": run,
            "run_link": link_to(run) if run else "",
            "progress": progress(upload, run),
            "waits": upload.is_busy and upload.began_at is None,
            "worker_remark": working.remark() if upload.is_busy else "",
            "title": str(upload).capitalize(),
            "subtitle": None,
            "expected": in_words(expected),
            "came_out": in_words(files_done(run)) if is_imported and run else [],
            "differs": bool(is_imported and run and not run.is_forced and differs(expected, run)),
            "was_undone": was_undone,
            "to_decide": uploading.waiting_count(upload),
            "is_imported": is_imported,
            "is_outdated": was_checked and not is_imported and is_outdated(upload),
            "may_check": may_decide and is_idle and not is_imported and run is None,
            "has_no_article": has_no_article,
            "may_import": may_import and not has_no_article and (was_undone or not is_imported),
            "is_again": run is not None or upload.state == Upload.State.IMPORTING,
            "may_discard": may_decide and is_idle and run is None,
            "may_download": self.has_add_permission(request),
            **files_of(request, upload),
        }

    # --- Acting -----------------------------------------------------------------------------------------

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Check an upload again."""
        return self._act(request, object_id, self._check)

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have an upload imported."""
        return self._act(request, object_id, self._import)

    def discard_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Remove an upload that was never imported."""
        return self._act(request, object_id, self._discard)

    def _act(
        self, request: HttpRequest, object_id: str, act: Callable[[HttpRequest, Upload], HttpResponse]
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            upload = find_or_404(Upload.objects, object_id)
            if not may_act(request, upload):
                raise PermissionDenied
            return act(request, upload)

    def _check(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        if not upload.runs.exists() and uploading.start_check(upload):
            tasks.check_upload.enqueue(upload.pk)
        else:
            self.message_user(request, "It is being checked or imported already.", messages.WARNING)
        return _to(upload)

    def _import(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        if uploading.start_import(upload):
            tasks.import_upload.enqueue(upload.pk, editor(request).pk)
        else:
            self.message_user(request, "It is being imported, or was imported, already.", messages.WARNING)
        return _to(upload)

    def _discard(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        name = str(upload)
        if not uploading.discard(upload):
            self.message_user(request, "What was imported is kept with its import.", messages.WARNING)
            return _to(upload)
        self.message_user(request, f"{name.capitalize()} was discarded.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:articles_upload_changelist"))

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the ``n``-th file as it was sent, to be saved: nothing in it is ever shown as a page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in LOOKING:
            return HttpResponseNotAllowed(LOOKING)
        upload, place = find_or_404(Upload.objects, object_id), request.GET.get("n", "")
        if not is_id(place):
            raise Http404
        file = upload.files.filter(position=place).first()
        if file is None or file.content is None:
            raise Http404
        response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(True, file.name.rpartition("/")[2])
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


def _to(upload: Upload) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:articles_upload_change", args=[upload.pk]))


def may_act(request: HttpRequest, upload: Upload) -> bool:
    """Return whether this person may decide on an upload: on their own, and those who undo imports on any."""
    if not request.user.has_perm(MAY_UPLOAD):
        return False
    return upload.sent_by_id == request.user.pk or bool(request.user.has_perm(MAY_DECIDE_FOR_OTHERS))
