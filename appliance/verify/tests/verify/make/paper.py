"""Papers to be signed, and the knife: updates written byte by byte, as an attacker would."""

import io
import re
import zlib


def stream(dictionary, data):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (dictionary.encode(), len(data), data)


def write(objects, trailer):
    """A file with one table. `objects`: number -> body."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body if isinstance(body, bytes) else body.encode())
    size, start = max(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    out += b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer.encode(), start)
    return bytes(out)


def update(pdf, objects, trailer="/Root 1 0 R/Info 13 0 R", prev=None, free=(), extra=b"", entries=None, closing=True):
    """Appends objects with a table of their own. `entries`: offsets to lie about."""
    prev = last_startxref(pdf) if prev is None else prev
    out, places = bytearray(pdf), dict(entries or {})
    if not out.endswith(b"\n"):
        out += b"\n"
    for number, body in sorted(objects.items()):
        places.setdefault(number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body if isinstance(body, bytes) else body.encode())
    out += extra
    start = len(out)
    size = max([size_of(pdf) - 1, *places, *free]) + 1
    out += b"xref\n"
    for number in sorted([*places, *free]):
        out += b"%d 1\n" % number
        out += b"0000000000 00001 f \n" if number in free else b"%010d 00000 n \n" % places[number]
    out += b"trailer\n<</Size %d/Prev %d%s>>\n" % (size, prev, trailer.encode())
    return bytes(out + (b"startxref\n%d\n%%%%EOF\n" % start if closing else b""))


def last_startxref(pdf):
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def size_of(pdf):
    return max(int(size) for size in re.findall(rb"/Size (\d+)", pdf))


def text(words, size=14, y=760):
    return f"BT /F1 {size} Tf 60 {y} Td ({words}) Tj ET".encode()


def xmp(more=b""):
    return (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
            b"</rdf:RDF></x:xmpmeta>" + more)


FONT = "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>"
OTHER_FONT = "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>"


def objects(pages=2, form=True, hidden=False, catalog=""):
    """A decision of two pages with a small form: what the cases below cut at."""
    kids = [3, 7] + [40 + n for n in range(pages - 2)] if pages > 1 else [3]
    form_entry = "/AcroForm 8 0 R" if form else ""
    annots = "/Annots[9 0 R 10 0 R]" if form else ""
    made = {
        1: f"<</Type/Catalog/Pages 2 0 R{form_entry}/Metadata 12 0 R{catalog}>>",
        2: f"<</Type/Pages/Count {len(kids)}/MediaBox[0 0 595 842]/Kids[{' '.join(f'{k} 0 R' for k in kids)}]>>",
        3: f"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X1 6 0 R>>>>{annots}>>",
        4: stream("", text("Quyet dinh so 12: chi 1000000 dong") + b" q 100 0 0 20 60 700 cm /X1 Do Q"),
        5: FONT,
        6: stream("/Type/XObject/Subtype/Image/Width 2/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", b"\x40\xc0"),
        12: stream("/Type/Metadata/Subtype/XML", xmp()),
        13: "<</Title(Quyet dinh)/Author(Van thu)>>",
        14: stream("", text("Dieu 2. Thi hanh tu ngay ky.")),
    }
    if 7 in kids:
        made[7] = "<</Type/Page/Parent 2 0 R/Contents 14 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    for number in kids[2:]:
        made[number] = made[7]
    if form:
        made |= {
            8: "<</Fields[9 0 R 10 0 R]/DR<</Font<</F1 5 0 R>>>>/DA(/F1 12 Tf 0 g)>>",
            9: "<</Type/Annot/Subtype/Widget/FT/Tx/T(noidung)/Rect[60 600 260 620]/F 4/P 3 0 R/DA(/F1 12 Tf 0 g)"
               "/V(cu)/AP<</N 11 0 R>>>>",
            10: "<</Type/Annot/Subtype/Widget/FT/Btn/T(dongy)/Rect[60 560 75 575]/F 4/P 3 0 R/V/Off/AS/Off"
                "/AP<</N<</Off 15 0 R/Yes 16 0 R>>>>>>",
            11: look("cu"),
            15: stream("/Type/XObject/Subtype/Form/BBox[0 0 15 15]", b""),
            16: stream("/Type/XObject/Subtype/Form/BBox[0 0 15 15]", b"0 0 m 15 15 l S"),
        }
    if hidden:
        made |= {
            20: stream("", text("Quyet dinh so 12: chi 9000000 dong")),
            21: "<</Type/Page/Parent 2 0 R/Contents 20 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            22: OTHER_FONT,
            23: stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"1 g 0 0 595 842 re f"),
        }
    return made


def look(words, wide=200, high=20):
    return stream(f"/Type/XObject/Subtype/Form/BBox[0 0 {wide} {high}]/Resources<</Font<</F1 5 0 R>>>>",
                  f"/Tx BMC BT /F1 12 Tf 2 5 Td ({words}) Tj ET EMC".encode())


def paper(**more):
    trailer = more.pop("trailer", "/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]")
    return write(objects(**more), trailer)


def packed_paper(**more):
    """The same with object streams and a cross-reference stream."""
    made = objects(**more)
    inside = {n: b if isinstance(b, str) else None for n, b in made.items()}
    inside = {n: b for n, b in inside.items() if b}
    head, body = [], b""
    for number, text_of in sorted(inside.items()):
        head.append(f"{number} {len(body)}")
        body += text_of.encode() + b"\n"
    first = " ".join(head).encode() + b"\n"
    data = zlib.compress(first + body)
    container = stream(f"/Type/ObjStm/N {len(inside)}/First {len(first)}/Filter/FlateDecode", data)
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    number_of_container = max(made) + 1
    for number, text_of in sorted({**{n: b for n, b in made.items() if n not in inside}, number_of_container: container}.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text_of)
    number_of_table = number_of_container + 1
    places[number_of_table] = start = len(out)
    index = sorted(inside)
    rows = b""
    for number in range(number_of_table + 1):
        if number in inside:
            rows += bytes([2]) + number_of_container.to_bytes(4, "big") + index.index(number).to_bytes(2, "big")
        elif number in places:
            rows += bytes([1]) + places[number].to_bytes(4, "big") + b"\0\0"
        else:
            rows += bytes([0]) + b"\0\0\0\0\xff\xff"
    # PNG "up" rows, as every writer of such tables makes them.
    previous, up = bytes(7), b""
    for at in range(0, len(rows), 7):
        row = rows[at:at + 7]
        up += b"\2" + bytes((a - b) % 256 for a, b in zip(row, previous))
        previous = row
    table = stream(f"/Type/XRef/W[1 4 2]/Size {number_of_table + 1}/Root 1 0 R/Info 13 0 R/ID[<0011><0011>]"
                   "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 7>>", zlib.compress(up))
    out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number_of_table, table, start)
    return bytes(out)


def body_of(pdf, number):
    """The newest body of an object, as written."""
    found = list(re.finditer(rb"(?:^|[\r\n])%d 0 obj\s*(.*?)\s*endobj" % number, pdf, re.S))
    return found[-1].group(1)


def trailer_of(pdf):
    """Root and Info for a further update."""
    root = re.findall(rb"/Root (\d+ 0 R)", pdf)[-1].decode()
    info = re.findall(rb"/Info (\d+ 0 R)", pdf)
    return f"/Root {root}" + (f"/Info {info[-1].decode()}" if info else "")


def buffer(pdf):
    return io.BytesIO(pdf)
