//! The clauses of ISO 19005-2, level B, that can be seen without a validator, held against a file of ours, composed or
//! signed. Each is the rule that veraPDF's profile has for it; the ledger in CONFORMANCE.md says which.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, content::Content};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// Fails with the clause that is broken.
pub(crate) fn is_pdf_a(pdf: &[u8]) {
    is_good_file(pdf);
    let document = Document::load_mem(pdf).unwrap();
    assert!(!document.trailer.has(b"Encrypt"), "6.1.3 encrypted");
    let id = document.trailer.get(b"ID").unwrap().as_array().unwrap();
    assert!(id.len() == 2 && id.iter().all(|half| !half.as_str().unwrap().is_empty()), "6.1.3 ID");
    is_good_catalog(&document);
    is_good_metadata(&document);
    for object in document.objects.values() {
        within_limits(object);
        each_object(&document, object);
        is_as_we_write(&document, object);
    }
    for page in document.get_pages().into_values() {
        is_good_page(&document, page);
    }
}

/// §6.1.2 to §6.1.9: bytes, as they stand.
fn is_good_file(pdf: &[u8]) {
    assert!(pdf.starts_with(b"%PDF-1.7\n%") && pdf[10..14].iter().all(|&byte| byte > 127), "6.1.2 header");
    assert!(pdf.ends_with(b"%%EOF\n"), "6.1.3 nothing after the end");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let tail = text(&pdf[pdf.len() - 40..]);
    let mut start: usize = tail.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let mut known = BTreeSet::new();
    loop {
        assert!(pdf[start..].starts_with(b"xref\n") && pdf[start - 1] == b'\n', "6.1.4 xref at {start}");
        let mut at = start + 5;
        while pdf[at].is_ascii_digit() {
            let line = text(pdf[at..].split(|&byte| byte == b'\n').next().unwrap());
            let (first, count) = line.split_once(' ').unwrap();
            let (first, count): (usize, usize) = (first.parse().unwrap(), count.parse().unwrap());
            at += line.len() + 1;
            for entry in pdf[at..at + 20 * count].chunks(20).zip(first..) {
                let (entry, number) = (text(entry.0), entry.1);
                assert!(entry.ends_with(" n \n") || entry == "0000000000 65535 f \n", "6.1.4 {entry:?}");
                if entry.ends_with("n \n") {
                    is_good_object(pdf, entry[..10].parse().unwrap(), number);
                    known.insert(number);
                }
            }
            at += 20 * count;
        }
        let trailer = text(&pdf[at..pdf.len().min(at + 600)]);
        assert!(trailer.starts_with("trailer\n<<"), "6.1.4 {trailer}");
        match trailer.split("startxref").next().unwrap().split("/Prev").nth(1) {
            Some(rest) => {
                let digits: String = rest.trim().chars().take_while(char::is_ascii_digit).collect();
                start = digits.parse().unwrap();
            }
            None => break,
        }
    }
    let most = known.last().copied().unwrap();
    assert!(known.len() == most && most < 8_388_607, "6.1.4 gaps, 6.1.13 objects");
}

/// §6.1.9, §6.1.7.1, §6.1.6.
fn is_good_object(pdf: &[u8], at: usize, number: usize) {
    let head = format!("{number} 0 obj\n");
    assert!(pdf[at..].starts_with(head.as_bytes()) && pdf[at - 1] == b'\n', "6.1.9 object {number}");
    let body = &pdf[at + head.len()..];
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    let end = find(body, b"\nendobj\n").expect("6.1.9 endobj");
    let dictionary = match find(&body[..end], b"stream\n") {
        Some(stream) if body[..stream].ends_with(b"\n") || body[..stream].ends_with(b">>") => {
            let dictionary = &body[..stream];
            // `/Length1` is another key.
            let keys = dictionary.windows(8).position(|key| key.starts_with(b"/Length") && key[7] != b'1');
            let digits = dictionary[keys.unwrap() + 7..].iter().map(|byte| char::from(*byte));
            let digits: String = digits.skip_while(|c| *c == ' ').take_while(char::is_ascii_digit).collect();
            let behind = &body[stream + 7 + digits.parse::<usize>().unwrap()..];
            assert!(behind.starts_with(b"\nendstream\nendobj\n"), "6.1.7.1 stream {number}");
            dictionary
        }
        _ => &body[..end],
    };
    let mut rest = dictionary;
    while let Some(open) = rest.iter().position(|byte| matches!(byte, b'<' | b'(')) {
        if rest[open] == b'(' {
            let mut at = open + 1;
            let mut depth = 1;
            while depth > 0 {
                match rest[at] {
                    b'\\' => at += 1,
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    _ => {}
                }
                at += 1;
            }
            rest = &rest[at..];
        } else if rest[open + 1] == b'<' {
            rest = &rest[open + 2..];
        } else {
            let close = open + rest[open..].iter().position(|byte| *byte == b'>').unwrap();
            let digits = &rest[open + 1..close];
            assert!(
                digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit),
                "6.1.6 string in {number}"
            );
            rest = &rest[close + 1..];
        }
    }
}

/// §6.1.13.
fn within_limits(object: &Object) {
    match object {
        Object::Integer(number) => assert!(i32::try_from(*number).is_ok(), "6.1.13 {number}"),
        Object::Real(number) => {
            assert!(number.is_finite() && (*number == 0.0 || number.abs() > 1.175e-38), "6.1.13 {number}");
        }
        Object::Name(name) => {
            assert!(name.len() <= 127 && std::str::from_utf8(name).is_ok(), "6.1.13, 6.1.8")
        }
        Object::String(string, _) => assert!(string.len() <= 32767, "6.1.13 string"),
        Object::Array(items) => items.iter().for_each(within_limits),
        Object::Dictionary(dictionary) => dictionary.iter().for_each(|(_, value)| within_limits(value)),
        Object::Stream(stream) => stream.dict.iter().for_each(|(_, value)| within_limits(value)),
        _ => {}
    }
}

/// §6.2.3, §6.4 to §6.11: what the catalogue may hold, and the output intent.
fn is_good_catalog(document: &Document) {
    let catalog = document.catalog().unwrap();
    for key in [
        "AA",
        "OpenAction",
        "Requirements",
        "NeedsRendering",
        "Names",
        "OCProperties",
        "Perms",
        "AF",
        "Collection",
    ] {
        assert!(!catalog.has(key.as_bytes()), "catalogue: {key}");
    }
    let intents = catalog.get_deref(b"OutputIntents", document).unwrap().as_array().unwrap();
    assert_eq!(intents.len(), 1, "6.2.3");
    let intent = document.dereference(&intents[0]).unwrap().1.as_dict().unwrap();
    assert_eq!(intent.get(b"S").unwrap().as_name().unwrap(), b"GTS_PDFA1", "6.2.3 output intent");
    assert!(intent.has(b"OutputConditionIdentifier") && !intent.has(b"DestOutputProfileRef"), "6.2.3");
    let profile = intent.get_deref(b"DestOutputProfile", document).unwrap().as_stream().unwrap();
    let bytes = &profile.content;
    assert_eq!((&bytes[36..40], &bytes[12..20]), (b"acsp".as_slice(), b"mntrRGB ".as_slice()), "6.2.3");
    assert!(bytes[8] < 5 && profile.dict.get(b"N").unwrap().as_i64().unwrap() == 3, "6.2.3 version");
    assert_eq!(
        u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize,
        bytes.len(),
        "6.2.3 profile's length"
    );
    if let Ok(form) = catalog.get_deref(b"AcroForm", document).and_then(Object::as_dict) {
        assert!(!form.has(b"XFA") && !form.has(b"NeedAppearances"), "6.4.1, 6.4.2");
    }
}

/// §6.6.2, §6.6.4.
fn is_good_metadata(document: &Document) {
    /// Of the schemas of XMP 2005, and the one of PDF/A.
    const KNOWN: [&str; 20] = [
        "dc:format",
        "dc:title",
        "dc:creator",
        "dc:description",
        "dc:publisher",
        "dc:identifier",
        "dc:type",
        "dc:date",
        "dc:language",
        "pdf:Keywords",
        "pdf:Producer",
        "xmp:CreateDate",
        "xmp:ModifyDate",
        "xmp:MetadataDate",
        "xmp:CreatorTool",
        "pdfaid:part",
        "pdfaid:conformance",
        "rdf:Alt",
        "rdf:Bag",
        "rdf:Seq",
    ];
    let metadata = document.catalog().unwrap().get_deref(b"Metadata", document).unwrap().as_stream().unwrap();
    let named = |key: &[u8]| metadata.dict.get(key).unwrap().as_name().unwrap().to_vec();
    assert_eq!((named(b"Type"), named(b"Subtype")), (b"Metadata".to_vec(), b"XML".to_vec()), "6.6.2.1");
    assert!(!metadata.dict.has(b"Filter"), "6.6.2.1 a packet can be read by who knows no PDF");
    let packet = std::str::from_utf8(&metadata.content).expect("6.6.2.1 UTF-8");
    let header = packet.lines().next().unwrap();
    assert!(
        header.starts_with("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"),
        "6.6.2.1 {header}"
    );
    assert!(packet.trim_end().ends_with("?>") && packet.contains("<?xpacket end="), "6.6.2.1");
    is_well_formed(packet);
    for part in ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>"] {
        assert!(packet.contains(part), "6.6.4 {part} in {packet}");
    }
    assert!(packet.contains("xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\""), "6.6.4");
    for element in packet.split('<').skip(1).filter(|element| element.starts_with(char::is_alphabetic)) {
        let name = element.split(['>', ' ', '/']).next().unwrap();
        let frame = ["x:xmpmeta", "rdf:RDF", "rdf:Description", "rdf:li"].contains(&name);
        assert!(frame || KNOWN.contains(&name), "6.6.2.3.1 {name}");
    }
    let information = document
        .trailer
        .get(b"Info")
        .and_then(|info| document.dereference(info))
        .unwrap()
        .1
        .as_dict()
        .unwrap();
    for (key, value) in information.iter() {
        let words = lopdf::decode_text_string(value).unwrap();
        if !words.starts_with("D:") {
            let escaped = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            assert!(
                packet.contains(&escaped),
                "6.6.2.3 {}: {words:?} in {packet}",
                String::from_utf8_lossy(key)
            );
        }
    }
}

/// As a parser that is not ours has it.
fn is_well_formed(packet: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("packet.xml");
    std::fs::write(&path, packet).unwrap();
    let script = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])";
    let output =
        Command::new("python3").args(["-c", script, path.to_str().unwrap()]).output().expect("python3");
    assert!(output.status.success(), "6.6.2.1 {}", String::from_utf8_lossy(&output.stderr));
}

fn named(dictionary: &Dictionary, key: &[u8]) -> Vec<u8> {
    dictionary.get(key).and_then(Object::as_name).unwrap_or_default().to_vec()
}

/// What holds for any file, whoever wrote it.
pub(crate) fn each_object(document: &Document, object: &Object) {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => {
            let filter = stream.dict.get(b"Filter").and_then(Object::as_name).ok();
            let allowed = [b"DCTDecode".as_slice(), b"JBIG2Decode", b"CCITTFaxDecode", b"FlateDecode"];
            assert!(filter.is_none_or(|filter| allowed.contains(&filter)), "6.1.7.2 {filter:?}");
            assert!(filter.is_some() || !stream.dict.has(b"Filter"), "6.1.7.2 one filter, by name");
            &stream.dict
        }
        _ => return,
    };
    for forbidden in ["OPI", "Alternates", "TR", "TR2", "HTP", "JS", "AA", "OpenAction", "XFA", "PresSteps"] {
        assert!(!dictionary.has(forbidden.as_bytes()), "{forbidden}");
    }
    assert!(!dictionary.has(b"Group"), "6.2.10 no groups");
    is_good_soft_mask(document, dictionary);
    match (named(dictionary, b"Type").as_slice(), named(dictionary, b"Subtype").as_slice()) {
        (b"Annot", _) => is_good_annotation(document, dictionary),
        (b"FontDescriptor", _) => assert!(dictionary.has(b"FontFile2"), "6.2.11.4"),
        (b"Font", b"Type0") => {
            assert!(dictionary.has(b"ToUnicode") && dictionary.has(b"BaseFont"));
            assert_eq!(named(dictionary, b"Encoding"), b"Identity-H", "6.2.11.3.1");
        }
        (b"Font", b"CIDFontType2") => assert!(dictionary.has(b"CIDToGIDMap"), "6.2.11.3.2"),
        _ => {}
    }
}

/// §6.2.10: the colours of a seal are mixed with what is beneath in the space of the output intent, which is there.
fn is_good_soft_mask(document: &Document, dictionary: &Dictionary) {
    let Ok(mask) = dictionary.get_deref(b"SMask", document) else { return };
    let mask = &mask.as_stream().expect("6.2.10 a soft mask of a state").dict;
    assert_eq!(named(dictionary, b"Subtype"), b"Image", "a soft mask of a picture");
    assert_eq!(named(dictionary, b"ColorSpace"), b"DeviceRGB", "6.2.4.3");
    assert_eq!(named(mask, b"ColorSpace"), b"DeviceGray", "ISO 32000-1 11.6.5.3");
    for key in ["SMask", "Mask", "Matte", "ImageMask", "Interpolate"] {
        assert!(!mask.has(key.as_bytes()), "6.2.8, 6.2.10 {key}");
    }
    for side in [b"Width".as_slice(), b"Height"] {
        assert_eq!(mask.get(side).unwrap(), dictionary.get(side).unwrap(), "one mask sample a pixel");
    }
}

/// What no object of ours has, though others might in a way that is allowed.
fn is_as_we_write(document: &Document, object: &Object) {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => {
            is_good_stream(document, stream);
            &stream.dict
        }
        _ => return,
    };
    for key in ["A", "PS", "Ref", "EF", "CIDSet", "ExtGState"] {
        assert!(!dictionary.has(key.as_bytes()), "{key}");
    }
    if named(dictionary, b"Type") == b"Font" {
        let kind = named(dictionary, b"Subtype");
        assert!(kind == b"Type0" || kind == b"CIDFontType2", "6.2.11.2");
    }
}

/// §6.1.7.1, §6.2.8.
fn is_good_stream(document: &Document, stream: &Stream) {
    let told = &stream.dict;
    assert!(["F", "FFilter", "FDecodeParms"].iter().all(|key| !told.has(key.as_bytes())), "6.1.7.1");
    match named(told, b"Subtype").as_slice() {
        b"Image" => {
            assert!(!told.has(b"Interpolate") && !told.has(b"Intent") && !told.has(b"Mask"), "6.2.8");
            let bits = told.get(b"BitsPerComponent").unwrap().as_i64().unwrap();
            if told.has(b"ImageMask") {
                assert!(bits == 1 && !told.has(b"ColorSpace") && !told.has(b"Decode"), "6.2.8 stencil");
            } else {
                let space = named(told, b"ColorSpace");
                assert!(space == b"DeviceGray" || space == b"DeviceRGB", "6.2.4.3 {space:?}");
                assert!(bits == 8 || bits == 1 && space == b"DeviceGray", "6.2.8");
            }
        }
        b"Form" => {
            assert!(!told.has(b"Subtype2"), "6.2.9");
            let resources = told.get(b"Resources").expect("6.2.2 explicit resources").as_dict().unwrap();
            is_good_content(document, &stream.get_plain_content().unwrap(), resources);
        }
        _ => {}
    }
}

/// §6.1.13 (sizes), §6.2.2, §6.5.2.
fn is_good_page(document: &Document, page: ObjectId) {
    let dictionary = document.get_dictionary(page).unwrap();
    let sides: Vec<f32> = dictionary
        .get(b"MediaBox")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side.as_float().unwrap())
        .collect();
    let possible = 3.0..=14400.0;
    assert!(possible.contains(&(sides[2] - sides[0])) && possible.contains(&(sides[3] - sides[1])), "6.1.13");
    let resources = dictionary.get(b"Resources").expect("6.2.2 explicit resources").as_dict().unwrap();
    is_good_content(document, &document.get_page_content(page), resources);
}

/// §6.2.2, §6.1.13: only operators of ISO 32000-1; every name is in the resources; §6.2.11: the letters shown.
fn is_good_content(document: &Document, content: &[u8], resources: &Dictionary) {
    const KNOWN: [&str; 17] =
        ["q", "Q", "cm", "Do", "g", "rg", "BT", "ET", "Tr", "Tf", "Tz", "Td", "Tm", "Tj", "re", "f", "n"];
    let within = |kind: &[u8], name: &Object| {
        let kind = resources.get_deref(kind, document).and_then(Object::as_dict).expect("6.2.2");
        kind.get_deref(name.as_name().unwrap(), document).expect("6.2.2 a name without an object").clone()
    };
    let mut fonts = BTreeMap::new();
    let (mut font, mut depth) = (Vec::new(), 0_i32);
    for operation in Content::decode(content).unwrap().operations {
        let operands = &operation.operands;
        operands.iter().for_each(within_limits);
        assert!(KNOWN.contains(&operation.operator.as_str()), "6.2.2 {}", operation.operator);
        match operation.operator.as_str() {
            "q" => depth += 1,
            "Q" => depth -= 1,
            "Do" => assert!(within(b"XObject", &operands[0]).as_stream().is_ok(), "6.2.2"),
            "Tf" => {
                font = operands[0].as_name().unwrap().to_vec();
                let found = within(b"Font", &operands[0]);
                fonts.entry(font.clone()).or_insert_with(|| Letters::of(document, found.as_dict().unwrap()));
            }
            "Tj" => fonts[&font].are_good(operands[0].as_str().unwrap()),
            _ => {}
        }
        assert!((0..=28).contains(&depth), "6.1.13 nesting");
    }
    assert_eq!(depth, 0, "a state that is saved and not restored");
}

/// What a composite font says of its letters, and what its program says.
struct Letters {
    glyphs: Option<Vec<u8>>,
    widths: BTreeMap<u16, f32>,
    default_width: f32,
    program: Vec<u8>,
}

impl Letters {
    fn of(document: &Document, font: &Dictionary) -> Letters {
        let descendants = font.get_deref(b"DescendantFonts", document).unwrap().as_array().unwrap();
        let font = document.dereference(&descendants[0]).unwrap().1.as_dict().unwrap();
        let descriptor = font.get_deref(b"FontDescriptor", document).unwrap().as_dict().unwrap();
        let program = descriptor.get_deref(b"FontFile2", document).unwrap().as_stream().unwrap();
        let program = program.get_plain_content().unwrap();
        let map = font.get_deref(b"CIDToGIDMap", document).unwrap();
        let glyphs = map.as_stream().ok().map(|stream| stream.get_plain_content().unwrap());
        assert!(glyphs.is_some() || map.as_name().unwrap() == b"Identity", "6.2.11.3.2");
        let mut widths = BTreeMap::new();
        for pair in font.get_deref(b"W", document).unwrap().as_array().unwrap().chunks(2) {
            let first = pair[0].as_i64().unwrap() as u16;
            for (width, code) in pair[1].as_array().unwrap().iter().zip(first..) {
                widths.insert(code, width.as_float().unwrap());
            }
        }
        let default_width = font.get(b"DW").unwrap().as_float().unwrap();
        Letters { glyphs, widths, default_width, program }
    }

    /// §6.2.11.4, §6.2.11.5, §6.2.11.8: there, as wide as said, and not the glyph for what is missing.
    fn are_good(&self, shown: &[u8]) {
        let face = ttf_parser::Face::parse(&self.program, 0).expect("6.2.11.2 a font program");
        assert!(shown.len().is_multiple_of(2));
        for code in shown.chunks(2).map(|two| u16::from_be_bytes([two[0], two[1]])) {
            let glyph = match &self.glyphs {
                Some(map) => u16::from_be_bytes([map[usize::from(code) * 2], map[usize::from(code) * 2 + 1]]),
                None => code,
            };
            assert!(glyph > 0 && glyph < face.number_of_glyphs(), "6.2.11.8, 6.2.11.4 code {code}");
            let said = self.widths.get(&code).copied().unwrap_or(self.default_width);
            let is = face.glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap();
            let is = f32::from(is) * 1000.0 / f32::from(face.units_per_em());
            assert!((said - is).abs() <= 1.0, "6.2.11.5 code {code}: {said} and {is}");
        }
    }
}

/// §6.3.
fn is_good_annotation(document: &Document, widget: &Dictionary) {
    assert_eq!(named(widget, b"Subtype"), b"Widget", "6.3.1");
    let flags = widget.get(b"F").unwrap().as_i64().unwrap();
    assert_eq!(flags & 0b1_0010_0111, 4, "6.3.2 printed; not hidden, invisible, without view");
    let corners = widget.get(b"Rect").unwrap().as_array().unwrap();
    let seen = corners[0].as_float().unwrap() != corners[2].as_float().unwrap();
    if seen {
        let appearance = widget.get(b"AP").unwrap().as_dict().unwrap();
        assert_eq!(appearance.len(), 1, "6.3.3 only a normal appearance");
        appearance.get_deref(b"N", document).unwrap().as_stream().unwrap();
    }
}
