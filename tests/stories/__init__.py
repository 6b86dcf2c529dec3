"""Stories through the whole house."""
