"""What the figures say. Reads tables only; whose rows they are is for the caller to narrow."""
