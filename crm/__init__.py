"""The roof: settings, addresses, clock; home pages, demo. Nobody imports it."""
