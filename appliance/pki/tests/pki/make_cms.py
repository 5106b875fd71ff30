"""CMS signatures that hold and yet break the rules, each in one way, for tests: make_cms.py FOLDER.

FOLDER has data; person.key (RSA), person.pem, other.pem (another certificate of the same key), twin.pem (another
certificate of the same issuer and number); ed.key, ed.pem (Ed25519). Writes NAME.cms for every entry of VARIANTS.
"""

import base64
import hashlib
import sys
from pathlib import Path

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

FOLDER = Path(sys.argv[1])
DATA = (FOLDER / "data").read_bytes()


def certificate(name):
    pem = (FOLDER / f"{name}.pem").read_bytes()
    body = pem.split(b"-----BEGIN CERTIFICATE-----")[1].split(b"-----END")[0]
    return x509.Certificate.load(base64.b64decode(body))


def key(name):
    return serialization.load_pem_private_key((FOLDER / f"{name}.key").read_bytes(), None)


def sha(name, data):
    return hashlib.new(name, data).digest()


def attribute(kind, *values):
    return cms.CMSAttribute({"type": kind, "values": list(values)})


def ess(cert, version=2, digest=None, serial=None):
    issuer = {
        "issuer": x509.GeneralNames([x509.GeneralName("directory_name", cert.issuer)]),
        "serial_number": serial if serial is not None else cert.serial_number,
    }
    if version == 1:
        one = tsp.ESSCertID({"cert_hash": sha("sha1", cert.dump()), "issuer_serial": issuer})
        return attribute("signing_certificate", tsp.SigningCertificate({"certs": [one]}))
    one = {"cert_hash": sha(digest or "sha256", cert.dump()), "issuer_serial": issuer}
    if digest:
        one["hash_algorithm"] = {"algorithm": digest}
    return attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(one)]}))


def protection(digest, signature):
    return attribute(
        "cms_algorithm_protection",
        cms.CMSAlgorithmProtection(
            {"digest_algorithm": {"algorithm": digest}, "signature_algorithm": {"algorithm": signature}}
        ),
    )


def sign(name, signed, mechanism, digest):
    holder = key(name)
    if mechanism == "ed25519":
        return holder.sign(signed)
    algorithm = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "md5": hashes.MD5()}[digest]
    if mechanism == "rsassa_pss":
        return holder.sign(signed, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)
    return holder.sign(signed, padding.PKCS1v15(), algorithm)


def mechanism_id(mechanism, digest):
    if mechanism != "rsassa_pss":
        return {"algorithm": mechanism}
    parameters = {
        "hash_algorithm": {"algorithm": digest},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
        "salt_length": hashlib.new(digest).digest_size,
    }
    return {"algorithm": mechanism, "parameters": algos.RSASSAPSSParams(parameters)}


def make(
    name="person",
    attributes=None,
    more=(),
    drop=(),
    digest="sha256",
    mechanism="sha256_rsa",
    mechanism_digest=None,
    included=("person",),
    sid=None,
    content=None,
    order=True,
    signers=1,
    data=DATA,
):
    cert = certificate(name)
    usual = {
        "content_type": attribute("content_type", "data"),
        "message_digest": attribute("message_digest", sha(digest, data)),
        "ess": ess(cert),
    }
    usual.update(attributes or {})
    chosen = [value for kind, value in usual.items() if kind not in drop] + list(more)
    encoded = [one.dump() for one in chosen]
    encoded.sort() if order else encoded.sort(reverse=True)
    body = b"".join(encoded)
    signed = core.SetOf(spec=core.Any, contents=body).dump()
    signature = sign(name, signed, mechanism, mechanism_digest or digest)
    signer = {
        "version": "v1",
        "sid": sid or cms.SignerIdentifier(
            "issuer_and_serial_number", {"issuer": cert.issuer, "serial_number": cert.serial_number}
        ),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": cms.CMSAttributes.load(signed),
        "signature_algorithm": mechanism_id(mechanism, digest),
        "signature": signature,
    }
    info = cms.SignerInfo(signer)
    whole = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data", **({"content": content} if content else {})},
            "certificates": [cms.CertificateChoices("certificate", certificate(one)) for one in included],
            "signer_infos": [info] * signers,
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": whole}).dump()


PERSON, OTHER, TWIN = (certificate(name) for name in ("person", "other", "twin"))
DIGEST = attribute("message_digest", sha("sha256", DATA))
KEY_ID = cms.SignerIdentifier("subject_key_identifier", PERSON.key_identifier)

VARIANTS = {
    "plain": {},
    "pss": {"mechanism": "rsassa_pss"},
    "ed25519": {"name": "ed", "included": ("ed",), "digest": "sha512", "mechanism": "ed25519"},
    "key-id": {"sid": KEY_ID},
    "unsorted": {"order": False},
    "ess-v1": {"attributes": {"ess": ess(PERSON, 1)}},
    "ess-both": {"more": [ess(PERSON, 1)]},
    "ess-sha512": {"attributes": {"ess": ess(PERSON, digest="sha512")}},
    "no-ess": {"drop": ("ess",)},
    "protected": {"more": [protection("sha256", "sha256_rsa")]},
    "enclosed": {"content": DATA},
    "twin-first": {"included": ("twin", "person")},
    "sha1": {"digest": "sha1", "mechanism": "sha1_rsa"},
    "md5": {"digest": "md5", "mechanism": "md5_rsa"},
    "sha1-altered": {"digest": "sha1", "mechanism": "sha1_rsa", "data": DATA + b"!"},
    "altered": {"data": DATA + b"!"},
    "no-certificate": {"included": ("other",)},
    "substituted": {"included": ("twin",)},
    "ess-of-other": {"attributes": {"ess": ess(OTHER)}},
    "ess-v1-of-other": {"more": [ess(OTHER, 1)]},
    "ess-other-number": {"attributes": {"ess": ess(PERSON, serial=99)}},
    "ess-sha1-in-v2": {"attributes": {"ess": ess(PERSON, digest="sha1")}},
    "no-content-type": {"drop": ("content_type",)},
    "other-content-type": {"attributes": {"content_type": attribute("content_type", "signed_data")}},
    "two-content-types": {"attributes": {"content_type": attribute("content_type", "data", "signed_data")}},
    "no-digest": {"drop": ("message_digest",)},
    "two-digests": {"attributes": {"message_digest": attribute("message_digest", sha("sha256", DATA), b"x" * 32)}},
    "digest-twice": {"more": [DIGEST]},
    "wrongly-protected": {"more": [protection("sha512", "sha256_rsa")]},
    "other-enclosed": {"content": DATA + b"!"},
    "digest-and-signature-differ": {"digest": "sha384", "mechanism": "sha256_rsa", "mechanism_digest": "sha256"},
    "wrong-key": {"mechanism_digest": "sha384"},
    "two-signers": {"signers": 2},
    "no-signer": {"signers": 0},
}

for name, variant in VARIANTS.items():
    (FOLDER / f"{name}.cms").write_bytes(make(**variant))
