"""Django's SQLite backend, taught the two functions and the pragmas that the trail needs."""
