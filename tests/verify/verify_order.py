#!/usr/bin/env python3
"""Verifies a sealed document of Gongdan (docs/seal.md) with nothing but `cryptography`. It shares no code with the product.

verify_order.py PROOF.json [--payload gongdan-seal.json] [--previous OTHER.json] [--server-key BASE64]
Exit code 0: it holds. 1: it does not; the first word on stderr says what failed. 2: the files cannot be read.
"""
import argparse
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Broken(Exception):
    pass


def canonical(value) -> bytes:
    """RFC 8785 for what a seal may hold: no floats, integers within 53 bits, names sorted by UTF-16 units."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join(canonical(n) + b":" + canonical(value[n]) for n in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53 - 1):
        raise Broken("not_canonical: a number that canonical JSON may write in several ways")
    return json.dumps(value, ensure_ascii=False).encode()


def no_twins(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Broken("not_canonical: a name stands twice")
    return dict(pairs)


def read(text: str):
    return json.loads(text, object_pairs_hook=no_twins)


def signed(what: str, key: str, tag: bytes, payload: bytes, signature: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(base64.b64decode(signature), tag + b"\n" + payload)
    except (InvalidSignature, ValueError):
        raise Broken(f"{what}: the signature does not fit") from None


def sha256(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def stands_over(later: dict, order_hash: str, server: str) -> None:
    """The signature that was made after the order was sealed: proven by itself, over this very order, by the same company's key."""
    try:
        payload = verify(later, server)
    except Broken as why:
        raise Broken(f"later: {why}") from None
    if later.get("later") is not None or payload["kind"] != "attestation" or payload["content"].get("order_hash") != order_hash:
        raise Broken("later: it stands over another document")


def verify(proof: dict, server_key: str | None = None, previous: str | None = None) -> dict:
    """Answers the sealed payload, or raises Broken."""
    if proof.get("format") != "gongdan.proof/1":
        raise Broken("form: this is no proof of a sealed document")
    document, cert_text = proof["document"], proof["certificate"]["payload"]
    certificate = read(cert_text)
    server = server_key or certificate["server_key"]
    signed("certificate", server, b"gongdan-certificate/1", cert_text.encode(), proof["certificate"]["signature"])
    text = document["payload"]
    if sha256(text) != document["hash"]:
        raise Broken("hash: the content was changed")
    signed("signature", certificate["device_key"], b"gongdan-seal/1", text.encode(), document["signature"])
    payload = read(text)
    if canonical(payload) != text.encode():
        raise Broken("not_canonical: the content is not canonical JSON")
    if any(payload[name] != document[name] for name in ("kind", "device_id", "seal_no", "previous")) \
            or payload["device_id"] != certificate["device_id"]:
        raise Broken("envelope: number, device or link differ from what was signed")
    if payload["seal_no"] == 1:
        previous_hash = sha256(cert_text)
    elif previous is not None:
        previous_hash = sha256(previous)
        if read(previous)["seal_no"] != payload["seal_no"] - 1 or read(previous)["device_id"] != payload["device_id"]:
            raise Broken("link: that is not the document before this one")
    else:
        previous_hash = payload["previous"]
    if previous_hash != payload["previous"]:
        raise Broken("link: the document does not follow the one before it")
    receipt = proof.get("receipt")
    if receipt is not None:
        if any(receipt[name] != document[name] for name in ("hash", "device_id", "seal_no")):
            raise Broken("receipt: it is another document's")
        stated = canonical({name: receipt[name] for name in ("hash", "device_id", "seal_no", "received_at")})
        signed("receipt", server, b"gongdan-receipt/1", stated, receipt["signature"])
    if proof.get("later") is not None:
        stands_over(proof["later"], document["hash"], server)
    return payload


def main() -> int:
    asked = argparse.ArgumentParser(description="Verifies a sealed document of Gongdan.")
    asked.add_argument("proof")
    asked.add_argument("--payload", help="the sealed text, where it lies in a file of its own (attached to a PDF)")
    asked.add_argument("--previous", help="the proof of the document before this one")
    asked.add_argument("--server-key", help="the company's key, base64; else the certificate's own word is taken")
    args = asked.parse_args()
    try:
        proof = read(open(args.proof, encoding="utf-8").read())
        if args.payload:
            proof["document"]["payload"] = open(args.payload, encoding="utf-8", newline="").read()
        before = read(open(args.previous, encoding="utf-8").read())["document"]["payload"] if args.previous else None
        payload = verify(proof, args.server_key, before)
    except Broken as why:
        print(why, file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as why:
        print(f"unreadable: {why!r}", file=sys.stderr)
        return 2
    receipt = proof.get("receipt")
    print(f"unchanged since {payload['sealed_at']}")
    print(f"{payload['kind']} {payload['content'].get('no') or payload['content'].get('order_no', '')} seal {payload['seal_no']} {proof['document']['hash']}")
    if proof.get("later") is not None:
        signing = read(proof["later"]["document"]["payload"])["content"]["signing"]
        print(f"signed later: {signing.get('name', '')} {signing['at']}")
    print(f"received {receipt['received_at']}" if receipt else "no receipt: nothing is said about when the company got it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
