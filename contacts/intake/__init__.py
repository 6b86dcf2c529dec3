"""How people come in: by their own phone, by an advisor's quick note, by a sheet."""
