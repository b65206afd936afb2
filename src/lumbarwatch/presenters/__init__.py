"""Model to chart data and words for the pages."""
