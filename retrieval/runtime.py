"""The one door to onnxruntime: its reports to its maker are off before it is loaded."""

import os
from typing import Any

_OFF = "ORT_DISABLE_TELEMETRY"


def onnxruntime() -> Any:  # noqa: ANN401 - onnxruntime has no types
    """Import onnxruntime, silent, and return it.

    Since 1.29 its official builds write an id of the machine into the user's cache when they are
    loaded, and send what was run, from ten seconds later on. They ask once, while they are loaded,
    whether they may; only the environment is asked, and what it says here holds for the life of the
    process. So it is set first, over whatever stands there, and stays set for processes that this
    one starts. Builds for Windows are asked in a way of their own, once they are loaded.

    It is set here and not when a package is imported: nothing else in the product loads the runtime
    (Chroma would for an embedder of its own, which is never used), and importing changes nothing.
    """
    os.environ[_OFF] = "1"
    import onnxruntime as runtime  # noqa: PLC0415 - a library is listed without it

    runtime.disable_telemetry_events()
    return runtime
