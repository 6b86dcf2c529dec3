"""The words of the notices this house starts with, in Chinese and English."""
