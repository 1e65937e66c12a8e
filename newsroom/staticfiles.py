from whitenoise.storage import CompressedManifestStaticFilesStorage


class NewsroomStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed, compressed static files, with the import statements of our JavaScript modules rewritten."""

    support_js_module_import_aggregation = True
