"""The keys' way from their making to their end, on record; and what their successors ask of the people's values."""
