"""The person's own page: who may enter, what it shows, what can be done there, and a copy to take away (K1, K6)."""
