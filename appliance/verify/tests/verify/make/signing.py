"""How pyHanko is asked to sign."""

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.signers import pdf_signer
from pyhanko.sign.validation import dss
from pyhanko_certvalidator import ValidationContext

from authority import NOW

PADES = fields.SigSeedSubFilter.PADES
OLD = fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED


def sign(pdf, holder, name="ChuKy1", box=None, page=0, lock=None, stamper=None, signer=None, subfilter=PADES,
         existing=False, **meta):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    spec = None
    if not existing:
        spec = fields.SigFieldSpec(name, on_page=page, box=box, field_mdp_spec=lock)
    meta = pdf_signer.PdfSignatureMetadata(field_name=name, subfilter=subfilter, **{"md_algorithm": "sha256", **meta})
    made = pdf_signer.PdfSigner(meta, signer or holder.signer(), timestamper=stamper, new_field_spec=spec)
    return made.sign_pdf(writer).getvalue()


def context(pki, more=(), ocsps=(), crls=None):
    return ValidationContext(
        trust_roots=[pki.root.asn1], other_certs=[pki.ca.asn1, *more], crls=pki.lists() if crls is None else crls,
        ocsps=list(ocsps), moment=NOW, allow_fetching=False, revocation_mode="soft-fail")


def long_term(pdf, pki, holder=None, lta=False, name="ChuKy1", ocsps=(), **more):
    return sign(pdf, holder or pki.person, name, stamper=more.pop("stamper", pki.tsa.stamper()),
                embed_validation_info=True, use_pades_lta=lta,
                validation_context=context(pki, ocsps=ocsps), **more)


def add_store(pdf, certs=(), crls=(), ocsps=(), field=0):
    """Validation data put in afterwards, whatever they say."""
    from asn1crypto import crl as asn1_crl, ocsp as asn1_ocsp

    out = io.BytesIO(pdf)
    contents = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures[field].pkcs7_content.hex().encode()
    dss.DocumentSecurityStore.add_dss(
        out, contents, certs=[c.asn1 for c in certs], crls=[asn1_crl.CertificateList.load(c) for c in crls],
        ocsps=[asn1_ocsp.OCSPResponse.load(o) for o in ocsps])
    return out.getvalue()


def stamp(pdf, stamper, pki=None):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    made = pdf_signer.PdfTimeStamper(stamper)
    return made.timestamp_pdf(writer, "sha256").getvalue()


def hole(pdf, nth=0):
    """Begin and end of the n-th signature's hexadecimal string."""
    import re

    found = list(re.finditer(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf))
    before, behind = int(found[nth].group(1)), int(found[nth].group(2))
    return before, behind


def cms_of(pdf, nth=0):
    begin, end = hole(pdf, nth)
    return bytes.fromhex(pdf[begin + 1:end - 1].decode())


def with_cms(pdf, cms, nth=0):
    begin, end = hole(pdf, nth)
    room = end - begin - 2
    assert len(cms) * 2 <= room
    return pdf[:begin + 1] + cms.hex().encode().ljust(room, b"0") + pdf[end - 1:]
