"""PostgreSQL of our own, run from packaged binaries under VIGIE_HOME."""

from database.embedded.binaries import find_binaries
from database.embedded.cluster import Cluster
from database.embedded.lifecycle import reached, running
from database.embedded.record import Coordinates

__all__ = ["Cluster", "Coordinates", "find_binaries", "reached", "running"]
