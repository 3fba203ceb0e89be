"""What is done and shown: actions, the JSON API, pages, interop, the command line."""
