"""Work that outlives a request: its kinds, how a run is recorded, and the worker."""
