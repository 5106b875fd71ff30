"""The table: what was made, the word it must get, and why that is the truth."""

import asyncio
import datetime as dt
import hashlib
import io
import re
import subprocess
import tempfile

from asn1crypto import algos, cms, core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

from authority import NOW, answer, issue, revocations
from paper import FONT, OTHER_FONT, body_of, last_startxref, look, packed_paper, paper, stream, text, trailer_of, update, xmp
from signing import OLD, add_store, cms_of, context, hole, long_term, sign, stamp, with_cms

GOOD, ALLOWED, FORBIDDEN = "good", "changed_after_signing_allowed", "changed_after_signing_forbidden"
UNTRUSTED, EXPIRED, REVOKED, ALTERED = "untrusted", "expired", "revoked", "altered"
MALFORMED, NOT_SIGNED = "malformed", "not_signed"
DAY = dt.timedelta(days=1)


def cases(pki):
    """(name, expected word of each signature or of the file, why, bytes, trust folder, level of the first)."""
    table = []

    def case(name, expected, why, pdf, trust="lists", level=None):
        words = [expected] if isinstance(expected, str) else list(expected)
        table.append(dict(name=name, expected=words, why=why, pdf=pdf, trust=trust, level=level))

    plain = paper()
    signed = sign(plain, pki.person)
    good(case, pki, plain, signed)
    several(case, pki, plain, signed)
    untrusted(case, pki, plain)
    revoked(case, pki, plain)
    times(case, pki, plain)
    tampered(case, pki, plain, signed)
    later_changes(case, pki, plain, signed)
    certified(case, pki, plain)
    shadows(case, pki)
    structure(case, pki, plain, signed)
    no_signature(case, pki, plain)
    return table


def good(case, pki, plain, signed):
    case("bb", GOOD, "RSA 2048, B-B", signed, level="B-B")
    case("bb-visible", GOOD, "the picture of the signature is signed with it", sign(plain, pki.unit, box=(300, 60, 500, 160)))
    case("bb-page-two", GOOD, "on the second page", sign(plain, pki.person, box=(300, 60, 500, 160), page=1))
    for name in ["p256", "p384", "rsa3072", "rsa4096"]:
        holder = getattr(pki, name)
        case(f"bb-{name}", GOOD, "key kinds PAdES allows", sign(plain, holder, md_algorithm="sha384" if name == "p384" else "sha256"))
    case("bb-pss", GOOD, "RSA-PSS with the salt everybody uses", sign(plain, pki.person, signer=pki.person.signer(signature_mechanism=pss(32))))
    case("bb-pss-long-salt", UNTRUSTED, "RSA-PSS with a salt that is not handled is never called good",
         sign(plain, pki.person, signer=pki.person.signer(prefer_pss=True)))
    case("bb-sha512", GOOD, "SHA-512", sign(plain, pki.person, md_algorithm="sha512"))
    case("bb-old-subfilter", GOOD, "adbe.pkcs7.detached is what older programs write", sign(plain, pki.person, subfilter=OLD))
    case("bb-packed", GOOD, "cross-reference streams and object streams", sign(packed_paper(), pki.person))
    for name, how in [("linearized", ["--linearize"]), ("packed-by-qpdf", ["--object-streams=generate"])]:
        case(f"bb-{name}", GOOD, "as qpdf writes it", sign(by_qpdf(plain, how), pki.person))
    case("bb-hybrid", GOOD, "what the table hides from old readers is only the structure of the text",
         sign(hybrid_paper("/StructTreeRoot 50 0 R", "<</Type/StructTreeRoot>>"), pki.person))
    case("bb-hybrid-of-two", MALFORMED, "old readers see another page than new ones",
         sign(hybrid_paper("", None), pki.person))
    case("bb-separate-widget", GOOD, "field and widget are two objects", sign(prepared(plain, combine_annotation=False), pki.person, existing=True))
    case("bb-no-form-before", GOOD, "the form comes with the signature", sign(paper(form=False), pki.person))
    case("bb-no-lists", GOOD, "without any CRL revocation is unknown, which is told, not held against it", signed, trust="root")
    case("bb-prepared-field", GOOD, "the field was there before",
         sign(prepared(plain), pki.person, existing=True))
    case("bt", GOOD, "with a time stamp of a trusted authority", sign(plain, pki.person, stamper=pki.tsa.stamper()), level="B-T")
    case("blt", GOOD, "chain and CRLs inside", long_term(plain, pki), level="B-LT")
    case("blta", [GOOD, GOOD], "a document time stamp over that", long_term(plain, pki, lta=True), level="B-LTA")
    case("blta-packed", [GOOD, GOOD], "the same with cross-reference streams", long_term(packed_paper(), pki, lta=True), level="B-LTA")
    twice = stamp(long_term(plain, pki, lta=True), pki.tsa.stamper(NOW + 60 * DAY * 0))
    case("blta-renewed", [GOOD, GOOD, GOOD], "a second document time stamp, before the first lapses", twice, level="B-LTA")
    case("blt-ocsp", GOOD, "OCSP inside instead of a CRL",
         add_store(sign(plain, pki.person, stamper=pki.tsa.stamper()), certs=[pki.ca, pki.root], crls=[revocations(pki.root), revocations(pki.ca)],
                   ocsps=[answer(pki.person, pki.ca, pki.responder)]), trust="root", level="B-LT")
    case("trailing-newline", GOOD, "white space behind the end shows nothing", signed + b"\n\n")
    case("bytes-after-hole-zeros", GOOD, "zeros fill the hole", with_cms(signed, cms_of(signed).rstrip(b"\0") + b"\0"))


def by_qpdf(pdf, how):
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}.pdf" for name in ("in", "out")]
        with open(paths[0], "wb") as file:
            file.write(pdf)
        subprocess.run(["qpdf", *how, *paths], check=True)
        with open(paths[1], "rb") as file:
            return file.read()


def hybrid_paper(entry, hidden):
    """A file with a table and a stream beside it, as office programs write them."""
    from paper import objects, write

    made = objects(catalog=entry)
    number = 50 if hidden else 4
    made[number] = hidden or stream("", text("chi 9000000 dong"))
    pdf = write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]/XRefStm 0000000000")
    place = pdf.index(b"%d 0 obj" % number)
    table = pdf.index(b"xref\n0 ")
    row = b"\1" + place.to_bytes(4, "big") + b"\0\0"
    at = b"%d 0 obj\n" % 60 + stream(f"/Type/XRef/W[1 4 2]/Index[{number} 1]/Size 61/Root 1 0 R", row) + b"\nendobj\n"
    rest = pdf[table:].replace(b"/XRefStm 0000000000", b"/XRefStm %010d" % table)
    rest = rest.replace(b"%010d 00000 n" % place, b"0000000000 00000 f")
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % (table + len(at)), pdf[:table] + at + rest)


def pss(salt):
    sha256 = {"algorithm": "sha256"}
    mask = {"algorithm": "mgf1", "parameters": sha256}
    return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": {
        "hash_algorithm": sha256, "mask_gen_algorithm": mask, "salt_length": salt}})


def prepared(pdf, **more):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec("ChuKy1", box=(300, 60, 500, 160), **more))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def several(case, pki, plain, signed):
    pdf, names = signed, [GOOD]
    for count, holder in enumerate([pki.unit, pki.p256, pki.rsa3072, pki.p384], 2):
        pdf = sign(pdf, holder, f"ChuKy{count}", box=(300, 60 * count, 500, 60 * count + 50), md_algorithm="sha256")
        names = names + [GOOD]
        case(f"signed-{count}-times", names, "each further signature is an update that signs the earlier ones too", pdf)
    person_then_seal = sign(signed, pki.unit, "Dau", box=(60, 60, 200, 160))
    lta = stamp(add_store(person_then_seal, certs=[pki.ca, pki.root], crls=pki.lists()), pki.tsa.stamper())
    case("person-seal-lta", [GOOD, GOOD, GOOD], "signature, seal, validation data, document time stamp: nothing else came after", lta, level="B-LTA")
    case("validation-data-later", GOOD, "DSS alone changes nothing that is shown", add_store(signed, certs=[pki.ca, pki.root], crls=pki.lists()))
    case("time-stamp-later", [GOOD, GOOD], "B-T by a document time stamp (EN 319 142-1 table 1)", stamp(signed, pki.tsa.stamper()), level="B-T")
    case("good-then-stranger", [GOOD, UNTRUSTED], "the file is as good as its worst signature", sign(signed, pki.stranger, "Sau"))
    case("seal-over-everything", [GOOD, GOOD], "a signature whose picture covers the page is allowed, and told",
         sign(signed, pki.unit, "Dau", box=(0, 0, 595, 842)))
    case("two-empty-fields", [GOOD, GOOD], "fields waiting for signatures were there from the start",
         sign(sign(two_fields(plain), pki.person, "A", existing=True), pki.unit, "B", existing=True))


def two_fields(pdf):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for number, name in enumerate("AB"):
        fields.append_signature_field(writer, fields.SigFieldSpec(name, box=(60 + 200 * number, 60, 200 + 200 * number, 120)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def untrusted(case, pki, plain):
    case("self-signed", UNTRUSTED, "anybody can issue himself a certificate", sign(plain, pki.alone))
    case("unknown-root", UNTRUSTED, "another root than ours", sign(plain, pki.stranger))
    case("nothing-trusted", UNTRUSTED, "an empty trust folder trusts nobody", sign(plain, pki.person), trust="nothing")
    case("no-intermediate", UNTRUSTED, "the CA's certificate is neither inside nor in the folder",
         sign(plain, pki.person, signer=pki.person.signer(without=[pki.ca, pki.root])))
    case("intermediate-in-store", GOOD, "the CA's certificate comes with the DSS",
         add_store(sign(plain, pki.person, signer=pki.person.signer(without=[pki.ca, pki.root])), certs=[pki.ca]))
    case("wrong-eku", UNTRUSTED, "a certificate of a web server signs no documents", sign(plain, pki.web, signer_key_usage=set()))
    case("issuer-is-no-ca", UNTRUSTED, "a person may not issue certificates", sign(plain, pki.not_a_ca))
    case("tsa-signs-document", UNTRUSTED, "a time stamp authority's certificate is for time stamps only", sign(plain, pki.tsa))
    case("rsa-1024", UNTRUSTED, "keys under 2048 bits are not trusted", sign(plain, pki.short))
    case("p521", UNTRUSTED, "a curve that is not handled is never called good", sign(plain, pki.p521))
    for name in ["sha1", "md5"]:
        case(name, UNTRUSTED, "MD5 and SHA-1 are not trusted", weakly_signed(plain, pki, name))
    expired, future = sign(plain, pki.expired), sign(plain, pki.future)
    case("expired", EXPIRED, "no time stamp proves that it was made in time", expired)
    case("not-yet-valid", UNTRUSTED, "its time has not come; there is no word of its own for it", future)


def weakly_signed(plain, pki, name):
    class Weak(signers.SimpleSigner):
        """Signs with what no program offers any more."""

        async def async_sign_raw(self, data, digest_algorithm, dry_run=False):
            from cryptography.hazmat.primitives.asymmetric import padding, utils
            from cryptography.hazmat.primitives import hashes

            algorithm = {"sha1": hashes.SHA1(), "md5": hashes.MD5()}[digest_algorithm]
            if dry_run:
                return b"\0" * 256
            return pki.person.key.sign(data, padding.PKCS1v15(), algorithm)

    signer = Weak(pki.person.asn1, pki.person.asn1_key, pki.person.store(),
                  signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": f"{name}_rsa"}))
    return sign(plain, pki.person, signer=signer, md_algorithm=name, subfilter=OLD)


def revoked(case, pki, plain):
    pdf = sign(plain, pki.revoked)
    before, after = NOW - 200 * DAY, NOW - 5 * DAY
    case("revoked-by-folder", REVOKED, "the CRL in the trust folder names it", pdf, trust="revoking")
    case("revoked-in-store", REVOKED, "a CRL that came with the document names it",
         add_store(pdf, crls=[revocations(pki.ca, [(pki.revoked, before)])]), trust="root")
    case("revoked-by-ocsp", REVOKED, "the CA's own responder says so",
         add_store(pdf, ocsps=[answer(pki.revoked, pki.ca, pki.responder, before)]), trust="root")
    case("revoked-old-list", REVOKED, "an old CRL still says revoked",
         add_store(pdf, crls=[revocations(pki.ca, [(pki.revoked, before)], age_days=100, next_days=-60)]), trust="root")
    forged = issue("CA thử nghiệm", ca=True, organisation="Cơ quan giả định")
    case("revoked-by-nobody", GOOD, "a CRL that the CA did not sign says nothing",
         add_store(pdf, crls=[revocations(forged, [(pki.revoked, before)])]), trust="root")
    stamped = sign(plain, pki.revoked, stamper=pki.tsa.stamper(NOW - 30 * DAY))
    case("stamped-then-superseded", GOOD, "proved to have been there before the certificate was replaced",
         add_store(stamped, crls=[late_list(pki, after)]), trust="root", level=None)
    case("revoked-then-stamped", REVOKED, "a time stamp made after the revocation helps nobody",
         add_store(sign(plain, pki.revoked, stamper=pki.tsa.stamper()), crls=[revocations(pki.ca, [(pki.revoked, after)])]), trust="root")


def late_list(pki, since):
    from cryptography import x509

    return revocations(pki.ca, [(pki.revoked, since)], reason=x509.ReasonFlags.superseded)


def times(case, pki, plain):
    in_time = NOW - 200 * DAY
    case("expired-but-stamped", GOOD, "the time stamp proves it was made while the certificate was valid",
         sign(plain, pki.expired, stamper=pki.tsa.stamper(in_time)), level="B-T")
    case("stamped-too-late", EXPIRED, "the time stamp is younger than the certificate's end",
         sign(plain, pki.expired, stamper=pki.tsa.stamper(NOW - 10 * DAY)))
    case("expired-document-stamp", [GOOD, GOOD], "a document time stamp made in time does the same",
         stamp(sign(plain, pki.expired), pki.tsa.stamper(in_time)), level="B-T")
    case("tsa-unknown", UNTRUSTED, "it claims a time that nobody we trust vouches for",
         sign(plain, pki.person, stamper=pki.other_tsa.stamper()))
    case("tsa-wrong-purpose", UNTRUSTED, "a person's certificate stamps no time",
         sign(plain, pki.person, stamper=pki.tsa_wrong.stamper()))
    case("document-stamp-unknown", [GOOD, UNTRUSTED], "the signature stands by itself, the time stamp does not",
         stamp(sign(plain, pki.person), pki.other_tsa.stamper()))
    case("only-document-stamp", GOOD, "a time stamp and nothing else", stamp(plain, pki.tsa.stamper()))
    stamped = sign(plain, pki.person, stamper=pki.tsa.stamper())
    other = sign(plain, pki.unit, stamper=pki.tsa.stamper())
    case("stamp-of-another", ALTERED, "the time stamp was made for another signature", with_cms(stamped, swapped_stamp(cms_of(stamped), cms_of(other))))
    broken = bytearray(cms_of(stamped))
    at = len(bytes(broken).rstrip(b"\0")) - 20
    broken[at] ^= 1
    case("stamp-broken", ALTERED, "a bit of the time stamp's own signature is wrong", with_cms(stamped, bytes(broken)))
    ended = sign(plain, pki.person, stamper=pki.tsa_ended.stamper(NOW - 100 * DAY))
    case("tsa-ended", GOOD, "the authority's certificate has run out since: the signature stands by itself, without a time", ended, level="B-B")
    case("tsa-ended-renewed", [GOOD, GOOD], "a later document time stamp proves that the first was there in time",
         stamp(ended, pki.tsa.stamper(NOW - 60 * DAY)), level="B-T")


def swapped_stamp(one, other):
    info = cms.ContentInfo.load(one.rstrip(b"\0") + b"\0" * 4, strict=False)
    their = cms.ContentInfo.load(other.rstrip(b"\0") + b"\0" * 4, strict=False)
    info["content"]["signer_infos"][0]["unsigned_attrs"] = their["content"]["signer_infos"][0]["unsigned_attrs"]
    return info.dump(force=True)


def tampered(case, pki, plain, signed):
    at = signed.index(b"1000000")
    case("one-byte", ALTERED, "an amount on the page was changed", signed[:at] + b"9" + signed[at + 1:])
    at = signed.index(b"/Title(Quyet")
    case("one-byte-of-the-title", ALTERED, "every byte outside the hole is signed", signed[:at + 7] + b"q" + signed[at + 8:])
    second = sign(signed, pki.unit, "Dau")
    at = second.index(b"1000000")
    case("one-byte-under-two", [ALTERED, ALTERED], "both signatures cover it", second[:at] + b"9" + second[at + 1:])
    at = second.index(b"Dau", len(signed))
    case("one-byte-of-the-second", [GOOD, ALTERED], "what the second signature alone covers",
         second[:at] + b"d" + second[at + 1:])
    other = sign(paper(pages=3), pki.person)
    case("swapped-cms", ALTERED, "the signature of another document", with_cms(signed, cms_of(other).rstrip(b"\0")))
    broken = bytearray(cms_of(signed))
    broken[len(bytes(broken).rstrip(b"\0")) - 9] ^= 1
    case("broken-signature-value", ALTERED, "the key did not sign this", with_cms(signed, bytes(broken)))
    case("empty-hole", MALFORMED, "prepared but never signed", with_cms(signed, b""))
    case("no-cms", MALFORMED, "what is in the hole is no signature", with_cms(signed, b"\x30\x03\x02\x01\x05"))
    case("substituted-certificate", ALTERED, "another certificate for the same key, name and number", with_cms(signed, substituted(cms_of(signed), pki)))
    at = signed.index(b"/ByteRange")
    case("hidden-structure-damage", ALTERED, "damaged so that the page tree cannot be read, and the digest shows it",
         signed.replace(b"/Type/Pages", b"/Type<Pages", 1))


def substituted(data, pki):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from asn1crypto import x509 as asn1_x509

    old = pki.person.cert
    builder = x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer).public_key(old.public_key())
    builder = builder.serial_number(old.serial_number).not_valid_before(old.not_valid_before_utc - DAY).not_valid_after(old.not_valid_after_utc + 900 * DAY)
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    new = builder.sign(pki.ca.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    info = cms.ContentInfo.load(data.rstrip(b"\0") + b"\0" * 4, strict=False)
    for place, certificate in enumerate(info["content"]["certificates"]):
        if certificate.chosen.serial_number == old.serial_number:
            info["content"]["certificates"][place] = cms.CertificateChoices("certificate", asn1_x509.Certificate.load(new))
    return info.dump(force=True)


def changed(pdf, objects, **more):
    return update(pdf, objects, trailer=more.pop("trailer", None) or trailer_of(pdf), **more)


def page_with(pdf, number, old, new):
    body = body_of(pdf, number)
    assert old in body, (number, old, body)
    return body.replace(old, new)


FREE_NUMBER = 300


def note(kind="Text", more=b""):
    return b"<</Type/Annot/Subtype/%s/Rect[100 700 300 800]/Contents(them)/F 4%s>>" % (kind.encode(), more)


def with_annotation(pdf, body, objects=None):
    page = body_of(pdf, 3)
    page = re.sub(rb"/Annots\s*\[(.*?)\]", rb"/Annots[\1 %d 0 R]" % FREE_NUMBER, page, flags=re.S)
    return changed(pdf, {3: page, FREE_NUMBER: body, **(objects or {})})


def filled(pdf, words="moi"):
    body = body_of(pdf, 9)
    body = body.replace(b"/V(cu)", b"/V(%s)" % words.encode()).replace(b"/N 11 0 R", b"/N %d 0 R" % FREE_NUMBER)
    return changed(pdf, {9: body, FREE_NUMBER: look(words)})


def later_changes(case, pki, plain, signed):
    pdf = signed
    case("form-filled", ALLOWED, "filling a form is allowed where nobody forbade it; readers see more than was signed", filled(pdf))
    ticked = body_of(pdf, 10).replace(b"/V/Off/AS/Off", b"/V/Yes/AS/Yes")
    case("box-ticked", ALLOWED, "the same with a check box", changed(pdf, {10: ticked}))
    case("look-redrawn", ALLOWED, "the look of a field, drawn anew in place", changed(pdf, {11: look("khac")}))
    case("filled-then-sealed", [ALLOWED, GOOD], "the second signature covers what was filled in", sign(filled(pdf), pki.unit, "Dau"))
    case("title-changed", ALLOWED, "metadata show nothing on a page, but are not signed any more", changed(pdf, {13: "<</Title(Khac)/Author(Van thu)>>"}))
    case("xmp-changed", ALLOWED, "the same for XMP", changed(pdf, {12: stream("/Type/Metadata/Subtype/XML", xmp(b"  "))}))
    case("note-added", FORBIDDEN, "annotations are allowed by certification level 3 only", with_annotation(pdf, note()))
    case("contents-replaced", FORBIDDEN, "another amount on the page", changed(pdf, {4: stream("", text("Quyet dinh so 12: chi 9000000 dong"))}))
    case("contents-elsewhere", FORBIDDEN, "the page shows another stream",
         changed(pdf, {3: page_with(pdf, 3, b"4 0 R", b"%d 0 R" % FREE_NUMBER), FREE_NUMBER: stream("", text("Khac"))}))
    case("font-replaced", FORBIDDEN, "letters look different in another font", changed(pdf, {5: OTHER_FONT}))
    case("image-replaced", FORBIDDEN, "another picture",
         changed(pdf, {6: stream("/Type/XObject/Subtype/Image/Width 2/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", b"\0\0")}))
    case("page-added", FORBIDDEN, "a page nobody signed",
         changed(pdf, {2: body_of(pdf, 2).replace(b"7 0 R]", b"7 0 R %d 0 R]" % FREE_NUMBER).replace(b"/Count 2", b"/Count 3"),
                       FREE_NUMBER: body_of(pdf, 7)}))
    case("page-removed", FORBIDDEN, "a page is missing", changed(pdf, {2: body_of(pdf, 2).replace(b" 7 0 R]", b"]").replace(b"/Count 2", b"/Count 1")}))
    case("pages-swapped", FORBIDDEN, "another order", changed(pdf, {2: body_of(pdf, 2).replace(b"3 0 R 7 0 R", b"7 0 R 3 0 R")}))
    case("page-turned", FORBIDDEN, "a page is turned", changed(pdf, {7: page_with(pdf, 7, b"/Type/Page", b"/Type/Page/Rotate 90")}))
    case("page-cropped", FORBIDDEN, "less of a page is shown", changed(pdf, {7: page_with(pdf, 7, b"/Type/Page", b"/Type/Page/CropBox[0 0 300 300]")}))
    case("all-pages-turned", FORBIDDEN, "inherited from the page tree", changed(pdf, {2: body_of(pdf, 2).replace(b"/Type/Pages", b"/Type/Pages/Rotate 180")}))
    case("script-at-opening", FORBIDDEN, "a script that runs when the file is opened",
         changed(pdf, {1: body_of(pdf, 1)[:-2] + b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"}))
    case("attachment-added", FORBIDDEN, "a file attached after signing", changed(pdf, {1: body_of(pdf, 1)[:-2] + b"/Names<</EmbeddedFiles<</Names[]>>>>>>"}))
    case("layers-added", FORBIDDEN, "layers decide what is shown", changed(pdf, {1: body_of(pdf, 1)[:-2] + b"/OCProperties<</OCGs[]/D<<>>>>>>"}))
    case("text-field-added", FORBIDDEN, "a new field painted on the page",
         changed(pdf, {8: re.sub(rb"/Fields\s*\[", b"/Fields[%d 0 R " % FREE_NUMBER, body_of(pdf, 8)),
                       3: re.sub(rb"/Annots\s*\[", b"/Annots[%d 0 R " % FREE_NUMBER, body_of(pdf, 3)),
                       FREE_NUMBER: b"<</Type/Annot/Subtype/Widget/FT/Tx/T(x)/V(9000000)/Rect[60 755 300 775]/P 3 0 R/F 4/AP<</N 11 0 R>>>>"}))
    case("empty-signature-field-added", GOOD, "a field waiting for a signature shows nothing", another_field(pdf))
    case("empty-field-that-paints", FORBIDDEN, "a signature field without signature whose picture covers the page",
         changed(pdf, {8: re.sub(rb"/Fields\s*\[", b"/Fields[%d 0 R " % FREE_NUMBER, body_of(pdf, 8)),
                       3: page_with(pdf, 3, b"/Annots", b"/Annots").replace(b"/Annots", b"/Annots", 1).replace(b"[9 0 R", b"[9 0 R %d 0 R" % FREE_NUMBER, 1)
                          if b"[9 0 R" in body_of(pdf, 3) else re.sub(rb"/Annots\s*\[", b"/Annots[%d 0 R " % FREE_NUMBER, body_of(pdf, 3)),
                       FREE_NUMBER: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(y)/Rect[0 0 595 842]/P 3 0 R/F 4/AP<</N %d 0 R>>>>" % (FREE_NUMBER + 1),
                       FREE_NUMBER + 1: stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"1 g 0 0 595 842 re f")}))
    number = field_number(pdf)
    painting = {FREE_NUMBER: b"<</Type/Annot/Subtype/Widget/Parent %d 0 R/Rect[0 0 595 842]/P 3 0 R/F 4/AP<</N %d 0 R>>>>" % (number, FREE_NUMBER + 1),
                FREE_NUMBER + 1: stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"1 g 0 0 595 842 re f")}
    case("signed-field-gets-a-widget", FORBIDDEN, "the field that is signed already gets a second picture, over the page",
         changed(pdf, {number: body_of(pdf, number)[:-2] + b"/Kids[%d 0 R]>>" % FREE_NUMBER,
                       3: re.sub(rb"/Annots\s*\[", b"/Annots[%d 0 R " % FREE_NUMBER, body_of(pdf, 3)), **painting}))
    visible = sign(paper(), pki.unit, box=(300, 60, 500, 160))
    picture = int(re.search(rb"/AP\s*<<\s*/N (\d+) 0 R", body_of(visible, field_number(visible))).group(1))
    case("signature-picture-replaced", FORBIDDEN, "the picture of the signature is another than was signed",
         changed(visible, {picture: stream("/Type/XObject/Subtype/Form/BBox[0 0 200 100]", b"1 0 0 rg 0 0 200 100 re f")}))
    waiting = sign(two_fields(paper()), pki.person, "A", existing=True)
    other = [n for n in map(int, re.findall(rb"(\d+) 0 obj", waiting)) if b"/T (B)" in body_of(waiting, n) or b"/T(B)" in body_of(waiting, n)][0]
    case("waiting-field-paints", FORBIDDEN, "a field waiting for its signature gets a picture without one",
         changed(waiting, {other: body_of(waiting, other)[:-2] + b"/AP<</N %d 0 R>>>>" % (FREE_NUMBER + 1), FREE_NUMBER + 1: painting[FREE_NUMBER + 1]}))
    case("field-removed", FORBIDDEN, "a field is missing",
         changed(pdf, {8: body_of(pdf, 8).replace(b"10 0 R", b"", 1)}))
    case("signature-removed", FORBIDDEN, "the signature was taken out of the form: the file must not pass for unsigned",
         changed(pdf, {8: re.sub(rb"/Fields\s*\[.*?\]", b"/Fields[9 0 R 10 0 R]", body_of(pdf, 8), flags=re.S)}))
    case("form-removed", FORBIDDEN, "the whole form was taken away", changed(pdf, {1: re.sub(rb"/AcroForm 8 0 R", b"", body_of(pdf, 1))}))
    case("file-replaced", FORBIDDEN, "another catalog with other pages",
         changed(pdf, {FREE_NUMBER: body_of(pdf, 1).replace(b"/Pages 2 0 R", b"/Pages %d 0 R" % (FREE_NUMBER + 1)),
                       FREE_NUMBER + 1: "<</Type/Pages/Count 1/MediaBox[0 0 595 842]/Kids[7 0 R]>>"},
                 trailer=f"/Root {FREE_NUMBER} 0 R/Info 13 0 R"))
    case("object-freed", FORBIDDEN, "a page's contents were declared free", changed(pdf, {}, free=[4]))
    case("unused-object-added", GOOD, "what nobody refers to is not shown", changed(pdf, {FREE_NUMBER: "<</X 1>>"}))
    case("fields-redrawn-by-readers", FORBIDDEN, "readers are told to draw the fields from values instead of looks",
         changed(pdf, {8: body_of(pdf, 8)[:-2] + b"/NeedAppearances true>>"}))


def another_field(pdf):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec("ChoKy", box=(60, 60, 200, 120)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def certified(case, pki, plain):
    for level in [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE]:
        number = level.value
        pdf = sign(plain, pki.unit, certify=True, docmdp_permissions=level)
        case(f"certified-{number}", GOOD, "certified and untouched", pdf)
        case(f"certified-{number}-filled", FORBIDDEN if number == 1 else ALLOWED, "level 1 forbids forms, 2 and 3 allow them", filled(pdf))
        case(f"certified-{number}-note", ALLOWED if number == 3 else FORBIDDEN, "only level 3 allows annotations", with_annotation(pdf, note()))
        case(f"certified-{number}-signed", [FORBIDDEN if number == 1 else GOOD, GOOD], "level 1 allows no further signature", raw_signature(pdf, pki))
        case(f"certified-{number}-stamped", [GOOD, GOOD], "validation data and time stamps are always allowed",
             stamp(add_store(pdf, certs=[pki.ca], crls=pki.lists()), pki.tsa.stamper()))
        case(f"certified-{number}-contents", FORBIDDEN, "no level allows another page", changed(pdf, {5: OTHER_FONT}))
    pdf = sign(plain, pki.unit, certify=True, docmdp_permissions=MDPPerm.ANNOTATE)
    painted = stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"1 g 0 0 595 842 re f")
    for kind, word in [("FreeText", ALLOWED), ("Stamp", ALLOWED), ("Redact", FORBIDDEN), ("Link", FORBIDDEN)]:
        case(f"certified-3-{kind.lower()}", word, "text and stamps over the page are what level 3 allows, and are told; redacting and links are not notes",
             with_annotation(pdf, note(kind, b"/AP<</N %d 0 R>>" % (FREE_NUMBER + 1)), {FREE_NUMBER + 1: painted}))
    case("certified-3-script-note", FORBIDDEN, "a note that runs a script", with_annotation(pdf, note("Text", b"/A<</S/JavaScript/JS(1)>>")))
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, ["noidung"])
    case("locked-field-filled", FORBIDDEN, "this signature locked that field", filled(sign(plain, pki.person, lock=lock)))
    lock = FieldMDPSpec(FieldMDPAction.EXCLUDE, ["noidung"])
    locked = sign(plain, pki.person, lock=lock)
    case("free-field-filled", ALLOWED, "all fields but this one are locked", filled(locked))
    case("all-but-one-ticked", FORBIDDEN, "all fields but another are locked",
         changed(locked, {10: body_of(locked, 10).replace(b"/V/Off/AS/Off", b"/V/Yes/AS/Yes")}))
    case("all-locked-then-stamped", [GOOD, GOOD], "a lock does not keep a time stamp out",
         stamp(sign(plain, pki.person, lock=FieldMDPSpec(FieldMDPAction.ALL)), pki.tsa.stamper()))


def raw_signature(pdf, pki):
    """A further signature where pyHanko itself would refuse to add one."""
    from pyhanko.sign.signers import cms_embedder
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    embedder = cms_embedder.PdfCMSEmbedder(new_field_spec=fields.SigFieldSpec("Them"))
    step = embedder.write_cms(field_name="Them", writer=writer)
    next(step)
    step.send(cms_embedder.SigObjSetup(sig_placeholder=SignatureObject(timestamp=NOW, subfilter=fields.SigSeedSubFilter.PADES, bytes_reserved=16384)))
    digest, out = step.send(cms_embedder.SigIOSetup(md_algorithm="sha256", in_place=True))
    made = asyncio.run(pki.person.signer().async_sign(digest.document_digest, "sha256", use_pades=True))
    step.send(made)
    return out.getvalue()


def shadows(case, pki):
    """Documents prepared before signing to show something else afterwards (Mainka, Mladenov, Rohlmann 2021)."""
    hidden = paper(hidden=True)
    pdf = sign(hidden, pki.person)
    case("shadow-hide", FORBIDDEN, "a page was hidden in the file and is now in the page tree",
         changed(pdf, {2: body_of(pdf, 2).replace(b"7 0 R]", b"7 0 R 21 0 R]").replace(b"/Count 2", b"/Count 3")}))
    case("shadow-replace-contents", FORBIDDEN, "the prepared contents take the place of those shown",
         changed(pdf, {3: page_with(pdf, 3, b"4 0 R", b"20 0 R")}))
    case("shadow-xref-only", FORBIDDEN, "no new object at all: the table points the old number at the prepared bytes",
         changed(pdf, {}, entries={4: pdf.index(b"20 0 obj")}))
    twin = raw_twin(hidden)
    pdf_twin = sign(twin, pki.person)
    case("shadow-twin-object", FORBIDDEN, "a second object with the same number lay in the signed bytes",
         changed(pdf_twin, {}, entries={4: pdf_twin.index(b"4 0 obj", pdf_twin.index(b"%twin"))}))
    case("shadow-hide-and-replace", FORBIDDEN, "the catalog of a second document lay in the file",
         changed(sign(two_documents(), pki.person), {}, trailer="/Root 31 0 R"))
    case("shadow-overlay-removed", FORBIDDEN, "an annotation that covered the true text is taken off",
         uncovered(sign(covered(), pki.person)))
    case("shadow-dangling", FORBIDDEN, "the page referred to an object that did not exist yet",
         changed(sign(dangling(), pki.person), {99: stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"1 g 0 0 595 842 re f")}))
    pdf = sign(shared_look(), pki.person)
    case("shadow-look-is-content", FORBIDDEN, "the look of the field is painted on the page as well", changed(pdf, {11: look("9000000")}))
    pdf = sign(shared_store(), pki.person)
    case("shadow-store-is-contents", FORBIDDEN, "an array of the validation data is the page's contents too",
         changed(pdf, {30: b"[20 0 R]"}))
    pdf = sign(hidden, pki.person)
    case("shadow-look-swapped-to-hidden", ALLOWED, "a field was made to show something prepared: allowed as filling, and told",
         changed(pdf, {9: body_of(pdf, 9).replace(b"/N 11 0 R", b"/N 23 0 R")}))
    pdf = sign(layered(), pki.person)
    case("shadow-layer-switched", FORBIDDEN, "a hidden layer is switched on", changed(pdf, {33: "<</ON[32 0 R]/OFF[]>>"}))
    case("shadow-metadata-is-contents", FORBIDDEN, "the metadata stream is the page's contents too", shadow_metadata(pki))
    case("shadow-hidden-annotation", FORBIDDEN, "an annotation that lay in the file unused is put on the page", hidden_annotation(pki))


def raw_twin(pdf):
    """The same file with another object 4 lying unused before the table."""
    at = pdf.index(b"xref\n0 ")
    more = b"%twin\n4 0 obj\n" + stream("", text("chi 9000000 dong")) + b"\nendobj\n"
    start = at + len(more)
    return re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, pdf[:at] + more + pdf[at:])


def two_documents():
    from paper import objects, write

    made = objects(hidden=True)
    made[31] = "<</Type/Catalog/Pages 32 0 R>>"
    made[32] = "<</Type/Pages/Count 1/MediaBox[0 0 595 842]/Kids[21 0 R]>>"
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def covered():
    from paper import objects, write

    made = objects()
    made[3] = made[3].replace("10 0 R]", "10 0 R 30 0 R]")
    made[30] = "<</Type/Annot/Subtype/Stamp/Rect[0 0 595 842]/F 4/AP<</N 31 0 R>>>>"
    made[31] = stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"1 g 0 0 595 842 re f")
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def uncovered(pdf):
    return changed(pdf, {3: body_of(pdf, 3).replace(b"30 0 R", b"", 1)})


def dangling():
    from paper import objects, write

    made = objects()
    made[3] = made[3].replace("/X1 6 0 R", "/X1 6 0 R/X2 99 0 R")
    made[4] = stream("", text("Dieu 1") + b" /X2 Do")
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def shared_look():
    from paper import objects, write

    made = objects()
    made[3] = made[3].replace("/X1 6 0 R", "/X1 11 0 R")
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def shared_store():
    from paper import objects, write

    made = objects(hidden=True, catalog="/DSS<</Certs 30 0 R>>")
    made[3] = made[3].replace("/Contents 4 0 R", "/Contents 30 0 R")
    made[30] = "[4 0 R]"
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def layered():
    from paper import objects, write

    made = objects(catalog="/OCProperties<</OCGs[32 0 R]/D 33 0 R>>")
    made[32], made[33] = "<</Type/OCG/Name(an)>>", "<</ON[]/OFF[32 0 R]>>"
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def shadow_metadata(pki):
    from paper import objects, write

    made = objects()
    made[3] = made[3].replace("/Contents 4 0 R", "/Contents 12 0 R")
    pdf = sign(write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]"), pki.person)
    return changed(pdf, {12: stream("/Type/Metadata/Subtype/XML", text("chi 9000000 dong"))})


def hidden_annotation(pki):
    from paper import objects, write

    made = objects(hidden=True)
    made[30] = "<</Type/Annot/Subtype/FreeText/Rect[0 0 595 842]/F 4/AP<</N 23 0 R>>>>"
    pdf = sign(write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]"), pki.unit, certify=True, docmdp_permissions=MDPPerm.ANNOTATE)
    return changed(pdf, {3: re.sub(rb"/Annots\s*\[", b"/Annots[30 0 R ", body_of(pdf, 3))})


def structure(case, pki, plain, signed):
    pdf = signed
    begin, end = hole(pdf)
    case("tail-without-table", FORBIDDEN, "objects without a table: readers that repair files show them",
         pdf + b"4 0 obj\n" + stream("", text("chi 9000000 dong")) + b"\nendobj\n")
    case("tail-without-end", FORBIDDEN, "an update without startxref", changed(pdf, {4: stream("", text("chi 9000000 dong"))}, closing=False))
    case("tail-of-garbage", FORBIDDEN, "bytes behind the end that are no update", pdf + b"xin chao, day khong phai PDF")
    case("tail-copy-of-trailer", FORBIDDEN, "an update whose startxref leads back to the signed table, objects in between",
         pdf + b"4 0 obj\n" + stream("", text("chi 9000000 dong")) + b"\nendobj\n" + b"startxref\n%d\n%%%%EOF\n" % last_startxref(pdf))
    case("unlisted-object", FORBIDDEN, "an update with an object that its table does not name",
         changed(pdf, {FREE_NUMBER: "<</X 1>>"}, extra=b"4 0 obj\n" + stream("", text("chi 9000000 dong")) + b"\nendobj\n"))
    case("prev-into-the-middle", FORBIDDEN, "the chain of tables leaves out the signed one",
         changed(pdf, {4: stream("", text("chi 9000000 dong"))}, prev=last_startxref(pdf[:begin]), trailer="/Root 1 0 R/Info 13 0 R"))
    case("hybrid-update", FORBIDDEN, "an update that says something else to readers that know streams", hybrid_update(pdf))
    case("range-too-short", MALFORMED, "the range ends before the end of a save", shifted(pdf, pki, cut=5))
    case("wrapped", MALFORMED, "the gap was widened and holds another document (signature wrapping)", wrapped(pdf))
    case("range-of-five", MALFORMED, "a range that is none", pdf.replace(b"/ByteRange [0 ", b"/ByteRange [5 ").replace(b"/ByteRange [0", b"/ByteRange [5"))
    case("range-negative", MALFORMED, "a range that is none", re.sub(rb"/ByteRange ?\[0 (\d)", rb"/ByteRange [0 -", pdf, count=1))
    case("range-missing", MALFORMED, "universal forgery: no range", pdf.replace(b"/ByteRange", b"/ByteRanch"))
    case("contents-missing", MALFORMED, "universal forgery: no contents", pdf.replace(b"/Contents <", b"/Kontents <").replace(b"/Contents<", b"/Kontents<"))
    case("contents-null", MALFORMED, "universal forgery: contents are nothing", pdf[:begin] + b"null".ljust(end - begin) + pdf[end:])
    case("reused-in-second-field", [FORBIDDEN, MALFORMED], "the signature is shown a second time in a field of its own", reused(pdf))
    case("xfa", MALFORMED, "nobody can say what an XFA form shows", sign(xfa(), pki.person))
    case("encrypted", MALFORMED, "what is protected by a password cannot be judged", encrypted(plain))


def hybrid_update(pdf):
    """The table says nothing of object 4; the stream beside it does."""
    out = bytearray(pdf)
    place = len(out)
    out += b"4 0 obj\n" + stream("", text("chi 9000000 dong")) + b"\nendobj\n"
    at = len(out)
    row = b"\1" + place.to_bytes(4, "big") + b"\0\0"
    out += b"400 0 obj\n" + stream("/Type/XRef/W[1 4 2]/Index[4 1]/Size 401/Root 1 0 R", row) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 0\ntrailer\n<</Size 401/Prev %d/XRefStm %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        last_startxref(pdf), at, trailer_of(pdf).encode(), start)
    return bytes(out)


def resigned(pdf, pki, cover):
    """A valid signature over whatever parts `cover` names."""
    begin, end = hole(pdf)
    parts = b"".join(pdf[a:b] for a, b in cover)
    digest = hashlib.sha256(parts).digest()
    made = asyncio.run(pki.person.signer().async_sign(digest, "sha256", use_pades=True))
    return with_cms(pdf, made.dump())


def shifted(pdf, pki, cut):
    begin, end = hole(pdf)
    length = len(pdf) - end
    new = b"%d" % (length - cut)
    pdf = re.sub(rb"(/ByteRange\s*\[0 \d+ \d+ )(\d+)", lambda m: m.group(1) + new.ljust(len(m.group(2))), pdf, count=1)
    begin, end = hole(pdf)
    return resigned_at(pdf, pki, [(0, begin), (end, len(pdf) - cut)])


def resigned_at(pdf, pki, cover):
    return resigned(pdf, pki, cover)


def wrapped(pdf):
    """The string of the signature ends early; the rest of the gap, which nobody signed, says something else."""
    begin, end = hole(pdf)
    evil = b"<" + cms_of(pdf).rstrip(b"\0").hex().encode() + b"> /Reason (ky cho van ban khac) "
    return pdf[:begin] + evil.ljust(end - begin) + pdf[end:]


def reused(pdf):
    value = re.search(rb"/V (\d+) 0 R", body_of(pdf, field_number(pdf))).group(1)
    field = b"<</FT/Sig/T(Khac)/V %s 0 R/Type/Annot/Subtype/Widget/Rect[60 60 200 100]/F 4/P 3 0 R>>" % value
    return changed(pdf, {8: re.sub(rb"/Fields\s*\[", b"/Fields[%d 0 R " % FREE_NUMBER, body_of(pdf, 8)), FREE_NUMBER: field})


def field_number(pdf):
    numbers = re.findall(rb"(\d+) 0 R", re.search(rb"/Fields\s*\[(.*?)\]", body_of(pdf, 8), re.S).group(1))
    return int(numbers[-1])


def xfa():
    from paper import objects, write

    made = objects()
    made[8] = made[8][:-2] + "/XFA 30 0 R>>"
    made[30] = stream("", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    return write(made, "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")


def encrypted(plain):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    writer.encrypt(owner_pass="khoa", user_pass="mo")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def no_signature(case, pki, plain):
    case("unsigned", NOT_SIGNED, "nobody signed it", plain)
    case("unsigned-packed", NOT_SIGNED, "nobody signed it", packed_paper())
    case("unsigned-field", NOT_SIGNED, "a field waits for a signature", prepared(plain))
    case("unsigned-updated", NOT_SIGNED, "changed, but never signed", filled(plain))
    case("unsigned-hybrid", NOT_SIGNED, "a hybrid file without a signature", hybrid_update(plain))
    case("garbage", MALFORMED, "not a PDF", b"\x00\x01 day khong phai PDF \xff" * 99)
    case("empty", MALFORMED, "nothing at all", b"")
    case("picture", MALFORMED, "a picture with the name of a PDF", b"\x89PNG\r\n\x1a\n" + b"\0" * 500)
    case("cut-short", MALFORMED, "the end is missing", sign(plain, pki.person)[:900])
    case("cut-in-the-signature", MALFORMED, "the end is missing", sign(plain, pki.person)[:-3000])
    case("page-tree-in-a-circle", NOT_SIGNED, "a page tree that is its own child is read once",
         update(plain, {2: "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>"}))
    case("tables-in-a-circle", MALFORMED, "a table whose predecessor is itself", update(plain, {}, prev=len(plain)))
    case("bomb", MALFORMED, "an object stream of a gigabyte", bomb())
    case("nested", MALFORMED, "a thousand arrays in one another", nested())


def bomb():
    import zlib

    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"1 0 " * (1 << 18)) for _ in range(1 << 10)) + packer.flush()
    out = bytearray(b"%PDF-1.7\n")
    places = {5: len(out)}
    out += b"5 0 obj\n" + stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", data) + b"\nendobj\n"
    start = places[6] = len(out)
    rows = b"\0\0\0\0\0\0\0" + b"".join(b"\2" + (5).to_bytes(4, "big") + bytes([0, n]) for n in range(4))
    rows += b"".join(b"\1" + places[n].to_bytes(4, "big") + b"\0\0" for n in (5, 6))
    out += b"6 0 obj\n" + stream("/Type/XRef/W[1 4 2]/Size 7/Root 1 0 R", rows) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def nested():
    from paper import objects, write

    made = objects()
    made[1] = made[1][:-2] + "/X " + "[" * 1000 + "]" * 1000 + ">>"
    return write(made, "/Root 1 0 R")
