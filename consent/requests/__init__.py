"""People's requests about their own data: taken in, answered or refused, each within its clock (PIPL 44-50)."""
