"""Damage to mails and to what they carry: each function takes a random source and bytes, and gives other bytes.

Pure but for the random source that is handed in; knows nothing of the program under test.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Sequence
from random import Random

# What has stopped readers of mail before, and what the grammar of mail turns on.
TOKENS = [
    b"=?",
    b"?=",
    b"=?ISO-2022-JP?B?",
    b"=?utf-8?Q?=",
    b'"',
    b"\\",
    b";",
    b":",
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b"\x1b$B",
    b"\x1b(B",
    b"\x1b(I",
    b"\x0e",
    b"\x80",
    b"\xff",
    b"--",
    b"<",
    b">",
    b"<!--",
    b"<![x",
    b"&#",
    b"(",
    b"((((((((",
    b"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: application/pkcs7-mime\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"charset=idna",
    b"charset=\0",
    b"charset=utf-7",
    b"charset=undefined",
    b"filename*0*=x''%ff",
    b"filename*999=",
    b"begin 644 \x82\xa0\r\n",
    b"\r\nend\r\n",
    b"\x78\x9f\x3e\x22",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x30\x80\x06\x09",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"99999999999",
    "パスワード：".encode(),
    "【".encode(),
    "（1/3）".encode(),
    "～".encode("cp932"),
]
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n){2,}")


def mutated(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The data, damaged one to six times."""
    for _ in range(random.randint(1, 6)):
        data = random.choice(_WAYS)(random, data, others)[:2_000_000]
    return data


def _place(random: Random, data: bytes) -> int:
    """Anywhere; every other time in the first two thousand bytes, where the header stands."""
    return random.randint(0, min(len(data), 2000) if random.random() < 0.5 else len(data))


def _flip(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = _place(random, data)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _insert(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = _place(random, data)
    return data[:at] + random.choice(TOKENS) * random.choice((1, 1, 1, 2, 40)) + data[at:]


def _cut(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = _place(random, data)
    return data[:at] + data[at + random.choice((1, 2, 3, 17, 300)) :]


def _end(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    return data[: _place(random, data)]


def _repeat(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at = _place(random, data)
    piece = data[at : at + random.choice((1, 8, 90, 1000))]
    return data[:at] + piece * random.choice((2, 3, 50)) + data[at:]


def _splice(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    return data[: _place(random, data)] + other[_place(random, other) :]


def _embed(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    head = b"From: a@b.jp\r\nSubject: Fw\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * random.choice((1, 2, 25)) + data


def _within_base64(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage to what is encoded, so that it reaches the reader of the container and not only of base64."""
    hits = list(_BASE64.finditer(data))
    if not hits:
        return _flip(random, data, others)
    hit = random.choice(hits)
    packed = b"".join(hit[0].split())
    inner = mutated_bytes(random, a2b_base64(packed[: len(packed) // 4 * 4]))
    lines = b"".join(b2a_base64(inner[n : n + 57]) for n in range(0, len(inner), 57))
    return data[: hit.start()] + lines + data[hit.end() :]


def mutated_bytes(random: Random, data: bytes) -> bytes:
    """Damage to a container: flips, cuts and counts that lie."""
    for _ in range(random.randint(1, 4)):
        data = random.choice((_flip, _flip, _insert, _cut, _end, _repeat))(random, data, ())
    return data


_Way = Callable[[Random, bytes, Sequence[bytes]], bytes]
_WAYS: tuple[_Way, ...] = (
    _flip, _flip, _insert, _insert, _insert, _cut, _end, _repeat, _splice, _embed, _within_base64, _within_base64,
)  # fmt: skip
