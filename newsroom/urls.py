from django.contrib import admin
from django.urls import URLResolver, include, path

from articles.languages import ReaderPrefix
from articles.urls import pages

handler403 = "articles.admin.refusals.not_allowed"
handler404 = "articles.missing.page_not_found"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
    URLResolver(ReaderPrefix(), pages),
]
