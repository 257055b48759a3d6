"""Every target: what reads words, files, requests or answers that others wrote."""

from typing import Final

from tests.fuzz import doors, files, texts
from tests.fuzz.running import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target for target in (*files.TARGETS, *texts.TARGETS, *doors.TARGETS)
}
