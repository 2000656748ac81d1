"""The figures of the README, and how to get them again: `python -m benchmarks`."""
