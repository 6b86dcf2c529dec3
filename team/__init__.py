"""Floor 3: who works here, what they may see, and whether they are fit to see it today."""
