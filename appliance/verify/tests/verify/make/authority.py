"""An invented public key infrastructure, made anew in every run: roots, intermediates, people, units, time stamps.

Every name is made up. Nothing here is kept: no key ever comes into the project.
"""

import datetime as dt
from dataclasses import dataclass, field

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign import signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

UTC = dt.timezone.utc
NOW = dt.datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
FROM, TO = dt.datetime(2025, 1, 1, tzinfo=UTC), dt.datetime(2035, 1, 1, tzinfo=UTC)
SIGNING = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH)


def key_of(kind):
    if isinstance(kind, int):
        return rsa.generate_private_key(public_exponent=65537, key_size=kind)
    return ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}[kind]())


@dataclass
class Holder:
    """Somebody with a key and a certificate."""

    cert: x509.Certificate
    key: object
    above: list = field(default_factory=list)

    @property
    def der(self):
        return self.cert.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self):
        return self.cert.public_bytes(serialization.Encoding.PEM)

    @property
    def asn1(self):
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self):
        plain = serialization.NoEncryption()
        der = self.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
        return asn1_keys.PrivateKeyInfo.load(der)

    def store(self, without=()):
        return SimpleCertificateStore.from_certs([h.asn1 for h in self.above if h not in without])

    def signer(self, without=(), **more):
        return signers.SimpleSigner(self.asn1, self.asn1_key, self.store(without), **more)

    def stamper(self, at=NOW, **more):
        return timestamps.DummyTimeStamper(self.asn1, self.asn1_key, self.store(), fixed_dt=at, **more)


def issue(name, kind=2048, by=None, ca=False, since=FROM, until=TO, eku=SIGNING, organisation="Trường THCS Hoa Phượng",
          path_length=None, urls=True, usage=True):
    key = key_of(kind)
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        parts.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    subject = x509.Name(parts)
    issuer = by.cert.subject if by else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if usage:
        builder = builder.add_extension(
            x509.KeyUsage(digital_signature=not ca, content_commitment=not ca, key_encipherment=False,
                          data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                          encipher_only=False, decipher_only=False), critical=True)
    if by:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if eku and not ca:
        stamping = tuple(eku) == (ExtendedKeyUsageOID.TIME_STAMPING,)
        builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=stamping)
    if eku and ExtendedKeyUsageOID.OCSP_SIGNING in eku:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    if urls and by:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.invalid/ca.crl")], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    certificate = builder.sign(by.key if by else key, hashes.SHA256())
    holder = Holder(certificate, key)
    holder.above = [by, *by.above] if by else []
    return holder


def revocations(by, revoked=(), at=NOW, reason=x509.ReasonFlags.key_compromise, next_days=30, age_days=1):
    """A CRL, DER. `revoked`: pairs of holder and time."""
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(by.cert.subject)
        .last_update(at - dt.timedelta(days=age_days)).next_update(at + dt.timedelta(days=next_days))
        .add_extension(x509.CRLNumber(7), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
    )
    for holder, since in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(holder.cert.serial_number).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def answer(about, by, responder=None, revoked_at=None, at=NOW):
    """An OCSP response, DER."""
    responder = responder or by
    revoked = revoked_at is not None
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=about.cert, issuer=by.cert, algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=at - dt.timedelta(hours=1), next_update=at + dt.timedelta(days=1),
        revocation_time=revoked_at, revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    ).responder_id(ocsp.OCSPResponderEncoding.HASH, responder.cert)
    if responder is not by:
        builder = builder.certificates([responder.cert])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class Pki:
    def __init__(self):
        day = dt.timedelta(days=1)
        self.root = issue("Gốc thử nghiệm", ca=True, organisation="Cơ quan giả định")
        self.ca = issue("CA thử nghiệm", ca=True, by=self.root, path_length=0, organisation="Cơ quan giả định")
        self.person = issue("Lê Thị Ngọc Mẫu", by=self.ca)
        self.unit = issue("TRƯỜNG THCS HOA PHƯỢNG", by=self.ca)
        self.p256 = issue("Trần Văn Thí Dụ", "p256", by=self.ca)
        self.p384 = issue("Phạm Thị Giả", "p384", by=self.ca)
        self.rsa3072 = issue("Ngô Văn Mẫu", 3072, by=self.ca)
        self.rsa4096 = issue("Đỗ Thị Mẫu", 4096, by=self.ca)
        self.p521 = issue("Vũ Thị Đường Cong", "p521", by=self.ca)
        self.short = issue("Khóa Ngắn", 1024, by=self.ca)
        self.expired = issue("Hết Hạn", by=self.ca, until=NOW - 100 * day)
        self.future = issue("Chưa Đến Hạn", by=self.ca, since=NOW + 100 * day)
        self.revoked = issue("Bị Thu Hồi", by=self.ca)
        self.web = issue("may-chu.invalid", by=self.ca, eku=(ExtendedKeyUsageOID.SERVER_AUTH,))
        self.not_a_ca = issue("Không Phải CA", by=self.person)
        self.alone = issue("Tự Cấp")
        stamping = (ExtendedKeyUsageOID.TIME_STAMPING,)
        self.tsa = issue("Dấu thời gian thử nghiệm", by=self.ca, eku=stamping)
        self.tsa_ended = issue("Dấu thời gian đã hết hạn", by=self.ca, eku=stamping, until=NOW - 50 * day)
        self.tsa_wrong = issue("Không được đóng dấu thời gian", by=self.ca)
        self.responder = issue("OCSP thử nghiệm", by=self.ca, eku=(ExtendedKeyUsageOID.OCSP_SIGNING,))
        self.other_root = issue("Gốc khác", ca=True, organisation="Nơi khác")
        self.stranger = issue("Người Lạ", by=self.other_root)
        self.other_tsa = issue("Dấu thời gian nơi khác", by=self.other_root, eku=stamping)

    def lists(self):
        """CRLs of root and CA in which nobody of ours is named."""
        return [revocations(self.root), revocations(self.ca)]
