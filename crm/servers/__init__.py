"""Servers for the tests: the ones the environment names, or throw-away ones that leave nothing behind."""
