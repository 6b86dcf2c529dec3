"""Receipts: what a person agreed to, in forms that other programs read, signed so that anybody can check them (C13, N1, N3)."""
