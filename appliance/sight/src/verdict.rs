pub(crate) fn flags(_p: &crate::paper::Paper, _i: &crate::ink::Inks, _s: f32) -> Vec<crate::Flag> {
    vec![]
}
