"""Ctrl-C stops within a second, whatever runs."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from scenarios.cli.shared import asked_language
from scenarios.messages import say

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the number of the signal."""
GRACE = 0.5
"""Seconds to close files and connections in good order."""


class _Stopped(BaseException):
    """Ctrl-C; no kind of KeyboardInterrupt, which libraries answer in ways of their own."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Within the block, Ctrl-C ends the program with a short message and exit code 130.

    The block unwinds first, so that files are whole or not there. Compiled code does not let it until it is
    done, nor do threads that work: after :data:`GRACE` seconds the program ends all the same.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals: list[int] = []

    def stop(number: int, frame: object) -> NoReturn:
        signals.append(number)
        raise _Stopped

    told, heard = socket.socketpair()
    told.setblocking(False)
    threading.Thread(target=_watch, args=(heard,), daemon=True).start()
    handler = signal.signal(signal.SIGINT, stop)
    before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    try:
        yield
    except BaseException:  # compiled modules turn _Stopped into errors of their own
        if not signals:
            raise
    finally:
        signal.set_wakeup_fd(before)
        signal.signal(signal.SIGINT, handler)
        told.close()
    if signals:
        _end()


def _watch(heard: socket.socket) -> None:
    """End the program some time after a signal; end when there will be none."""
    with heard:
        while number := heard.recv(1):
            if number[0] == signal.SIGINT:
                threading.Event().wait(GRACE)
                _end()


def _end() -> NoReturn:
    """End without waiting for threads."""
    show_cursor = "\x1b[?25h" if sys.stderr.isatty() else ""
    os.write(2, f"{show_cursor}{say('stopped', asked_language(sys.argv))}\n".encode(errors="replace"))
    os._exit(STOPPED)
