"""Live components: an ES module and a stylesheet each."""
