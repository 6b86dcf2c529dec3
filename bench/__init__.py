"""What Yunnuo's promises cost: each deed beside the same deed over plain tables, in one run, as a ratio."""
