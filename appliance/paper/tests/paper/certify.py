"""Certifies a PDF as its author's, with what is permitted afterwards: certify.py IN.pdf OUT.pdf KEY.p12 PIN PERMISSION"""
import sys

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

source, target, key, pin, permission = sys.argv[1:]
signer = signers.SimpleSigner.load_pkcs12(key, passphrase=pin.encode())
facts = signers.PdfSignatureMetadata(
    field_name="TacGia",
    certify=True,
    subfilter=fields.SigSeedSubFilter.PADES,
    docmdp_permissions=fields.MDPPerm[permission],
)
with open(source, "rb") as file, open(target, "wb") as out:
    signers.sign_pdf(IncrementalPdfFileWriter(file), facts, signer=signer, output=out)
