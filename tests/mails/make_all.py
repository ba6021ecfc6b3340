"""Writes the whole shelf: python -m tests.mails.make_all. Mails that came from outside stay as they are."""

from __future__ import annotations

import hashlib
import json

from tests.mails import make, make_kinds, make_mailers, make_structures
from tests.mails.make import HERE, SHELF, Expected


def as_json(expected: Expected) -> dict[str, object]:
    attachments = [
        {"filename": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in expected.files
    ]
    found: dict[str, object] = {
        "subject": expected.subject,
        "from": expected.sender,
        "kind": expected.kind,
        "form": expected.form,
        "action": expected.action,
        "answers": expected.answers,
        "body_begins": expected.body,
        "attachments": attachments,
        "defects": expected.defects,
    }
    return {**found, "facts": expected.facts} if expected.facts else found


def main() -> None:
    for part in (make, make_mailers, make_structures, make_kinds):
        part.fill()
    for name, (raw, expected) in SHELF.items():
        (HERE / f"{name}.eml").write_bytes(raw)
        text = json.dumps(as_json(expected), ensure_ascii=False, indent=1)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(SHELF)} mails")


if __name__ == "__main__":
    main()
