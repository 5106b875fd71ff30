//! How a document of record is made of its captures, and what became of each page.

/// What is done to a page beyond turning it. Each step is undone by leaving it out: the capture stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// Clockwise, in tenths of a degree, at most ten degrees to either side.
    pub straighten_tenths: i16,
    /// Dark strips along the borders - a scanner's lid, a copier's shadow - become paper.
    pub clean_edges: bool,
}

/// How pages are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layers {
    /// Every JPEG byte for byte.
    Plain,
    /// Black text as a lossless mask, paper and coloured ink apart; a page that would lose by it stays plain.
    #[default]
    Apart,
}

/// How black text is packed. Both are lossless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaskCoding {
    /// ITU-T T.88: a quarter smaller.
    #[default]
    Jbig2,
    /// ITU-T T.6, for readers that know nothing newer.
    CcittG4,
}

/// How far paper, coloured ink and pictures are packed; black text is lossless at every step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeStep {
    /// As every document is made.
    #[default]
    Usual,
    /// Coloured ink at 200 dpi, its colours packed harder; a page that stays a picture at 200 dpi.
    Tight,
    /// Coloured ink at 150 dpi; a page that stays a picture at 200 dpi, packed hard.
    Tightest,
}

/// How [`crate::compose()`] makes pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Making {
    /// Whether colour pages are taken apart.
    pub layers: Layers,
    /// How far.
    pub size: SizeStep,
    /// How black text is packed.
    pub mask: MaskCoding,
}

impl Making {
    /// Every JPEG byte for byte.
    pub const PLAIN: Making =
        Making { layers: Layers::Plain, size: SizeStep::Usual, mask: MaskCoding::Jbig2 };
}

/// What became of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageMade {
    /// Text, paper and colour apart; decoded again and found whole.
    Layered,
    /// Black and white, every dot.
    Bilevel,
    /// A picture: the JPEG byte for byte, or at a tighter step the same packed harder.
    Plain(WhyPlain),
}

/// Why a page was not taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyPlain {
    /// Nobody asked for layers.
    Asked,
    /// It is a photograph or a drawing, or full of colour.
    Picture,
    /// Decoded again it had lost ink or colour.
    LosesInk,
    /// Apart it would be larger than it is.
    NoGain,
    /// More pixels than can be held, and not cut into strips.
    TooLarge,
    /// Its pixels could not be decoded; viewers may still show some of it.
    Undecodable,
}
