"""Parts of the History view, a module for each."""
