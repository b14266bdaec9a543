"""The text inside of a file: plain, gzipped, in an archive, or in another encoding; always as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from models.errors import UserError
from models.messages import N_

DAMAGED: Final = (
    EOFError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
)
MOST_TIMES: Final = 200
# What a small file may unfold to whatever its ratio: no more than a page of memory for a few seconds.
FREE_BYTES: Final = 32 << 20
_SKIPPED_AT_ONCE: Final = 1 << 20
Bytes = IO[bytes] | gzip.GzipFile


# Python calls packings and ciphers encodings too, and some take hours over a megabyte.
_CHARSETS: Final = re.compile(
    r"ascii|utf-8(-sig)?|utf-(16|32)(-[bl]e)?|iso8859-\d+|cp\d+|mac-\w+|koi8-\w|hp-roman8|kz1048|ptcp154|"
    r"tis-620|gb\w+|hz|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|johab"
)
_KEPT_BAD: Final = "vigie-kept-bad"


def _kept_bad(error: UnicodeError) -> tuple[str | bytes, int]:
    """Put one bad byte of UTF-8 in the place of whatever cannot be read."""
    if isinstance(error, UnicodeDecodeError):
        return "\udcff", error.end
    if isinstance(error, UnicodeEncodeError):
        return b"\xff", error.end
    raise error


codecs.register_error(_KEPT_BAD, _kept_bad)


class Stream(Protocol):
    """Bytes of UTF-8 text from some place on."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end; a byte that is no text of the encoding is kept bad."""

    def seek(self, offset: int) -> object:
        """Go to a place of the text."""

    def consumed(self) -> int:
        """Return how much of the file on the disk has been read."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A text on the disk; `entry` names the file of an archive that holds it."""

    path: Path
    encoding: str | None = None
    entry: str | None = None

    @property
    def shown(self) -> str:
        """Return how the file is called to a person."""
        return self.path.name if self.entry is None else f"{self.path.name}/{self.entry}"

    @contextmanager
    def open(self) -> Generator[Stream]:
        """Open the text at its beginning."""
        with self.path.open("rb") as raw:
            if self.entry is not None:
                with zipfile.ZipFile(raw) as archive, archive.open(self.entry) as text:
                    yield self._stream(text, raw)
            elif _begins_with(raw, b"\x1f\x8b"):
                with gzip.GzipFile(fileobj=raw) as text:
                    yield self._stream(text, raw)
            else:
                yield self._stream(raw, raw)

    def _stream(self, text: Bytes, raw: IO[bytes]) -> Stream:
        plain = Plain(text, raw, self)
        encoding = self.encoding or _marked(plain)
        return Recoded(plain, encoding) if encoding else plain


def _begins_with(raw: IO[bytes], mark: bytes) -> bool:
    found = raw.read(len(mark)) == mark
    raw.seek(0)
    return found


def _marked(plain: Plain) -> str | None:
    """Return UTF-16 where the text begins with its mark."""
    beginning = plain.read(2)
    plain.seek(0)
    return "utf-16" if beginning in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else None


class Plain:
    """Bytes as they are, unpacked; a file that unfolds without end is refused."""

    def __init__(self, text: Bytes, raw: IO[bytes], packed: Packed) -> None:
        self._text, self._raw, self._packed = text, raw, packed

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        found = self._text.read(size)
        self._refuse_bomb()
        return found

    def seek(self, offset: int) -> None:
        """Go to a place; what is packed is read up to there."""
        if self._text is self._raw or offset == 0:
            self._text.seek(offset)
            return
        while (left := offset - self._text.tell()) > 0:
            if not self.read(min(left, _SKIPPED_AT_ONCE)):
                return

    def consumed(self) -> int:
        """Return how much of the file has been read."""
        return self._raw.tell()

    def _refuse_bomb(self) -> None:
        if self._text is self._raw:
            return
        if self._text.tell() > FREE_BYTES + MOST_TIMES * self._raw.tell():
            raise UserError(
                N_("{path} unpacks to more than {most} times its size: no file of payments does."),
                path=self._packed.shown,
                most=MOST_TIMES,
            )


class Recoded:
    """Text of another encoding as UTF-8; bytes that are none of it become bytes that are no UTF-8."""

    def __init__(self, plain: Plain, encoding: str) -> None:
        try:
            codec = codecs.lookup(encoding)
        except (LookupError, ValueError) as error:
            raise UserError(N_("There is no encoding {encoding}."), encoding=encoding) from error
        if codec.incrementaldecoder is None or not _CHARSETS.fullmatch(codec.name):
            raise UserError(N_("There is no encoding {encoding}."), encoding=encoding)
        self._decoder = codec.incrementaldecoder(errors=_KEPT_BAD)
        self._plain, self._rest, self._is_over = plain, b"", False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of UTF-8."""
        while len(self._rest) < size and not self._is_over:
            piece = self._plain.read(size)
            self._is_over = not piece
            text = self._decoder.decode(piece, final=self._is_over)
            self._rest += text.encode(errors=_KEPT_BAD)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def seek(self, offset: int) -> None:
        """Go to a place of the recoded text, from the beginning."""
        self._plain.seek(0)
        self._decoder.reset()
        self._rest, self._is_over = b"", False
        while offset > 0 and (passed := self.read(min(offset, _SKIPPED_AT_ONCE))):
            offset -= len(passed)

    def consumed(self) -> int:
        """Return how much of the file has been read."""
        return self._plain.consumed()
