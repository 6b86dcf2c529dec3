"""Bringing a sheet in: uploaded sealed, checked row by row, committed in the background, undone while unused."""

from contacts.importing.checking import check, judgement
from contacts.importing.committing import commit
from contacts.importing.landing import hindrance
from contacts.importing.purging import purge_due
from contacts.importing.resuming import claim
from contacts.importing.showing import not_taken, page, reasons_of
from contacts.importing.starting import begin
from contacts.importing.undoing import may_undo, undo
from contacts.importing.uploading import UploadRefused, preview, remap, upload

__all__ = [
    "UploadRefused",
    "begin",
    "check",
    "claim",
    "commit",
    "hindrance",
    "judgement",
    "may_undo",
    "not_taken",
    "page",
    "preview",
    "purge_due",
    "reasons_of",
    "remap",
    "undo",
    "upload",
]
