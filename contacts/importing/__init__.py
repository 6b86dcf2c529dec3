"""Bringing a sheet in: uploaded sealed, checked row by row, committed in the background, undone while unused."""

from contacts.importing.checking import check
from contacts.importing.committing import commit, undo
from contacts.importing.purging import purge_due
from contacts.importing.uploading import UploadRefused, preview, remap, upload

__all__ = ["UploadRefused", "check", "commit", "preview", "purge_due", "remap", "undo", "upload"]
