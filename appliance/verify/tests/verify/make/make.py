"""Writes the files of the table, the trust folders and pyHanko's opinion of each file into the folder given."""

import io
import json
import logging
import pathlib
import sys

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext

from authority import NOW, Pki, revocations
from cases import DAY, cases


def opinion(pdf, pki, lists, roots):
    """What pyHanko thinks of each signature: its own word, or the error it raised."""
    said = []
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        signatures = list(reader.embedded_signatures)
    except Exception as error:
        return [f"error: {type(error).__name__}"]
    for signature in signatures:
        def context():
            settings = dict(trust_roots=roots, moment=NOW, allow_fetching=False, revocation_mode="soft-fail")
            try:
                store = DocumentSecurityStore.read_dss(reader)
                crls, ocsps = [store.crls, store.ocsps]
                settings["other_certs"] = list(store.load_certs())
                settings["crls"] = [*lists, *(crl.get_object().data for crl in crls)]
                settings["ocsps"] = [answer.get_object().data for answer in ocsps]
            except NoDSSFoundError:
                settings["crls"] = lists
            return ValidationContext(**settings)
        try:
            if signature.sig_object_type == "/DocTimeStamp":
                status = validate_pdf_timestamp(signature, context())
                bottom_line = status.intact and status.valid and status.trusted
            else:
                status = validate_pdf_signature(signature, context(), context())
                bottom_line = status.bottom_line
            said.append("valid" if bottom_line else "invalid: " + status.summary())
        except Exception as error:
            said.append(f"error: {type(error).__name__} {error}")
    return said


def main(folder):
    logging.disable(logging.CRITICAL)
    folder = pathlib.Path(folder)
    pki = Pki()
    folders = {
        "nothing": {}, "root": {"goc.pem": pki.root.pem},
        "lists": {"goc.pem": pki.root.pem, "goc.crl": pki.lists()[0], "ca.crl": pki.lists()[1]},
        "revoking": {"goc.pem": pki.root.pem, "ca.crl": revocations(pki.ca, [(pki.revoked, NOW - 200 * DAY)])},
    }
    for name, files in folders.items():
        (folder / name).mkdir(parents=True)
        for file, data in files.items():
            (folder / name / file).write_bytes(data)
    rows = []
    for case in cases(pki):
        pdf = case.pop("pdf")
        (folder / f"{case['name']}.pdf").write_bytes(pdf)
        lists = [data for name, data in folders[case["trust"]].items() if name.endswith(".crl")]
        roots = [] if case["trust"] == "nothing" else [pki.root.asn1]
        rows.append({**case, "pyhanko": opinion(pdf, pki, lists, roots) if case["name"] != "bomb" else []})
    table = {"now_ms": int(NOW.timestamp() * 1000), "cases": rows}
    (folder / "table.json").write_text(json.dumps(table, ensure_ascii=False, indent=1))


main(sys.argv[1])
