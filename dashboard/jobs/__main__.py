"""`python -m dashboard.jobs`: the worker alone."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from dashboard.config import WebSettings
from dashboard.jobs.worker import work
from database.logs.events import store_logs
from models.errors import UserError


def main() -> int:
    """Work until told to stop; a mistake in the settings is one sentence."""
    argparse.ArgumentParser(prog="python -m dashboard.jobs", description=__doc__).parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The terminal hears what someone should look at; the store of logs has the rest.
    for terminal in logging.getLogger().handlers:
        terminal.setLevel("WARNING")
    try:
        handler = store_logs("worker", level=WebSettings.from_env().log_level)
        work()
    except UserError as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 1
    logging.getLogger("dashboard.jobs").info("worker stopped")
    handler.close()
    return 0


if __name__ == "__main__":
    status = main()
    # What the interpreter would tidy takes seconds with compiled code loaded, while somebody waits.
    os._exit(status)
