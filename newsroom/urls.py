from django.contrib import admin
from django.urls import include, path

handler404 = "articles.missing.page_not_found"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
]
