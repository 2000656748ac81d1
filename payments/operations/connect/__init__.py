"""Connecting a hotel's Stripe account."""
