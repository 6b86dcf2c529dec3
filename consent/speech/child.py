"""Reads one recording in a process of its own: no secrets, no framework, bounded time and memory.

The file comes through standard input; a word of refusal, or the samples, leave through standard output. Tags, pictures,
places and times are never looked at, so nothing of them can go along.
"""

import io
import sys
from array import array

import av

from consent.speech.kinds import CODECS, LONGEST, QUIET, RATE, SHORTEST, SpeechRefused, kind_of
from vault import bounded

CPU_SECONDS = 40
MEMORY = 1024 * 1024 * 1024
HEARD = b"heard\n"


def main() -> None:
    """Bound this process, read the file, and write one word, or the word that stands before samples."""
    bounded.limit(cpu_seconds=CPU_SECONDS, memory=MEMORY)
    try:
        samples = samples_of(sys.stdin.buffer.read())
    except SpeechRefused as refused:
        sys.stdout.write(f"{refused.word}\n")
    except MemoryError:
        sys.stdout.write("heavy\n")
    else:
        sys.stdout.buffer.write(HEARD + samples)


def samples_of(data: bytes) -> bytes:
    """One voice, sixteen bits, 16 000 samples a second. Raises SpeechRefused."""
    kind = kind_of(data)
    try:
        with av.open(io.BytesIO(data), "r", format=kind, metadata_errors="ignore") as container:
            streams = container.streams.audio
            if len(streams) != 1 or streams[0].codec_context.codec.name not in CODECS[kind]:
                raise SpeechRefused("kind")
            samples = _decoded(container, streams[0])
    except (av.FFmpegError, ValueError, OSError, EOFError):
        raise SpeechRefused("damaged") from None
    return _spoken(samples)


def _decoded(container: av.container.InputContainer, stream: av.AudioStream) -> bytearray:
    """Frame by frame, so that a file which unpacks into hours is let go after minutes."""
    stream.codec_context.thread_count = 1
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    samples = bytearray()
    for frame in container.decode(stream):
        for part in resampler.resample(frame):
            samples += bytes(part.planes[0])[: part.samples * 2]
        if len(samples) > LONGEST * RATE * 2:
            raise SpeechRefused("long")
    for part in resampler.resample(None):
        samples += bytes(part.planes[0])[: part.samples * 2]
    return samples


def _spoken(samples: bytearray) -> bytes:
    """The samples, if somebody could have said something in them."""
    heard = array("h", bytes(samples))
    if len(heard) < SHORTEST * RATE:
        raise SpeechRefused("short")
    if len(heard) > LONGEST * RATE:
        raise SpeechRefused("long")
    if max(heard) - min(heard) < QUIET:
        raise SpeechRefused("silent")
    return bytes(samples)


if __name__ == "__main__":
    main()
