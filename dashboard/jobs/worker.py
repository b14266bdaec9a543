"""The worker: claims queued jobs and keeps the house meanwhile."""

from __future__ import annotations

import asyncio
import logging

import procrastinate

from dashboard.jobs.run import run_job
from dashboard.jobs.upkeep import Upkeep
from database.queue import QUEUE, TASK, conninfo

logger = logging.getLogger(__name__)


def queue_app(address: str) -> procrastinate.App:
    """Make the queue's application with its one task, over the application role's address."""
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=address, min_size=1, max_size=3)
    )

    @app.task(name=TASK, queue=QUEUE)
    def run(job_id: int) -> None:
        run_job(job_id)

    return app


def work(*, concurrency: int = 2, until_empty: bool = False) -> None:
    """Claim and run jobs until SIGINT or SIGTERM, or until the queue is empty."""
    upkeep = Upkeep()
    upkeep.start()
    try:
        # One at a time when emptying: a job that waits for another's lock looks like an empty queue.
        asyncio.run(_claim(1 if until_empty else concurrency, until_empty=until_empty))
    finally:
        upkeep.stop()


async def _claim(concurrency: int, *, until_empty: bool) -> None:
    app = queue_app(conninfo())
    async with app.open_async():
        await app.run_worker_async(
            queues=[QUEUE],
            name="vigie",
            concurrency=concurrency,
            wait=not until_empty,
            fetch_job_polling_interval=5.0,
            shutdown_graceful_timeout=5.0,
            update_heartbeat_interval=5.0,
            stalled_worker_timeout=30.0,
        )
