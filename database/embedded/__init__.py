"""PostgreSQL of our own, run from packaged binaries under VIGIE_HOME."""
