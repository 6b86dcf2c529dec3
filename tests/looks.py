"""A reader who opens the evidence of a consent, as the page of the review does by showing it."""

from consent import evidence_files, proofs


def open_all(head, *, by, at):
    """Open every paper and the newest recording that speak for this consent; what cannot be opened is left."""
    for row in [*proofs.papers_of(head), *proofs.recordings_of(head)[-1:]]:
        evidence_files.show(row, by=by, at=at)
