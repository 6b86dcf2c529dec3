"""Commands of the contacts floor."""
