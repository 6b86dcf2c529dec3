"""A sheet is no oracle: rows that try out what a mask hides get no answer about the book."""

from collections import Counter
from collections.abc import Iterable

from contacts.sheets.verdict import RowVerdict
from vault import masks

# Of 50,000 people of one city about eight share a mask; whoever tries out the middle digits needs thousands.
CROWD = 20


def refuse(verdicts: Iterable[RowVerdict], seen: "Counter[str]") -> None:
    """Refuse, before anything is compared, every row whose number shares its mask with too many others.

    `seen` counts the masks of the sheet's rows so far; this batch is added to it.
    """
    ready = [verdict for verdict in verdicts if verdict.status == "ready"]
    seen.update(masks.mask_number(number.digits) for verdict in ready for number in verdict.numbers)
    for verdict in ready:
        if any(seen[masks.mask_number(number.digits)] > CROWD for number in verdict.numbers):
            verdict.status, verdict.reason = "refused", "guess"
