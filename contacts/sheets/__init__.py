"""Reading sheets: bytes in, rows with verdicts out; no table of ours is touched here."""
