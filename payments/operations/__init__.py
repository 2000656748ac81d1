"""What staff and machines may do: one verb each, with keyword arguments, refused in plain words."""
