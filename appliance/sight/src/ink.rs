//! x
pub(crate) struct Inks;
impl Inks {
    pub(crate) fn on(_p: &crate::paper::Paper) -> Self {
        Inks
    }
    pub(crate) fn share(&self) -> f32 {
        0.0
    }
}
