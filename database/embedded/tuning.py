"""What the embedded server is told: memory, connections, time zone, what its log leaves out; a free port."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from database.embedded.cluster import Cluster

MAX_CONNECTIONS: Final = 250
_MIB: Final = 1024 * 1024


def settings(cluster: Cluster) -> dict[str, str | int]:
    """Return what the server is told at every start, beside its address."""
    chosen: dict[str, str | int] = {
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "max_connections": MAX_CONNECTIONS,
        "shared_buffers": f"{max(16, min(1024, _memory() // 4 // _MIB))}MB",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Rows' values stay out of the log: a failing statement is written without itself.
        "log_min_error_statement": "panic",
    }
    libraries = (cluster.binaries.parent / "lib", cluster.binaries.parent / "lib" / "postgresql")
    if any((folder / "pg_stat_statements.so").exists() for folder in libraries):
        chosen["shared_preload_libraries"] = "pg_stat_statements"
    return chosen


def _memory() -> int:
    """Return the bytes of memory that we may use: a container's limit counts."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    given = limit.read_text().strip() if limit.exists() else "max"
    return min(machine, int(given)) if given.isdigit() else machine


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether nobody listens at a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
