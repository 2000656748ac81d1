"""A hotel's money through Stripe: events in, the truth of each booking out. See README.md."""
