"""The demo office: made-up staff, events and people, with a year of history."""

from crm.demo.office import fill, password

__all__ = ["fill", "password"]
