"""Commands of the audit floor."""
