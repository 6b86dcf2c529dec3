"""Bad input, row by row: what each door answers to what nobody should have sent."""
