"""Template tags of the contacts floor."""
