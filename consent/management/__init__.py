"""Commands of the consent floor."""
