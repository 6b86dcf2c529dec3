"""Recorded speech: what a phone recorded becomes plain samples, in a process of its own (C6)."""
