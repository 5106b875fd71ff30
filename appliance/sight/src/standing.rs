//! Which way up a page lies, without reading it.
//!
//! In our writing letters stand on a line and rise from it as they like: `n` and `h` have the same foot and not the same
//! head, and every accent rises higher still; only few hang below. So of neighbours in a line many agree below and not
//! above, and where it is the other way round the page lies on its head. What has no such neighbours - drawings, tables
//! of figures - is not spoken of.

use crate::{
    ink::{Inks, Spot},
    lines::Lines,
};

/// Lines must be so much surer the other way before a page is said to lie on its side.
const SIDEWAYS: f32 = 1.5;
/// And so much surer this way before it is said to lie on its head.
const LEVEL: f32 = 0.8;
/// Letters beyond this are no letters of a text, in millimetres.
const LETTER_MM: std::ops::Range<f32> = 1.0..7.0;
/// Feet, and heads, that differ by less are level.
const LEVEL_MM: f32 = 0.26;
/// And by more than this are not.
const APART_MM: f32 = 0.42;
/// Fewer neighbours say nothing.
const FEWEST: u32 = 40;
/// Of all that agree above or below only, so many more must agree at the foot, or at the head: text has a quarter.
const CERTAIN: f32 = 0.13;
/// And it must not be chance: three times what coins would do.
const NO_CHANCE: f32 = 3.0;
/// Crooked pages are straightened first.
const MOST_SKEW: f32 = 6.0;

/// By how many degrees a page has to be turned clockwise to stand upright: 0, 90, 180, 270. 0 where nobody can tell.
pub(crate) fn turn_degrees(inks: &Inks, lines: Lines) -> u16 {
    if lines.skew_degrees.abs() > MOST_SKEW {
        return 0;
    }
    let sideways = lines.sideways >= SIDEWAYS;
    if !sideways && lines.sideways > LEVEL {
        return 0;
    }
    let agreement = agreement(&letters(inks, lines, sideways));
    match (sideways, agreement) {
        (_, None) => 0,
        (false, Some(Foot::Below)) => 0,
        (false, Some(Foot::Above)) => 180,
        (true, Some(Foot::Below)) => 90,
        (true, Some(Foot::Above)) => 270,
    }
}

enum Foot {
    Below,
    Above,
}

/// A letter along its line, in millimetres.
struct Letter {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

/// The letters as if the page had been turned so that its lines run across and level, from left to right.
fn letters(inks: &Inks, lines: Lines, sideways: bool) -> Vec<Letter> {
    let (sin, cos) = lines.skew_degrees.to_radians().sin_cos();
    let mut letters: Vec<Letter> = inks
        .ink()
        .map(|spot| {
            if sideways {
                turned(spot)
            } else {
                [spot.left, spot.top, spot.right, spot.bottom].map(|v| v as f32)
            }
        })
        .map(|edges| edges.map(|v| v * 25.4 / inks.dpi))
        .filter(|[left, top, right, bottom]| {
            LETTER_MM.contains(&(bottom - top)) && right - left < LETTER_MM.end
        })
        .map(|[left, top, right, bottom]| {
            let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
            let (across, down) = (x * cos + y * sin, y * cos - x * sin);
            let (half_width, half_height) = ((right - left) / 2.0, (bottom - top) / 2.0);
            Letter {
                left: across - half_width,
                right: across + half_width,
                top: down - half_height,
                bottom: down + half_height,
            }
        })
        .collect();
    letters.sort_by(|one, other| one.left.total_cmp(&other.left));
    letters
}

/// Left, top, right, bottom after a quarter turn clockwise.
fn turned(spot: &Spot) -> [f32; 4] {
    [-(spot.bottom as f32), spot.left as f32, -(spot.top as f32), spot.right as f32]
}

fn agreement(letters: &[Letter]) -> Option<Foot> {
    let (mut below, mut above) = (0_u32, 0_u32);
    for (at, letter) in letters.iter().enumerate() {
        let height = letter.bottom - letter.top;
        let reach = letter.right + 0.8 * height;
        let is_beside = |next: &&Letter| {
            let shared = letter.bottom.min(next.bottom) - letter.top.max(next.top);
            next.left > letter.left + 0.2 && shared > 0.5 * height.min(next.bottom - next.top)
        };
        let Some(next) = letters[at + 1..].iter().take_while(|next| next.left < reach).find(is_beside) else {
            continue;
        };
        let (head, foot) = ((letter.top - next.top).abs(), (letter.bottom - next.bottom).abs());
        below += u32::from(foot < LEVEL_MM && head > APART_MM);
        above += u32::from(head < LEVEL_MM && foot > APART_MM);
    }
    let all = below + above;
    let share = (below as f32 - above as f32) / all.max(1) as f32;
    let certain = CERTAIN.max(NO_CHANCE / (all.max(1) as f32).sqrt());
    match share {
        _ if all < FEWEST => None,
        share if share > certain => Some(Foot::Below),
        share if share < -certain => Some(Foot::Above),
        _ => None,
    }
}
