//! What a page shows, read from its drawing operators (ISO 32000-1 Annex A): one picture and where it lies, or more
//! than that.

use crate::{look::Area, standing::inherited};
use lopdf::{Dictionary, Document, Object, ObjectId, content::Content};

/// The drawing operators of one page; a copier's hidden text is a hundred times shorter.
const MOST_DRAWN_BYTES: usize = 8 << 20;
/// Saved states within each other; readers give up at 28.
const MOST_SAVED: usize = 64;
/// A matrix may be off by so much, in parts of its largest number.
const SLACK: f32 = 0.01;

/// The one picture of a page.
pub(crate) struct Shown {
    pub(crate) picture: ObjectId,
    matrix: [f32; 6],
}

impl Shown {
    /// How the picture lies on the page, clockwise: 0, 90, 180, 270; `None` if it is mirrored or aslant.
    pub(crate) fn turned_degrees(&self) -> Option<u16> {
        let [a, b, c, d, ..] = self.matrix;
        let slack = [a, b, c, d].into_iter().map(f32::abs).fold(0.0, f32::max) * SLACK;
        let none = |number: f32| number.abs() <= slack;
        match (none(a) && none(d), none(b) && none(c)) {
            (false, true) if a > 0.0 && d > 0.0 => Some(0),
            (false, true) if a < 0.0 && d < 0.0 => Some(180),
            (true, false) if b < 0.0 && c > 0.0 => Some(90),
            (true, false) if b > 0.0 && c < 0.0 => Some(270),
            _ => None,
        }
    }

    /// Width and height of the picture in points, as it was before it was turned.
    pub(crate) fn size_pt(&self) -> (f32, f32) {
        let [a, b, c, d, ..] = self.matrix;
        (a.hypot(b), c.hypot(d))
    }

    /// What it covers of the page.
    pub(crate) fn area(&self) -> Area {
        covered(&self.matrix, [0.0, 0.0, 1.0, 1.0])
    }
}

/// What `q` saves and `Q` brings back.
#[derive(Clone, Copy)]
struct State {
    matrix: [f32; 6],
    /// Text rendering mode 3: neither filled nor stroked.
    text_unseen: bool,
}

/// Follows the operators; `None` as soon as something is painted that is not the first picture, or where this reader
/// does not know what an operator would do.
pub(crate) fn shown(document: &Document, page: ObjectId, seen: &Area) -> Option<Shown> {
    let drawn = document.get_page_content_with_limit(page, MOST_DRAWN_BYTES).ok()?;
    let resources = document.dereference(inherited(document, page, b"Resources")?).ok()?.1.as_dict().ok()?;
    let mut state = State { matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], text_unseen: false };
    let mut saved = Vec::new();
    let mut found = None;
    let mut path = None;
    for operation in Content::decode_iter(&drawn) {
        let operation = operation.ok()?;
        let operands = &operation.operands[..];
        match operation.operator.as_str() {
            "q" if saved.len() < MOST_SAVED => saved.push(state),
            "Q" => state = saved.pop()?,
            "cm" => state.matrix = joined(&numbers(operands)?, &state.matrix),
            "Do" if found.is_none() => {
                let picture = picture(document, resources, operands)?;
                found = Some(Shown { picture, matrix: state.matrix });
            }
            // A window as large as the page hides nothing; a smaller one does.
            "re" if path.is_none() => {
                let [x, y, width, height] = numbers(operands)?;
                path = Some(covered(&state.matrix, [x, y, x + width, y + height]));
            }
            "W" | "W*" => hides_nothing(&path?, seen).then_some(())?,
            "n" => path = None,
            "gs" => paints_plainly(document, resources, operands)?,
            "Tr" => state.text_unseen = numbers::<1>(operands)? == [3.0],
            "Tj" | "TJ" | "'" | "\"" if state.text_unseen => {}
            "BT" | "ET" | "Tf" | "Td" | "TD" | "Tm" | "T*" | "Tc" | "Tw" | "Tz" | "TL" | "Ts" => {}
            "w" | "J" | "j" | "M" | "d" | "ri" | "i" => {}
            "g" | "G" | "rg" | "RG" | "k" | "K" | "cs" | "CS" | "sc" | "SC" | "scn" | "SCN" => {}
            "BMC" | "BDC" | "EMC" | "MP" | "DP" => {}
            _ => return None,
        }
    }
    found
}

/// The picture of that name; a form, which may hold anything, is none.
fn picture(document: &Document, resources: &Dictionary, operands: &[Object]) -> Option<ObjectId> {
    let [name] = operands else { return None };
    let named = resources.get_deref(b"XObject", document).ok()?.as_dict().ok()?;
    let id = named.get(name.as_name().ok()?).ok()?.as_reference().ok()?;
    let stream = document.get_object(id).ok()?.as_stream().ok()?;
    let kind = stream.dict.get_deref(b"Subtype", document).ok()?.as_name().ok()?;
    (kind == b"Image").then_some(id)
}

/// Neither translucent nor blended.
fn paints_plainly(document: &Document, resources: &Dictionary, operands: &[Object]) -> Option<()> {
    let [name] = operands else { return None };
    let named = resources.get_deref(b"ExtGState", document).ok()?.as_dict().ok()?;
    let state = named.get_deref(name.as_name().ok()?, document).ok()?.as_dict().ok()?;
    let value = |key: &[u8]| state.get_deref(key, document).ok();
    let opaque = [b"ca".as_slice(), b"CA"]
        .iter()
        .all(|key| value(key).is_none_or(|share| share.as_float().is_ok_and(|share| share >= 1.0)));
    let is = |key: &[u8], plain: &[u8]| {
        value(key).is_none_or(|object| object.as_name().is_ok_and(|name| name == plain))
    };
    let plain = opaque
        && (is(b"BM", b"Normal") || is(b"BM", b"Compatible"))
        && is(b"SMask", b"None")
        && is(b"TR", b"Identity");
    plain.then_some(())
}

fn hides_nothing(window: &Area, seen: &Area) -> bool {
    let slack = (seen.right - seen.left) * SLACK;
    window.left <= seen.left + slack
        && window.bottom <= seen.bottom + slack
        && window.right >= seen.right - slack
        && window.top >= seen.top - slack
}

fn numbers<const N: usize>(operands: &[Object]) -> Option<[f32; N]> {
    let numbers: Vec<f32> = operands.iter().map_while(|operand| operand.as_float().ok()).collect();
    numbers.try_into().ok().filter(|numbers: &[f32; N]| numbers.iter().all(|number| number.is_finite()))
}

/// First `inner`, then `outer` (§8.3.4).
fn joined(inner: &[f32; 6], outer: &[f32; 6]) -> [f32; 6] {
    let [a, b, c, d, e, f] = *inner;
    let [p, q, r, s, t, u] = *outer;
    [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]
}

/// The upright rectangle round a rectangle given by two corners.
fn covered(matrix: &[f32; 6], [left, bottom, right, top]: [f32; 4]) -> Area {
    let [a, b, c, d, e, f] = *matrix;
    let corners = [(left, bottom), (right, bottom), (left, top), (right, top)];
    let at = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let least = |pick: fn(&(f32, f32)) -> f32| at.iter().map(pick).fold(f32::INFINITY, f32::min);
    let most = |pick: fn(&(f32, f32)) -> f32| at.iter().map(pick).fold(f32::NEG_INFINITY, f32::max);
    Area { left: least(|p| p.0), bottom: least(|p| p.1), right: most(|p| p.0), top: most(|p| p.1) }
}
