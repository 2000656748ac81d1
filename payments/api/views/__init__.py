"""What each address does: find what the person may see, make one call, show the result."""
