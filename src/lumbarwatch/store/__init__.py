"""Recordings and history on disk."""
