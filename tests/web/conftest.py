"""The standard visitors for the tests of the web."""

from tests.visitors import application as application
from tests.visitors import visitors as visitors
