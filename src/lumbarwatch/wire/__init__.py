"""Byte layouts of each sensor family, both ways, pure."""
