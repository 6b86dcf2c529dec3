"""Floor 1: keys, sealed values, blind indexes, labels; the only package that imports cryptography."""
