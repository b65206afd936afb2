"""The hub process: links, recording, pipeline, feed and control API."""
