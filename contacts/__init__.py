"""Floor 5: the people we know by name, how they came to us, how we reach them, how they leave."""
