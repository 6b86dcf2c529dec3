"""Floor 2: what was done, by whom, and the seal on it."""
