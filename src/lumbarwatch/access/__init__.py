"""Who may reach pages, API and sockets."""
