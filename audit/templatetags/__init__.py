"""Template tags of the audit floor."""
