"""One-time codes at the desk: after the password, six digits from an authenticator app, or a recovery code.

Only loaded where `ONE_TIME_CODES` is on; then nobody opens a page of the desk without a code.  Whoever has
none sets one up after the first login.  A code that failed makes its device wait 1, 2, 4 ... seconds.
"""

from __future__ import annotations

import math
import time
from base64 import b32encode
from collections.abc import Callable
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django_otp import login as verify_session
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from newsroom.admin import DeskPage, NewsroomAdminSite

DIGITS = 6
LONGEST = 40  # characters of what somebody types as a code
RECOVERY_CODES = 10
NEW_KEY = "new_code_key"  # in the session, until a first code proves that the app has it

type Device = TOTPDevice | StaticDevice
type View = Callable[[HttpRequest], HttpResponse]


class CodedAdminSite(NewsroomAdminSite):
    """The desk behind one-time codes."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        listed = {"label": "One-time codes", "group": "People"}
        self.pages.append(DeskPage("code_people", "code/people/", self.people, "auth.change_user", **listed))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:  # noqa: ANN401  # as Django's
        """Leave out the tables of the library: their pages show everybody's keys."""
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        ours = [model for model in models if not model._meta.app_label.startswith("otp_")]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether whoever asks is on the staff and gave a code in this session."""
        return super().has_permission(request) and _is_verified(request)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the pages of codes, which ask for no code themselves, and all others."""
        own = [
            path("code/", self._for_staff(self.enter), name="code"),
            path("code/new/", self._for_staff(self.enrol), name="code_new"),
            path("code/recovery/", self.admin_view(self.renew_recovery), name="code_recovery"),
        ]
        return [*own, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let people in by their password; who is in by that alone is asked for a code next."""
        if request.method == "GET" and self._lacks_code(request):
            target = request.GET.get(REDIRECT_FIELD_NAME, "")
            return redirect_to_login(target, reverse("admin:code"))
        return super().login(request, extra_context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the desk shows, with the way to one's codes."""
        return {**super().each_context(request), "codes_url": reverse("admin:code_new")}

    def _lacks_code(self, request: HttpRequest) -> bool:
        return NewsroomAdminSite.has_permission(self, request) and not _is_verified(request)

    def _for_staff(
        self, view: Callable[[HttpRequest], HttpResponse]
    ) -> Callable[[HttpRequest], HttpResponse]:
        """Return a view for people on the staff who may still lack a code; nobody keeps its pages."""

        def guarded(request: HttpRequest) -> HttpResponse:
            if not NewsroomAdminSite.has_permission(self, request):
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            return view(request)

        return never_cache(guarded)

    # --- The code of a login ------------------------------------------------------------------------------

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code; who has set none up is led there."""
        target = _target(request)
        if _is_verified(request):
            return HttpResponseRedirect(target)
        if not has_codes(_person(request)):
            return redirect_to_login(target, reverse("admin:code_new"))
        complaint = ""
        if request.method == "POST":
            device, complaint = check(_person(request), request.POST.get("code", ""))
            if device is not None:
                _let_in(request, device)
                if isinstance(device, StaticDevice):
                    left = device.token_set.count()
                    messages.warning(request, f"That recovery code is used up; {left} are left.")
                return HttpResponseRedirect(target)
        return self._page(request, "admin/code.html", "One-time code", complaint=complaint)

    # --- Setting codes up ---------------------------------------------------------------------------------

    def enrol(self, request: HttpRequest) -> HttpResponse:
        """Show a new key until a code of it was given, then the recovery codes, once."""
        person = _person(request)
        if has_codes(person) and not _is_verified(request):
            # A password alone must not be enough to put another phone in place of the right one.
            return redirect_to_login(_target(request), reverse("admin:code"))
        key = request.session.setdefault(NEW_KEY, random_hex(20))
        device = TOTPDevice(user=person, key=key, name="authenticator", confirmed=True)
        complaint = ""
        if request.method == "POST":
            if _proves(device, request.POST.get("code", "")):
                codes = _keep(device)
                del request.session[NEW_KEY]
                _let_in(request, device)
                return self._page(
                    request, "admin/code_recovery.html", "Recovery codes", codes=codes, next=_target(request)
                )
            complaint = "The app shows another code for this key. Check the clock of the phone."
        return self._page(
            request, "admin/code_new.html", "Set up one-time codes",
            complaint=complaint,
            key=_in_fours(b32encode(bytes.fromhex(key)).decode()),
            uri=device.config_url,
            picture=segno.make(device.config_url).svg_data_uri(scale=5, light="#fff", border=4),
            recovery_count=StaticToken.objects.filter(device__user=person.pk).count(),
            is_replacing=has_codes(person),
        )  # fmt: skip

    def renew_recovery(self, request: HttpRequest) -> HttpResponse:
        """Make new recovery codes, and show them once; the former ones are worth nothing then."""
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:code_new"))
        codes = _new_recovery(_person(request))
        return self._page(
            request, "admin/code_recovery.html", "Recovery codes", codes=codes, next=reverse("admin:index")
        )

    def people(self, request: HttpRequest) -> HttpResponse:
        """Show an administrator who has set codes up, and take them away from who has lost the phone."""
        if not _person(request).is_superuser:  # type: ignore[attr-defined]  # Django's own user has it
            raise PermissionDenied
        if request.method == "POST":
            return self._take_away(request)
        devices = TOTPDevice.objects.select_related("user").order_by("user__username")
        return self._page(request, "admin/code_people.html", "One-time codes of people", devices=devices)

    def _take_away(self, request: HttpRequest) -> HttpResponse:
        name = request.POST.get("name", "")
        person = get_user_model()._default_manager.filter(username=name).first() if "\0" not in name else None
        if person is not None and take_codes(person):
            messages.success(request, f"{person} has no codes any more, and sets up new ones at next login.")
        else:
            messages.warning(request, "Nobody of this name has codes. Nothing was changed.")
        return HttpResponseRedirect(reverse("admin:code_people"))

    def _page(self, request: HttpRequest, template: str, title: str, **context: object) -> TemplateResponse:
        around = self.each_context(request)
        if not _is_verified(request):
            around |= {"available_apps": [], "is_nav_sidebar_enabled": False, "codes_url": ""}
        around |= {"title": title, "next": _target(request), "longest": LONGEST, **context}
        return TemplateResponse(request, template, around, headers={"Cache-Control": "no-store"})


# --- Codes of a person ------------------------------------------------------------------------------------


def has_codes(person: AbstractBaseUser) -> bool:
    """Return whether a person has set codes up."""
    return bool(TOTPDevice.objects.filter(user=person.pk, confirmed=True).exists())


def check(person: AbstractBaseUser, typed: str) -> tuple[Device | None, str]:
    """Return the device whose code this is, else None and what to say.

    Six digits are tried on the authenticator only, all else on the recovery codes only: each waits for its
    own failures.  A code that was used is worth nothing afterwards.
    """
    code = _typed(typed)
    model = TOTPDevice if len(code) == DIGITS and code.isdecimal() else StaticDevice
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=person.pk, confirmed=True).first()
        if device is None:
            return None, "That code is not right."
        may_try, why = device.verify_is_allowed()
        if not may_try:
            seconds = max(math.ceil((why["locked_until"] - timezone.now()).total_seconds()), 1)
            wait = f"{seconds:,} second{pluralize(seconds)}"
            return None, f"Too many codes were wrong. Wait {wait}, then try again."
        if device.verify_token(code):
            return device, ""
    return None, "That code is not right, or was used already."


def take_codes(person: AbstractBaseUser) -> bool:
    """Take a person's codes away, so that they set up new ones; return whether there were any."""
    with transaction.atomic():
        rows = [model.objects.filter(user=person.pk) for model in (TOTPDevice, StaticDevice)]
        counts: list[int] = [found.delete()[0] for found in rows]
    return any(counts)


def _proves(device: TOTPDevice, typed: str) -> bool:
    """Return whether this is a code of a device that is not stored yet; it is worth nothing afterwards."""
    code = _typed(typed)
    clock = TOTP(device.bin_key, step=device.step, t0=device.t0, digits=device.digits)
    clock.time = time.time()
    if not (code.isdecimal() and len(code) == DIGITS and clock.verify(int(code), device.tolerance)):
        return False
    device.drift, device.last_t = clock.drift, clock.t()
    return True


def _keep(device: TOTPDevice) -> list[str]:
    """Store a device in place of a former one, and return new recovery codes."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=device.user).delete()
        device.save()
        return _new_recovery(device.user)


def _new_recovery(person: AbstractBaseUser) -> list[str]:
    with transaction.atomic():
        StaticDevice.objects.filter(user=person.pk).delete()
        device = StaticDevice.objects.create(user_id=person.pk, name="recovery")
        codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


# --- What a request says ----------------------------------------------------------------------------------


def _person(request: HttpRequest) -> AbstractBaseUser:
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied("the desk lets nobody in who is not logged in")
    return request.user


def _is_verified(request: HttpRequest) -> bool:
    return getattr(request.user, "otp_device", None) is not None


def _let_in(request: HttpRequest, device: Device) -> None:
    """Note in the session that a code was given; the key that the password alone had is dead then."""
    request.session.cycle_key()
    verify_session(request, device)


def _typed(code: str) -> str:
    """Return a code as it is stored, without spaces and capitals; nothing if it can be none."""
    plain = "".join(code[:LONGEST].split()).replace("-", "").lower()
    return plain if plain.isascii() and plain.isalnum() else ""


def _in_fours(key: str) -> str:
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _target(request: HttpRequest) -> str:
    """Return where to go afterwards: an address of this site, else the index."""
    asked = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else reverse("admin:index")
