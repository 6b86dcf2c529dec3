"""Floor 4: what was shown, what was agreed, and the gate that asks."""
