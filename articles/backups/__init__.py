"""One file that holds a whole archive: made while others write, checked without touching it, put back.

The search index is left out, for the first reader builds it again.  So is the secret key: without it people
log in once more; with it, whoever finds the file could sign in as they.
"""

from articles.backups.container import BackupError, Manifest, read_manifest
from articles.backups.making import make_backup
from articles.backups.restoring import check_backup, migrations_to_apply, restore_backup

__all__ = [
    "BackupError",
    "Manifest",
    "check_backup",
    "make_backup",
    "migrations_to_apply",
    "read_manifest",
    "restore_backup",
]
