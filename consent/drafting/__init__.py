"""Notices in the making: written, checked, compared, proposed by one and published by another (B1 to B8)."""
