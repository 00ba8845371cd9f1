"""One process that is measured: started, looked at, ended."""

import pathlib
import signal
import subprocess

from .common import BenchError, clean_env, tail
from .measure import cpu_us, memory_peak_kib

STOP_S = 30


class Process:
    """A child in a session of its own, its output in a log file unless
    `pipes` (stdin, stdout) say otherwise. `ends_with` holds the statuses that
    are a good end after SIGTERM."""

    def __init__(self, name, command, log, env=None, ends_with=(0,),
                 **pipes):
        self.name = name
        self.log = pathlib.Path(log)
        self.ends_with = ends_with
        with open(self.log, "wb") as output:
            streams = {"stdin": subprocess.DEVNULL, "stdout": output,
                       "stderr": output, **pipes}
            self.popen = subprocess.Popen(
                [str(word) for word in command], start_new_session=True,
                env=clean_env(**(env or {})), **streams)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def running(self):
        return self.popen.poll() is None

    def cpu_us(self):
        return cpu_us(self.pid)

    def memory_peak_kib(self):
        return memory_peak_kib(self.pid)

    def check(self):
        """Raises when it has ended, and says why."""
        if not self.running:
            raise BenchError(
                f"{self.name} has ended with status {self.popen.returncode}; "
                f"the end of {self.log}:\n{tail(self.log)}")

    def tell(self):
        if self.running:
            self.popen.send_signal(signal.SIGTERM)

    def kill(self):
        if self.running:
            self.popen.kill()
        self.popen.wait()

    def wait(self):
        try:
            status = self.popen.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise BenchError(f"{self.name} did not stop in {STOP_S} s and was "
                             f"killed, see {self.log}") from None
        if status not in self.ends_with:
            raise BenchError(f"{self.name} ended with status {status}; the "
                             f"end of {self.log}:\n{tail(self.log)}")


def stop_all(processes):
    """All of them are told first, then waited for."""
    for process in processes:
        process.tell()
    try:
        for process in processes:
            process.wait()
    finally:
        for process in processes:
            process.kill()
