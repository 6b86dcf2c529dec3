"""Servers: the ones `run` keeps, and for the tests throw-away ones that leave nothing behind."""
