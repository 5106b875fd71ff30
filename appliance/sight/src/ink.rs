//! What stands out from the paper, gathered into connected spots: letters, lines, stamps, borders, dust.

use crate::paper::Paper;

/// Show-through at 8 % of black stands out by about 20, light pencil by 40 and more.
const STANDS_OUT: u8 = 30;
/// Something in a spot must stand out by this, or the spot is a shadow.
pub(crate) const IS_INK: u8 = 46;
/// Smaller than this is dust. A full stop is dust too; nothing here needs it.
const DUST_MM: f32 = 1.4;
/// A spot of that many millimetres along an edge of the picture is a border, not text.
const BORDER_MM: f32 = 30.0;
/// Sheets are fed with this much play.
const MARGIN_MM: f32 = 5.0;
/// More specks than dust makes: dotted lines of a form.
const DUSTY: usize = 400;

/// Where a horizontal stretch of ink lies; `end` is one past its last pixel.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) y: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) spot: u32,
}

/// A connected spot of ink.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) left: u32,
    pub(crate) top: u32,
    /// Last column and last row.
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    /// Pixels.
    pub(crate) area: u32,
    /// How far its darkest pixel stands out.
    pub(crate) peak: u8,
    /// The steepest step between neighbours, across and down.
    pub(crate) steepest: [u8; 2],
    pub(crate) kind: Kind,
}

/// What a spot is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, lines, stamps, drawings.
    Ink,
    /// Too small to be writing.
    Dust,
    /// Too faint: show-through, a fold.
    Shadow,
    /// The scanner's border, the edge of the sheet, a punched hole.
    NotThePage,
}

impl Spot {
    pub(crate) fn width(&self) -> u32 {
        self.right - self.left + 1
    }

    pub(crate) fn height(&self) -> u32 {
        self.bottom - self.top + 1
    }

    /// Share of its box that is filled.
    pub(crate) fn fill(&self) -> f32 {
        self.area as f32 / (self.width() * self.height()) as f32
    }
}

/// All spots of a page.
pub(crate) struct Inks {
    pub(crate) spots: Vec<Spot>,
    pub(crate) runs: Vec<Run>,
    pub(crate) dpi: f32,
    width: usize,
    height: usize,
}

impl Inks {
    pub(crate) fn on(paper: &Paper) -> Self {
        let mut runs = runs(paper);
        let count = connect(&mut runs, paper.height);
        let mut spots = measure(paper, &runs, count);
        for spot in &mut spots {
            spot.kind = kind(paper, spot);
        }
        Self { spots, runs, dpi: paper.dpi, width: paper.width, height: paper.height }
    }

    /// The spots that are ink.
    pub(crate) fn ink(&self) -> impl Iterator<Item = &Spot> {
        self.spots.iter().filter(|spot| spot.kind == Kind::Ink)
    }

    /// The runs whose spot is ink and pleases.
    pub(crate) fn ink_runs(&self, pleases: impl Fn(&Spot) -> bool) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| {
            let spot = &self.spots[run.spot as usize];
            spot.kind == Kind::Ink && pleases(spot)
        })
    }

    /// The runs of all writing that is there again when the sheet is scanned again: with what is too small to be told
    /// from dust, as a dot on an i is, and without what lies so near an edge that the sheet need only lie otherwise.
    pub(crate) fn lasting_runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| {
            let spot = &self.spots[run.spot as usize];
            matches!(spot.kind, Kind::Ink | Kind::Dust) && spot.peak >= IS_INK && !self.is_marginal(spot)
        })
    }

    fn is_marginal(&self, spot: &Spot) -> bool {
        let margin = MARGIN_MM * self.dpi / 25.4;
        let (right, bottom) = (self.width as f32 - margin, self.height as f32 - margin);
        (spot.right as f32) < margin
            || (spot.bottom as f32) < margin
            || spot.left as f32 > right
            || spot.top as f32 > bottom
    }

    /// Whether there is anything on the page.
    pub(crate) fn is_empty(&self) -> bool {
        let specks = self.spots.iter().filter(|spot| spot.kind == Kind::Dust).count();
        self.ink().next().is_none() && specks < DUSTY
    }

    /// Share of the picture that is ink.
    pub(crate) fn share(&self) -> f32 {
        self.ink().map(|spot| spot.area as f32).sum::<f32>() / (self.width * self.height).max(1) as f32
    }

    /// The middle of the picture, in pixels.
    pub(crate) fn middle(&self) -> [f32; 2] {
        [self.width as f32 / 2.0, self.height as f32 / 2.0]
    }

    /// Pixels in millimetres.
    pub(crate) fn mm(&self, px: u32) -> f32 {
        px as f32 * 25.4 / self.dpi
    }
}

fn runs(paper: &Paper) -> Vec<Run> {
    let mut runs = Vec::new();
    for (y, line) in paper.contrast.chunks_exact(paper.width).enumerate() {
        let mut at = 0;
        while let Some(skip) = line[at..].iter().position(|&c| c >= STANDS_OUT) {
            let start = at + skip;
            let length = line[start..].iter().position(|&c| c < STANDS_OUT).unwrap_or(line.len() - start);
            at = start + length;
            runs.push(Run { y: y as u32, start: start as u32, end: at as u32, spot: runs.len() as u32 });
        }
    }
    runs
}

/// Gives runs that touch, also at a corner, the same spot; spots are numbered from 0. Returns how many there are.
fn connect(runs: &mut [Run], height: usize) -> usize {
    let mut parent: Vec<u32> = (0..runs.len() as u32).collect();
    let mut first_of_row = vec![runs.len(); height + 1];
    for (at, run) in runs.iter().enumerate().rev() {
        first_of_row[run.y as usize] = at;
    }
    for y in (0..height).rev() {
        first_of_row[y] = first_of_row[y].min(first_of_row[y + 1]);
    }
    for y in 1..height {
        let mut above = first_of_row[y - 1];
        for below in first_of_row[y]..first_of_row[y + 1] {
            while above < first_of_row[y] && runs[above].end < runs[below].start {
                above += 1;
            }
            let mut touching = above;
            while touching < first_of_row[y] && runs[touching].start <= runs[below].end {
                join(&mut parent, touching as u32, below as u32);
                touching += 1;
            }
        }
    }
    let mut numbers = vec![u32::MAX; runs.len()];
    let mut count = 0;
    for (at, run) in runs.iter_mut().enumerate() {
        let root = root(&mut parent, at as u32) as usize;
        if numbers[root] == u32::MAX {
            numbers[root] = count;
            count += 1;
        }
        run.spot = numbers[root];
    }
    count as usize
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}

fn join(parent: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b) as usize] = a.min(b);
}

fn measure(paper: &Paper, runs: &[Run], count: usize) -> Vec<Spot> {
    let none = Spot {
        left: u32::MAX,
        top: u32::MAX,
        right: 0,
        bottom: 0,
        area: 0,
        peak: 0,
        steepest: [0; 2],
        kind: Kind::Ink,
    };
    let mut spots = vec![none; count];
    let line = |y: u32| &paper.contrast[y as usize * paper.width..][..paper.width];
    for run in runs {
        let spot = &mut spots[run.spot as usize];
        spot.left = spot.left.min(run.start);
        spot.right = spot.right.max(run.end - 1);
        spot.top = spot.top.min(run.y);
        spot.bottom = spot.bottom.max(run.y);
        spot.area += run.end - run.start;
        let (start, end) = (run.start as usize, run.end as usize);
        let here = line(run.y);
        spot.peak = here[start..end].iter().copied().fold(spot.peak, u8::max);
        let reach = &here[start.saturating_sub(1)..(end + 1).min(here.len())];
        let across = reach.windows(2).map(|pair| pair[0].abs_diff(pair[1])).max().unwrap_or(0);
        spot.steepest[0] = spot.steepest[0].max(across);
        let beside = [run.y.checked_sub(1), Some(run.y + 1).filter(|&y| (y as usize) < paper.height)];
        for other in beside.into_iter().flatten().map(line) {
            let pairs = here[start..end].iter().zip(&other[start..end]);
            let down = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
            spot.steepest[1] = spot.steepest[1].max(down);
        }
    }
    spots
}

fn kind(paper: &Paper, spot: &Spot) -> Kind {
    let longest = paper.mm(spot.width().max(spot.height()) as f32);
    if longest < DUST_MM {
        Kind::Dust
    } else if is_border(paper, spot) || is_edge_of_the_sheet(paper, spot) || is_punched(paper, spot) {
        Kind::NotThePage
    } else if spot.peak < IS_INK {
        Kind::Shadow
    } else {
        Kind::Ink
    }
}

/// How far a spot is from the left, top, right and lower edge of the picture, in pixels.
fn margins(paper: &Paper, spot: &Spot) -> [f32; 4] {
    let right = paper.width as f32 - 1.0 - spot.right as f32;
    let bottom = paper.height as f32 - 1.0 - spot.bottom as f32;
    [spot.left as f32, spot.top as f32, right, bottom]
}

/// A dark band that lies along an edge: the lid, the shadow of the sheet's edge, the drum of a feeder. Text that is cut
/// by an edge touches it letter by letter.
fn is_border(paper: &Paper, spot: &Spot) -> bool {
    let [left, top, right, bottom] = margins(paper, spot).map(|margin| margin < 2.0);
    let (width, height) = (paper.mm(spot.width() as f32), paper.mm(spot.height() as f32));
    let (tall, wide) = (height >= BORDER_MM && height > width, width >= BORDER_MM && width > height);
    let flat = |along: f32, across: f32| across < 1.2 && along > 2.5 * across;
    let all_round = [left, top, right, bottom].iter().filter(|&&touches| touches).count() >= 2;
    ((left || right) && (tall || flat(height, width)))
        || ((top || bottom) && (wide || flat(width, height)))
        || (all_round && width.max(height) >= BORDER_MM)
}

/// The line that the edge of a smaller or shifted sheet draws: long, straight, and close to an edge of the picture.
fn is_edge_of_the_sheet(paper: &Paper, spot: &Spot) -> bool {
    let [left, top, right, bottom] = margins(paper, spot).map(|margin| paper.mm(margin));
    let (width, height) = (spot.width() as f32, spot.height() as f32);
    let upright = height > 0.4 * paper.height as f32 && paper.mm(width) < 12.0;
    let level = width > 0.4 * paper.width as f32 && paper.mm(height) < 12.0;
    (upright && (left < 8.0 || right < 8.0)) || (level && (top < 8.0 || bottom < 8.0))
}

/// A punched hole: a dark disc of 5 to 7 mm near an edge.
fn is_punched(paper: &Paper, spot: &Spot) -> bool {
    let (width, height) = (paper.mm(spot.width() as f32), paper.mm(spot.height() as f32));
    let hole = 4.0..8.0;
    let near = margins(paper, spot).iter().any(|&margin| paper.mm(margin) < 16.0);
    let round = (width / height - 1.0).abs() < 0.15 && (0.7..0.88).contains(&spot.fill());
    near && round && hole.contains(&width) && hole.contains(&height)
}
