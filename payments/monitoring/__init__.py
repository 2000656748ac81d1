"""What tells whether all is well. Reads tables only; nothing counts as it goes."""
