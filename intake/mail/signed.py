"""The mail inside an opaque S/MIME signature (RFC 8551 §3.5.2: application/pkcs7-mime with SignedData).

Takes out what was signed; verifies nothing, so that a signature here proves nothing to anybody.
"""

from __future__ import annotations

TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# What asn1crypto raises at structures that are none.
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError, MemoryError)


def content_of(data: bytes) -> bytes | None:
    """The entity that was signed (RFC 5652 §5.2), or None: encrypted, only certificates, or no CMS at all."""
    from asn1crypto import cms  # few mails are signed, and it takes 30 ms to load

    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            return None
        content = info["content"]["encap_content_info"]["content"].native
    except _BROKEN:
        return None
    return content if isinstance(content, bytes) and content else None
