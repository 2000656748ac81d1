"""What staff do about disputes, fraud warnings and reviews."""
