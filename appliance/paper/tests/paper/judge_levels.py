"""pyHanko's word on every signature of some PDFs at their levels, one JSON line a file.

judge_levels.py ROOT.pem LEVEL FILE.pdf [LEVEL FILE.pdf]...

B and T are validated as they are; LT with nothing but the file's own store, where every certificate has to be known not
to be revoked; LTA by the whole of EN 319 102-1 clause 5.6.3, now and as if it were twenty years later.
"""
import asyncio
import json
import sys
from datetime import datetime, timedelta, timezone

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_lta_validation, simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

root = load_cert_from_pemder(sys.argv[1])
ARCHIVED = PdfSignatureValidationSpec(SignatureValidationSpec(
    cert_validation_policy=CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([root]),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    ),
    revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
))


def archived(signature):
    """What is wrong with it as an archived one, now and later."""
    later = datetime.now(tz=timezone.utc) + timedelta(days=20 * 365)
    results = {
        "now": asyncio.run(ades_lta_validation(signature, ARCHIVED)),
        "later": asyncio.run(simulate_future_ades_lta_validation(signature, ARCHIVED, later)),
    }
    return [f"{when}: {result.ades_subindic} {result.failure_msg}" for when, result in results.items()
            if result.ades_subindic != AdESPassed.OK]


def context(level, reader):
    if level in ("LT", "LTA"):
        store = DocumentSecurityStore.read_dss(reader)
        return store.as_validation_context(
            {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "require"})
    return ValidationContext(trust_roots=[root], allow_fetching=False)


def judged(level, reader, signature):
    status = validate_pdf_signature(signature, context(level, reader))
    wrong = archived(signature) if level == "LTA" else []
    stamp = status.timestamp_validity
    return {
        "field": signature.field_name,
        "good": status.intact and status.valid and status.trusted and status.bottom_line and not wrong,
        "whole": status.coverage.name == "ENTIRE_FILE",
        "changes": status.modification_level.name if status.modification_level else "NONE",
        "stamped": bool(stamp and stamp.intact and stamp.valid and stamp.trusted),
        "details": "\n".join([*wrong, status.pretty_print_details()]),
    }


for level, path in zip(sys.argv[2::2], sys.argv[3::2]):
    with open(path, "rb") as file:
        reader = PdfFileReader(file, strict=True)
        said = []
        for signature in reader.embedded_regular_signatures:
            try:
                said.append(judged(level, reader, signature))
            except Exception as why:
                said.append({"field": signature.field_name, "good": False, "whole": False, "changes": "",
                             "stamped": False, "details": repr(why)})
        stamps = [validate_pdf_timestamp(stamp, context(level, reader))
                  for stamp in reader.embedded_timestamp_signatures]
        good = all(stamp.intact and stamp.valid and stamp.trusted for stamp in stamps)
        print(json.dumps({"signatures": said, "stamps": len(stamps), "stamps_good": good}))
