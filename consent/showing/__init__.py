"""A published notice as it was shown: a page kept byte for byte, and a form to print, sign and scan back (B11, C7)."""
