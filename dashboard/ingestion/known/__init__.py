"""Layouts of files that people bring: one small module each, listed in `dashboard.ingestion.layouts`."""
