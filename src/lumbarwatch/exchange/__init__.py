"""Files from and for other tools, one module per format."""
