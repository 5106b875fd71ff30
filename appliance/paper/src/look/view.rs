//! Rectangles, and the way from a page as it is seen to its own coordinates: rotation, cropping, origins anywhere and
//! units of the file's own choosing (ISO 32000-1 §8.3.2.3, §7.7.3.3).
//!
//! A place of 10 mm from the left and 20 mm from the top is at the same spot of the printed sheet whatever the file says.

use lopdf::{Document, Object};

/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;

/// A rectangle on a page of a file, in millimetres from the upper left corner of the page as it is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The page, counted from 1.
    pub page: u32,
    /// From the left edge.
    pub left_mm: f32,
    /// From the upper edge.
    pub top_mm: f32,
    /// Across.
    pub width_mm: f32,
    /// Downwards.
    pub height_mm: f32,
}

impl Place {
    /// Its right edge.
    pub fn right_mm(&self) -> f32 {
        self.left_mm + self.width_mm
    }

    /// Its lower edge.
    pub fn bottom_mm(&self) -> f32 {
        self.top_mm + self.height_mm
    }
}

/// A rectangle in points: left, bottom, right, top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) bottom: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
}

impl Area {
    pub(crate) const NOTHING: Area = Area { left: 0.0, bottom: 0.0, right: 0.0, top: 0.0 };

    pub(crate) fn read(document: &Document, object: &Object) -> Option<Area> {
        let corners = document.dereference(object).ok()?.1.as_array().ok()?;
        let number = |corner: &Object| document.dereference(corner).ok()?.1.as_float().ok();
        let [a, b, c, d] = corners.iter().filter_map(number).collect::<Vec<f32>>()[..] else { return None };
        Some(Area { left: a.min(c), bottom: b.min(d), right: a.max(c), top: b.max(d) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.right <= self.left || self.top <= self.bottom
    }

    /// The common part, if there is one.
    pub(crate) fn within(&self, other: &Area) -> Option<Area> {
        let common = Area {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (!common.is_empty()).then_some(common)
    }

    /// Width and height.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.right - self.left, self.top - self.bottom)
    }

    /// Larger by so much on every side.
    pub(super) fn grown(&self, by: f32) -> Area {
        Area { left: self.left - by, bottom: self.bottom - by, right: self.right + by, top: self.top + by }
    }

    /// The smallest that holds both.
    pub(super) fn around(&self, other: &Area) -> Area {
        Area {
            left: self.left.min(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
        }
    }

    /// The same, measured from the lower left corner of another.
    pub(super) fn measured_from(&self, corner: &Area) -> Area {
        let Area { left, bottom, .. } = *corner;
        Area {
            left: self.left - left,
            bottom: self.bottom - bottom,
            right: self.right - left,
            top: self.top - bottom,
        }
    }

    pub(crate) fn object(&self) -> Object {
        // Hundredths are finer than any printer, and keep long fractions out of the file.
        let tidy = |value: f32| Object::Real((value * 100.0).round() / 100.0);
        [self.left, self.bottom, self.right, self.top].map(tidy).to_vec().into()
    }
}

/// How a page is seen: which part of it, by how many quarter turns clockwise, and how many points one of its units is.
///
/// Lengths on the view are points of the printed sheet, from its lower left corner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    seen: Area,
    turns: i64,
    unit: f32,
}

impl View {
    pub(crate) fn new(seen: Area, rotate_degrees: i64, unit: f32) -> View {
        let unit = if unit.is_finite() && unit > 0.0 { unit } else { 1.0 };
        View { seen, turns: rotate_degrees.div_euclid(90).rem_euclid(4), unit }
    }

    pub(crate) fn size(&self) -> (f32, f32) {
        let (width, height) = self.size_unturned();
        if self.turns % 2 == 0 { (width, height) } else { (height, width) }
    }

    fn size_unturned(&self) -> (f32, f32) {
        ((self.seen.right - self.seen.left) * self.unit, (self.seen.top - self.seen.bottom) * self.unit)
    }

    /// A place on the view, moved inwards as far as it reaches over the edge: nobody signs beside the sheet.
    pub(crate) fn area(&self, place: &Place) -> Area {
        let (page_width, page_height) = self.size();
        let (width, height) = (place.width_mm * MM, place.height_mm * MM);
        let left = (place.left_mm * MM).min(page_width - width).max(0.0);
        let top = page_height - (place.top_mm * MM).min(page_height - height).max(0.0);
        Area { left, bottom: top - height, right: left + width, top }
    }

    /// From the view to the page's own coordinates.
    pub(crate) fn to_page(self, on_view: &Area) -> Area {
        let (width, height) = self.size_unturned();
        let point = |x: f32, y: f32| match self.turns {
            0 => (x, y),
            1 => (width - y, x),
            2 => (width - x, height - y),
            _ => (y, height - x),
        };
        let (a, b) = (point(on_view.left, on_view.bottom), point(on_view.right, on_view.top));
        Area {
            left: self.seen.left + a.0.min(b.0) / self.unit,
            bottom: self.seen.bottom + a.1.min(b.1) / self.unit,
            right: self.seen.left + a.0.max(b.0) / self.unit,
            top: self.seen.bottom + a.1.max(b.1) / self.unit,
        }
    }

    /// The matrix that lays a form of this size in points upright on a place of the view.
    pub(crate) fn laid(self, on_view: &Area) -> [f32; 6] {
        let [a, b, c, d, e, f] = self.matrix(on_view.right - on_view.left, on_view.top - on_view.bottom);
        let Area { left, bottom, .. } = self.to_page(on_view);
        let unit = |n: f32| n / self.unit;
        [unit(a), unit(b), unit(c), unit(d), unit(e) + left, unit(f) + bottom]
    }

    /// Turns a form of this size back, so that it stands upright on the turned page. A reader fits the turned form into
    /// its rectangle (§12.5.5), so its unit is always the point.
    pub(crate) fn matrix(self, width: f32, height: f32) -> [f32; 6] {
        match self.turns {
            0 => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            1 => [0.0, 1.0, -1.0, 0.0, height, 0.0],
            2 => [-1.0, 0.0, 0.0, -1.0, width, height],
            _ => [0.0, -1.0, 1.0, 0.0, 0.0, width],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(left: f32, bottom: f32, right: f32, top: f32) -> Area {
        Area { left, bottom, right, top }
    }

    #[test]
    fn the_corner_is_the_one_the_reader_sees() {
        // A page of 100 x 200 whose seen part begins at (10, 20); a mark in the seen upper right corner.
        let seen = corner(10.0, 20.0, 110.0, 220.0);
        let table = [
            (0, corner(105.0, 210.0, 110.0, 220.0)),
            (90, corner(10.0, 215.0, 20.0, 220.0)),
            (180, corner(10.0, 20.0, 15.0, 30.0)),
            (270, corner(100.0, 20.0, 110.0, 25.0)),
            (-90, corner(100.0, 20.0, 110.0, 25.0)),
            (450, corner(10.0, 215.0, 20.0, 220.0)),
        ];
        for (degrees, expected) in table {
            let view = View::new(seen, degrees, 1.0);
            let (width, height) = view.size();
            let mark = corner(width - 5.0, height - 10.0, width, height);
            assert_eq!(view.to_page(&mark), expected, "turned by {degrees}");
            let large = View::new(seen, degrees, 2.0);
            let (width, height) = large.size();
            let mark = corner(width - 10.0, height - 20.0, width, height);
            assert_eq!(large.to_page(&mark), expected, "turned by {degrees}, a unit of two points");
        }
    }

    #[test]
    fn a_place_is_millimetres_of_the_sheet_and_never_beside_it() {
        let a4 = View::new(corner(0.0, -842.0, 595.0, 0.0), 0, 1.0);
        let place = |left_mm, top_mm| Place { page: 1, left_mm, top_mm, width_mm: 25.4, height_mm: 12.7 };
        assert_eq!(a4.area(&place(25.4, 50.8)), corner(72.0, 842.0 - 180.0, 144.0, 842.0 - 144.0));
        let over = a4.area(&place(300.0, -40.0));
        assert_eq!(over, corner(595.0 - 72.0, 842.0 - 36.0, 595.0, 842.0));
    }
}
