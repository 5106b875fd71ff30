pub(crate) fn skew_degrees(_i: &crate::ink::Inks) -> f32 {
    0.0
}
