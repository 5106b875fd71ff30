//! The typeface of what is written onto a page, and its embedding: a subset of the letters used, as a composite font
//! with a way back to the text (ISO 32000-1 §9.7, §9.10; ISO 19005-2 §6.2.11).

use crate::update::{Update, dictionary, stream_body};
use lopdf::{Object, ObjectId};
use pdf_writer::{
    Name, Str,
    types::{SystemInfo, UnicodeCmap},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};
use subsetter::GlyphRemapper;
use ttf_parser::{GlyphId, Permissions};
use unicode_normalization::UnicodeNormalization;

/// A TrueType face with the letters of Vietnamese, metrically equal to Times New Roman: Tinos or Liberation Serif.
#[derive(Clone)]
pub struct Face {
    data: Arc<[u8]>,
    units_per_em: f32,
    cuts: Arc<Mutex<VecDeque<Arc<Cut>>>>,
}

/// Cut into every font, used or not: the time of a signature would otherwise want another font every second.
const ALWAYS: &str = "0123456789 -+:/.,";
/// Fonts kept ready: the looks of a unit's seal and of a few people's signatures.
const MOST_CUTS: usize = 8;

/// The face cut down to some letters, as its two streams stand in a file. Cutting takes longer than signing.
struct Cut {
    letters: Letters,
    name: String,
    file: Vec<u8>,
    to_unicode: Vec<u8>,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face").field("bytes", &self.data.len()).finish_non_exhaustive()
    }
}

/// Why a face cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaceError {
    /// Not a font file.
    #[error("not a TrueType font: {0}")]
    Damaged(String),
    /// The outlines are not TrueType (`glyf`), or the name is missing.
    #[error("the font has no TrueType outlines or no PostScript name")]
    NotTrueType,
    /// The maker forbids embedding (OS/2 fsType).
    #[error("the font may not be embedded")]
    NotEmbeddable,
    /// The face cannot write this character.
    #[error("the font has no letter for {0:?}")]
    NoGlyph(char),
    /// The letters used could not be cut out of the font.
    #[error("the font could not be cut down: {0}")]
    Subset(String),
}

impl Face {
    /// Takes the bytes of a `.ttf` file.
    pub fn parse(ttf: Vec<u8>) -> Result<Face, FaceError> {
        let face = ttf_parser::Face::parse(&ttf, 0).map_err(|e| FaceError::Damaged(e.to_string()))?;
        if face.tables().glyf.is_none() || postscript_name(&face).is_none() {
            return Err(FaceError::NotTrueType);
        }
        if matches!(face.permissions(), Some(Permissions::Restricted)) {
            return Err(FaceError::NotEmbeddable);
        }
        let units_per_em = f32::from(face.units_per_em());
        Ok(Face { data: ttf.into(), units_per_em, cuts: Arc::default() })
    }

    /// The glyphs of one line. Marks are joined to their letters first, as the face holds them joined.
    pub(crate) fn line(&self, words: &str) -> Result<Line, FaceError> {
        let face = self.reader();
        let mut line = Line { glyphs: Vec::new(), width_em: 0.0 };
        for letter in words.nfc() {
            let glyph = face.glyph_index(letter).ok_or(FaceError::NoGlyph(letter))?;
            line.width_em += self.advance_em(&face, glyph);
            line.glyphs.push((glyph, letter));
        }
        Ok(line)
    }

    /// The file, for whoever embeds it another way.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// Every letter the face can write, with its glyph and how far it advances in ems.
    pub(crate) fn letters(&self) -> Vec<(char, u16, f32)> {
        let face = self.reader();
        let mut letters = Vec::new();
        for table in face.tables().cmap.iter().flat_map(|cmap| cmap.subtables) {
            if !table.is_unicode() {
                continue;
            }
            table.codepoints(|code| {
                let known = char::from_u32(code).and_then(|letter| Some((letter, table.glyph_index(code)?)));
                if let Some((letter, glyph)) = known.filter(|(_, glyph)| glyph.0 != 0) {
                    letters.push((letter, glyph.0, self.advance_em(&face, glyph)));
                }
            });
        }
        letters
    }

    fn reader(&self) -> ttf_parser::Face<'_> {
        ttf_parser::Face::parse(&self.data, 0).expect("parsed when the face was made")
    }

    fn advance_em(&self, face: &ttf_parser::Face<'_>, glyph: GlyphId) -> f32 {
        f32::from(face.glyph_hor_advance(glyph).unwrap_or_default()) / self.units_per_em
    }

    /// Puts the letters of `lines` into the file as a font; says how to write with it.
    pub(crate) fn embed(&self, lines: &[Line], update: &mut Update<'_>) -> Result<Embedded, FaceError> {
        let cut = self.cut(lines)?;
        let file = update.add_body(cut.file.clone());
        let descriptor = update.add(self.descriptor(&cut.name, file));
        let descendant = update.add(self.descendant(&cut.name, descriptor, &cut.letters));
        let cmap = update.add_body(cut.to_unicode.clone());
        let font = update.add(dictionary([
            ("Type", name_of("Font")),
            ("Subtype", name_of("Type0")),
            ("BaseFont", name_of(&cut.name)),
            ("Encoding", name_of("Identity-H")),
            ("DescendantFonts", vec![Object::Reference(descendant)].into()),
            ("ToUnicode", cmap.into()),
        ]));
        let codes = cut.letters.iter().map(|(&code, &(glyph, _))| (glyph, code)).collect();
        Ok(Embedded { font, codes })
    }

    /// The font of these letters: the same letters make the same bytes, whether it is kept ready or not.
    fn cut(&self, lines: &[Line]) -> Result<Arc<Cut>, FaceError> {
        let face = self.reader();
        let always = ALWAYS.chars().filter_map(|letter| Some((face.glyph_index(letter)?, letter)));
        let mut wanted = BTreeMap::new();
        for (glyph, letter) in always.chain(lines.iter().flat_map(|line| line.glyphs.iter().copied())) {
            wanted.entry(glyph).or_insert(letter);
        }
        let mut used = GlyphRemapper::new();
        let letters: Letters =
            wanted.into_iter().map(|(glyph, letter)| (used.remap(glyph.0), (glyph, letter))).collect();
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = cuts.iter().position(|cut| cut.letters == letters) {
            let cut = cuts.remove(at).expect("found there");
            cuts.push_front(Arc::clone(&cut));
            return Ok(cut);
        }
        let subset = subsetter::subset(&self.data, 0, &used).map_err(|e| FaceError::Subset(e.to_string()))?;
        let name = format!("{}+{}", tag(&subset), postscript_name(&face).unwrap_or_default());
        let length = dictionary([("Length1", (subset.len() as i64).into())]);
        let to_unicode = stream_body(dictionary([]), to_unicode(&letters));
        let cut = Arc::new(Cut { letters, name, file: stream_body(length, subset), to_unicode });
        cuts.push_front(Arc::clone(&cut));
        cuts.truncate(MOST_CUTS);
        Ok(cut)
    }

    fn descriptor(&self, name: &str, file: ObjectId) -> lopdf::Dictionary {
        const SERIF: i64 = 1 << 1;
        const SYMBOLIC: i64 = 1 << 2;
        let face = self.reader();
        let per_mille =
            |units: i16| Object::Integer((f32::from(units) / self.units_per_em * 1000.0).round() as i64);
        let bounds = face.global_bounding_box();
        dictionary([
            ("Type", name_of("FontDescriptor")),
            ("FontName", name_of(name)),
            ("Flags", (SERIF | SYMBOLIC).into()),
            (
                "FontBBox",
                [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(per_mille).to_vec().into(),
            ),
            ("ItalicAngle", 0.into()),
            ("Ascent", per_mille(face.ascender())),
            ("Descent", per_mille(face.descender())),
            ("CapHeight", per_mille(face.capital_height().unwrap_or(face.ascender()))),
            ("StemV", 80.into()),
            ("FontFile2", file.into()),
        ])
    }

    fn descendant(&self, name: &str, descriptor: ObjectId, letters: &Letters) -> lopdf::Dictionary {
        let face = self.reader();
        let per_mille = |glyph| Object::Real(self.advance_em(&face, glyph) * 1000.0);
        let mut widths = Vec::new();
        for (&code, &(glyph, _)) in letters {
            widths.push(i64::from(code).into());
            widths.push(vec![per_mille(glyph)].into());
        }
        let system = dictionary([
            ("Registry", Object::string_literal("Adobe")),
            ("Ordering", Object::string_literal("Identity")),
            ("Supplement", 0.into()),
        ]);
        dictionary([
            ("Type", name_of("Font")),
            ("Subtype", name_of("CIDFontType2")),
            ("BaseFont", name_of(name)),
            ("CIDSystemInfo", system.into()),
            ("CIDToGIDMap", name_of("Identity")),
            ("FontDescriptor", descriptor.into()),
            ("DW", per_mille(GlyphId(0))),
            ("W", widths.into()),
        ])
    }
}

/// Code in the embedded font -> glyph in the face, and the letter it stands for.
type Letters = BTreeMap<u16, (GlyphId, char)>;

/// One line, measured.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    glyphs: Vec<(GlyphId, char)>,
    /// Width in ems: times the size in points it is the width in points.
    pub(crate) width_em: f32,
}

/// A font that now stands in the file.
pub(crate) struct Embedded {
    pub(crate) font: ObjectId,
    codes: BTreeMap<GlyphId, u16>,
}

impl Embedded {
    /// The line as a hexadecimal string for `Tj`.
    pub(crate) fn show(&self, line: &Line) -> String {
        line.glyphs
            .iter()
            .filter_map(|(glyph, _)| self.codes.get(glyph))
            .map(|code| format!("{code:04X}"))
            .collect()
    }
}

fn name_of(name: &str) -> Object {
    Object::Name(name.as_bytes().to_vec())
}

fn postscript_name(face: &ttf_parser::Face<'_>) -> Option<String> {
    let named = face.names().into_iter().filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME);
    named.filter_map(|name| name.to_string()).find(|name| !name.is_empty())
}

/// Six letters that tell this subset from others (§9.6.4), from its bytes so that they are always the same.
fn tag(subset: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, subset);
    digest.as_ref().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

fn to_unicode(letters: &Letters) -> Vec<u8> {
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
    let mut cmap = UnicodeCmap::<u16>::new(Name(b"Adobe-Identity-UCS"), system);
    for (&code, &(_, letter)) in letters {
        cmap.pair(code, letter);
    }
    cmap.finish().to_vec()
}
