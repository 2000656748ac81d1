"""What every list has: whose rows it shows and to whom, its filters and its search."""
