//! From measurements to flags. Every limit stands here with the room that clean pages have to it.

use crate::{
    Flag,
    ink::{IS_INK, Inks, Kind, Spot},
    paper::Paper,
};

/// White paper reads 220 to 250, recycled and coloured paper 170 and more, paper under an open lid 60 to 120.
const DARK_BELOW: u8 = 140;
/// Beyond this no turning saves the page.
const CROOKED_DEGREES: f32 = 8.0;
/// From here on ink at an edge is put down to how the sheet lay.
const CORNERS_LOST_DEGREES: f32 = 4.0;
/// How much of a letter's darkness one step of 1/150 inch brings: 0.5 and more on sharp pages, under 0.35 where letters
/// can no longer be told apart.
const BLURRED_BELOW: f32 = 0.36;
/// The sharper part of the letters decides: a page that is sharp anywhere was in focus.
const SHARP_SHARE: f32 = 0.75;
/// Fewer letters are no text.
const FEWEST_LETTERS: usize = 20;
/// Cut letters at one edge that make a cut text.
const CUT_LETTERS: usize = 3;

/// Text covers a quarter of the strip beside an edge that cuts it, a picture printed to the edge half of it and more.
const MOST_INK_IN_TEXT: f32 = 0.4;
const STRIP_MM: f32 = 4.0;

pub(crate) fn flags(paper: &Paper, inks: &Inks, skew_degrees: f32) -> Vec<Flag> {
    let dark = paper.brightness < DARK_BELOW;
    let clipped = is_clipped(paper, inks);
    let crooked =
        skew_degrees.abs() > CROOKED_DEGREES || (clipped && skew_degrees.abs() > CORNERS_LOST_DEGREES);
    let found = [
        (Flag::Blank, inks.is_empty() && !dark),
        (Flag::Blurred, is_blurred(inks)),
        (Flag::Dark, dark),
        (Flag::Clipped, clipped),
        (Flag::Crooked, crooked),
    ];
    found.into_iter().filter(|(_, is_so)| *is_so).map(|(flag, _)| flag).collect()
}

fn is_blurred(inks: &Inks) -> bool {
    let letters: Vec<&Spot> = inks.ink().filter(|spot| is_lettering(inks, spot)).collect();
    if letters.len() < FEWEST_LETTERS {
        return false;
    }
    let sharpness = |direction: usize| {
        let mut steps: Vec<f32> =
            letters.iter().map(|spot| f32::from(spot.steepest[direction]) / f32::from(spot.peak)).collect();
        steps.sort_by(f32::total_cmp);
        steps[(steps.len() as f32 * SHARP_SHARE) as usize]
    };
    let [across, down] = [sharpness(0), sharpness(1)];
    // A sheet that moved under the lamp is smeared in one direction only.
    across.max(down) < BLURRED_BELOW || across.min(down) < 0.6 * BLURRED_BELOW
}

fn is_lettering(inks: &Inks, spot: &Spot) -> bool {
    let (width, height) = (inks.mm(spot.width()), inks.mm(spot.height()));
    spot.peak >= 60 && (1.0..9.0).contains(&height) && (0.4..40.0).contains(&width)
}

fn is_clipped(paper: &Paper, inks: &Inks) -> bool {
    let edges = (0..4).filter(|&edge| is_cut_by(edge, paper, inks)).count();
    // A sheet larger than the glass is cut by two edges; what runs over more was printed so.
    (1..=2).contains(&edges)
}

fn is_cut_by(edge: usize, paper: &Paper, inks: &Inks) -> bool {
    let at_edge = |spot: &&Spot| spot.kind == Kind::Ink && touches(paper, spot, edge);
    let touching: Vec<&Spot> = inks.spots.iter().filter(at_edge).collect();
    let is_text = |spots: &[&Spot]| ink_beside(paper, spots, edge) < MOST_INK_IN_TEXT;
    let letters: Vec<&Spot> =
        touching.iter().copied().filter(|spot| is_cut_letter(paper, spot, edge)).collect();
    (letters.len() >= CUT_LETTERS && is_text(&letters))
        || touching.iter().any(|spot| is_cut_drawing(paper, spot) && is_text(&[spot]))
}

/// Share of ink in a strip along the edge, from the first of the spots to the last.
fn ink_beside(paper: &Paper, spots: &[&Spot], edge: usize) -> f32 {
    let deep = paper.px(STRIP_MM) as usize;
    let across = edge.is_multiple_of(2);
    let least = |spot: &&Spot| if across { spot.top } else { spot.left };
    let most = |spot: &&Spot| if across { spot.bottom } else { spot.right };
    let from = spots.iter().map(least).min().unwrap_or(0) as usize;
    let to = spots.iter().map(most).max().unwrap_or(0) as usize + 1;
    let beside = |length: usize, far: bool| {
        if far { length.saturating_sub(deep)..length } else { 0..deep.min(length) }
    };
    let (columns, rows) = if across {
        (beside(paper.width, edge == 2), from..to)
    } else {
        (from..to, beside(paper.height, edge == 3))
    };
    let all = columns.len() * rows.len();
    let ink: usize = rows
        .map(|y| paper.contrast[y * paper.width..][columns.clone()].iter().filter(|&&c| c >= IS_INK).count())
        .sum();
    ink as f32 / all.max(1) as f32
}

/// Edges are left, top, right, bottom.
fn touches(paper: &Paper, spot: &Spot, edge: usize) -> bool {
    match edge {
        0 => spot.left == 0,
        1 => spot.top == 0,
        2 => spot.right as usize + 1 == paper.width,
        _ => spot.bottom as usize + 1 == paper.height,
    }
}

/// Letters and words, but not the thin ends of a form's lines and not the crumbs of a border.
fn is_cut_letter(paper: &Paper, spot: &Spot, edge: usize) -> bool {
    let (width, height) = (paper.mm(spot.width() as f32), paper.mm(spot.height() as f32));
    let (along, into) = if edge.is_multiple_of(2) { (height, width) } else { (width, height) };
    let is_written = width.max(height) < 6.0 || spot.fill() < 0.6;
    spot.peak >= 80
        && into >= 1.0
        && along >= 0.8
        && width.max(height) < 25.0
        && along <= 3.0 * into
        && is_written
}

/// A stamp or a signature: large, and more paper than ink. A picture printed to the edge is filled.
fn is_cut_drawing(paper: &Paper, spot: &Spot) -> bool {
    let (width, height) = (paper.mm(spot.width() as f32), paper.mm(spot.height() as f32));
    let drawn = 8.0..60.0;
    spot.peak >= 80 && drawn.contains(&width) && drawn.contains(&height) && spot.fill() < 0.35
}
