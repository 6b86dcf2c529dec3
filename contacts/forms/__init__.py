"""The forms of the contacts floor: every bad input gets a sentence."""
