"""What a server settles before it opens its library."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

THREADS = """
import ctypes, sys, threading
from agent.faces.opening import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
libc, gate, held = ctypes.CDLL(None), threading.Barrier(9), []
libc.fopen.restype = ctypes.c_void_p
def work():
    held.append(bytes(20_000))
    gate.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
gate.wait()
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w")))
libc.fflush(None)
print(open(sys.argv[2]).read().count("<heap nr"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no heaps of threads elsewhere")
def test_the_threads_of_a_server_share_two_heaps(tmp_path: Path) -> None:
    def heaps(kind: str) -> int:
        typed = [sys.executable, "-c", THREADS, kind, f"{tmp_path}/{kind}.xml"]
        return int(subprocess.run(typed, capture_output=True, text=True, check=True).stdout)

    assert heaps("shared") <= 2 < heaps("own")
