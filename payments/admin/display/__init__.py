"""Pieces of pages: HTML, tables, charts and the words that stand in them."""
