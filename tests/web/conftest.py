"""The standard visitors for these tests."""

from tests.visitors import application, visitors

__all__ = ["application", "visitors"]
