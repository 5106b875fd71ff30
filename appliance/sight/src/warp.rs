//! Four points onto four points: the plane seen from elsewhere.

/// A projective mapping of the plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Warp([f64; 9]);

impl Warp {
    /// Maps the corners of the unit square - (0,0), (1,0), (1,1), (0,1) - onto `to`. `None` where three of them lie on
    /// one line.
    pub(crate) fn unit_square_to(to: [[f64; 2]; 4]) -> Option<Self> {
        let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = to;
        let (dx1, dy1, dx2, dy2) = (x1 - x2, y1 - y2, x3 - x2, y3 - y2);
        let (sx, sy) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        let determinant = dx1 * dy2 - dx2 * dy1;
        if determinant.abs() < 1e-12 {
            return None;
        }
        let g = (sx * dy2 - dx2 * sy) / determinant;
        let h = (dx1 * sy - sx * dy1) / determinant;
        Some(Self([
            x1 - x0 + g * x1,
            x3 - x0 + h * x3,
            x0,
            y1 - y0 + g * y1,
            y3 - y0 + h * y3,
            y0,
            g,
            h,
            1.0,
        ]))
    }

    /// Where a point of the unit square comes to lie.
    pub(crate) fn map(&self, [u, v]: [f64; 2]) -> [f64; 2] {
        let m = &self.0;
        let w = m[6] * u + m[7] * v + m[8];
        [(m[0] * u + m[1] * v + m[2]) / w, (m[3] * u + m[4] * v + m[5]) / w]
    }
}
