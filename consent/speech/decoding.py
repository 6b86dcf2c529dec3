"""Turns what a phone recorded into plain samples in a file of 44 bytes and nothing else: no tag, no place, no picture (C6)."""

import io
import os
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

from consent.speech.child import HEARD
from consent.speech.kinds import LONGEST, RATE, SpeechRefused, kind_of

HOUSE = Path(__file__).resolve().parent.parent.parent
BYTES = 16 * 1024 * 1024
WORDS = ("kind", "damaged", "long", "short", "silent", "heavy")
WAIT = 60  # seconds by the clock on the wall; the child bounds its own processor time


@dataclass(frozen=True)
class Speech:
    """A recording as it is kept: a WAV file, and how long it is in seconds."""

    wav: bytes
    seconds: int


def speech_of(data: bytes) -> Speech:
    """The samples of a WAV, MP3, M4A, AAC or Ogg file, made anew. Raises SpeechRefused."""
    if len(data) > BYTES:
        raise SpeechRefused("large")
    kind_of(data)
    return plain(_read(data))


def plain(samples: bytes) -> Speech:
    """Sixteen-bit samples of one voice, RATE a second, as a file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return Speech(target.getvalue(), len(samples) // (RATE * 2))


def _read(data: bytes) -> bytes:
    """What the child makes of it; one that ends without a word was stopped by its bounds, or broke."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "consent.speech.child"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # whatever a reader complains about may quote the file
            cwd=HOUSE,
            env={"PYTHONPATH": str(HOUSE), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},  # none of our secrets
            timeout=WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SpeechRefused("heavy") from None
    samples = child.stdout.removeprefix(HEARD)
    if child.stdout.startswith(HEARD) and 0 < len(samples) <= LONGEST * RATE * 2 and len(samples) % 2 == 0:
        return samples
    word = child.stdout.decode("ascii", "replace").strip()
    raise SpeechRefused(word if word in WORDS else "heavy")
