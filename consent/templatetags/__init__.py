"""Template tags of the consent floor."""
