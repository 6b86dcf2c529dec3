"""Who may what in the database, and whether it is so."""
