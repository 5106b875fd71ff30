"""pyHanko's word on every signature of a PDF, as JSON: judge.py FILE.pdf TRUSTED.pem"""
import json
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

context = ValidationContext(trust_roots=[load_cert_from_pemder(sys.argv[2])], allow_fetching=False)
verdicts = []
with open(sys.argv[1], "rb") as file:
    for signature in PdfFileReader(file, strict=True).embedded_regular_signatures:
        status = validate_pdf_signature(signature, context)
        attributes = [a["type"].native for a in signature.signer_info["signed_attrs"]]
        verdicts.append({
            "field": signature.field_name,
            "intact": status.intact,
            "valid": status.valid,
            "trusted": status.trusted,
            "whole": status.coverage.name == "ENTIRE_FILE",
            "changes": status.modification_level.name if status.modification_level else "NONE",
            "bottom_line": status.bottom_line,
            "sub_filter": signature.sig_object["/SubFilter"],
            "digest": signature.md_algorithm,
            "attributes": sorted(attributes),
        })
print(json.dumps(verdicts))
