"""What follows from what is true: pure, from a merged row to effects. A rule is told the time."""
