"""pyHanko signs a PDF over and over, and measures itself: sign.py FILE.pdf KEY.p12 PIN

Every line that comes in is a number of signatures to make; what goes out is the seconds one of them took.
"""
import io
import sys
import time

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp import TextStampStyle

path, key, pin = sys.argv[1:]
with open(path, "rb") as file:
    pdf = file.read()
signer = signers.SimpleSigner.load_pkcs12(key, passphrase=pin.encode())
facts = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
seen = fields.SigFieldSpec("Signature1", box=(400, 750, 580, 820))
maker = signers.PdfSigner(facts, signer, stamp_style=TextStampStyle(stamp_text="%(signer)s\n%(ts)s"), new_field_spec=seen)
for line in sys.stdin:
    times = int(line)
    began = time.perf_counter()
    for _ in range(times):
        maker.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    print((time.perf_counter() - began) / times, flush=True)
