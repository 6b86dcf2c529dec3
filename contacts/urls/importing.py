"""Addresses of the import."""

from django.urls import path

from contacts.doors import importing

urlpatterns = [
    path("import/", importing.imports, name="imports"),
    path("import/<uuid:pk>/", importing.sheet_page, name="import"),
    path("import/<uuid:pk>/errors/", importing.errors, name="import_errors"),
    path("import/<uuid:pk>/progress/", importing.progress, name="import_progress"),
    path("import/<uuid:pk>/<slug:deed>/", importing.go, name="import_go"),
]
