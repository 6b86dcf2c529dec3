"""The doors of the contacts floor: each a sentence: guard, load what this user may see, one deed, answer."""
