"""Which recordings are taken, by what they begin with and never by their name, and how long they may be. Knows no framework."""

RATE = 16_000  # samples a second: all of a voice
SHORTEST, LONGEST = 2, 600  # seconds
QUIET = 300  # of 65 536: between the loudest and the lowest sample of a recording in which nobody speaks
# The reader of FFmpeg's that is asked, and what may be inside; every other of its several hundred is never called.
CODECS = {
    "wav": frozenset({"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_u8", "pcm_f32le", "pcm_alaw", "pcm_mulaw"}),
    "mp3": frozenset({"mp3", "mp3float"}),
    "mp4": frozenset({"aac", "alac"}),
    "aac": frozenset({"aac"}),
    "ogg": frozenset({"opus", "vorbis"}),
}


class SpeechRefused(Exception):
    """Why a file is not taken, in a word: large, kind, damaged, long, short, silent, heavy."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


def kind_of(data: bytes) -> str:
    """The reader for this file. Raises SpeechRefused for what is none of ours."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[:4] == b"OggS":
        return "ogg"
    if data[:3] == b"ID3" or (data[:1] == b"\xff" and data[1:2] in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3", b"\xe2")):
        return "mp3"
    if data[:1] == b"\xff" and data[1:2] in (b"\xf1", b"\xf9", b"\xf0", b"\xf8"):
        return "aac"
    raise SpeechRefused("kind")
