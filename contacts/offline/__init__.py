"""Events where there is no network: a device seals forms to us and signs them, and hands them in later (C7, ADR 0027)."""
