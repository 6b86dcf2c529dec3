"""Made-up speech for the tests: a murmur in the files that phones make, with tags that tell too much."""

import io
import math
import random
from array import array
from functools import lru_cache

import av

PLACE = "+31.2304+121.4737/ Pudong, phone of Li"


def murmur(seconds, *, loud=6000, seed=7, rate=16_000):
    """Samples as a voice moves the air: a low tone that swells, and some noise."""
    dice = random.Random(seed)
    return array(
        "h",
        (
            int(loud * (0.6 * math.sin(n * 0.06) * abs(math.sin(n * 0.0004)) + 0.2 * dice.random()))
            for n in range(int(seconds * rate))
        ),
    )


@lru_cache(maxsize=64)
def sound(kind="m4a", *, seconds=3, loud=6000, seed=7, rate=16_000, tagged=True):
    """A file as a phone makes it; `kind` is wav, mp3, m4a, aac, ogg (Opus) or flac."""
    codec, container = {
        "wav": ("pcm_s16le", "wav"), "mp3": ("mp3", "mp3"), "m4a": ("aac", "mp4"), "aac": ("aac", "adts"),
        "ogg": ("libopus", "ogg"), "flac": ("flac", "flac"), "alaw": ("pcm_alaw", "wav"),
    }[kind]  # fmt: skip
    target = io.BytesIO()
    with av.open(target, "w", format=container) as out:
        if tagged:
            out.metadata.update({"comment": PLACE, "title": PLACE, "artist": "Li"})
        stream = out.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=int(seconds * rate))
        frame.planes[0].update(murmur(seconds, loud=loud, seed=seed, rate=rate).tobytes())
        frame.sample_rate, frame.pts = rate, 0
        fifo = av.AudioFifo()
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=stream.codec_context.sample_rate)
        for part in resampler.resample(frame):
            part.pts = None
            fifo.write(part)
        size = stream.codec_context.frame_size or 1024
        count = 0
        while part := fifo.read(size, partial=True):
            part.pts = count
            count += part.samples
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return target.getvalue()
