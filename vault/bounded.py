"""Bounds for a process that reads what strangers wrote: little time, little memory, no file, no core. Knows no framework."""

import resource


def limit(*, cpu_seconds: int, memory: int) -> None:
    """Bound this very process for good: processor time in seconds, memory in bytes; it can write no file."""
    wanted = {"CPU": cpu_seconds, "AS": memory, "FSIZE": 0, "CORE": 0}
    for name, most in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))
