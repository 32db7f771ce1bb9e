"""A process that solves cases: `python -m planner.studies.worker`, started by `planner.studies.processes`.

Reads pickles from its standard input: first the bytes of (instance, options, threads), then jobs, and 'stop' to end the search
that runs. Writes a `Done` for each job to its standard output. Ends with its parent, whose death closes the
input, in the middle of a solve too.
"""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading


def main() -> None:
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    waiting: queue.Queue = queue.Queue()
    stopped = threading.Event()

    def listen() -> None:
        while True:
            try:
                heard = pickle.load(source)
            except Exception:  # noqa: BLE001 (the parent is gone: nobody waits for an answer)
                os._exit(0)
            if heard == "stop":
                stopped.set()
            else:
                waiting.put(heard)

    threading.Thread(target=listen, daemon=True).start()
    instance, options, threads = pickle.loads(waiting.get())

    from planner.studies.session import Session
    from planner.studies.work import attempt
    session = Session(instance, options, stopped.is_set, threads=threads)
    while True:
        job = waiting.get()
        pickle.dump(attempt(session, job), sink, protocol=pickle.HIGHEST_PROTOCOL)
        sink.flush()


if __name__ == "__main__":
    sys.exit(main())
