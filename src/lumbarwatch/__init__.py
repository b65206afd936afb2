"""lumbarwatch: pelvic tilt and lumbar extension through every rep of a hip thrust."""

__version__ = "0.1.0"
