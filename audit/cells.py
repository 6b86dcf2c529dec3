"""Cells of a sheet that no spreadsheet takes for a formula (I10)."""

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(cell: object) -> str:
    """The text of a cell, with ' before it where a spreadsheet would otherwise calculate."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(_RISKY) or text.startswith(_RISKY) else text
