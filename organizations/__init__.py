"""The hotel groups: who they are, their houses, and who works for them."""
