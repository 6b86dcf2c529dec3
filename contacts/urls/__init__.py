"""The addresses of the contacts floor, one module per area."""
