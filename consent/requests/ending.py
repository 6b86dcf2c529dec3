"""When a stranger's complaint is over: 90 days after its answer, and after a year in any case (K7)."""

from datetime import datetime, timedelta

from consent.models import RightsRequest, StrangersComplaint

UNREAD = timedelta(days=365)  # an answer that was never given: then the words go all the same
READ = timedelta(days=90)  # to read an answer


def count_down(request: RightsRequest, *, at: datetime) -> None:
    """From its answer a stranger has 90 days to read it; inside the transaction of the answer, after its entry."""
    StrangersComplaint.objects.filter(request=request).update(leaves_at=at + READ)
