//! What the register says of a document, as far as the file itself repeats it.

use chrono::NaiveDate;

/// The columns of the register by which a document is found again. They stand in the file's metadata, in schemas that
/// every reader knows (Dublin Core), so that the file says what it is wherever it is carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterFacts {
    /// Number and symbol, `125/QĐ-THCSHP`; empty where it has none.
    pub number_symbol: String,
    /// The date it bears.
    pub issued_on: Option<NaiveDate>,
    /// Who issued it; empty where that is the unit that made the file.
    pub issuer: String,
    /// What it is: `Quyết định`, `Kế hoạch`; empty is left out.
    pub kind: String,
}
