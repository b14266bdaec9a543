"""The server around the pages: login, sessions, guards, headers, files; Flask, and nothing of Dash."""
