"""The consent defence file: what proves one person's consents, in one zip that checks itself offline (O4, PIPL 69)."""
