pub(crate) fn read(_i: &crate::Picture, _p: &crate::paper::Paper) -> Vec<String> {
    vec![]
}
