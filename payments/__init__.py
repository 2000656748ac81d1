"""A hotel's money through Stripe: events in, the truth about each booking out. Start at README.md."""
