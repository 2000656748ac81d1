"""Guests as a hotel's Stripe account knows them, and their cards on file."""
