"""Backups of both sides, closed to a public key, and bringing them back without bringing anybody back."""
