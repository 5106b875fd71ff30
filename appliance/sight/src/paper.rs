//! x
pub(crate) struct Paper;
impl Paper {
    pub(crate) fn of(_p: &crate::Picture) -> Self {
        Paper
    }
}
