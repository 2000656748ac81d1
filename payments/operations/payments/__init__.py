"""What staff may do about payments."""
