//! The fields of the index, a document in them, and a question asked of them.
//!
//! Each text is there twice: as written and without marks. What is found stands in five ranks, the newest first in each:
//!
//! ```text
//! 5  in the number or symbol
//! 4  in the columns, with the marks that were typed     3  on the pages too, with them
//! 2  in the columns                                     1  on the pages too
//! ```

use std::ops::Bound;

use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, InvertedIndexRangeQuery, Occur, PhrasePrefixQuery,
    PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use super::columns::Column;
use super::wanted::{Chunk, Wanted};
use super::words::{Word, words};

/// Words a half-typed one in a phrase may turn out to be.
const ENDINGS: u32 = 200;

/// The order documents were begun in.
pub(super) const BEGUN: &str = "begun";

/// A text in its two spellings.
#[derive(Clone, Copy)]
struct Spelled {
    written: Field,
    folded: Field,
}

/// The fields of the index. Its folder's name must change with them and with what [`words`] makes of a text.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    letter: Field,
    begun: Field,
    /// Whom it was routed to.
    people: Field,
    number: Spelled,
    columns: Spelled,
    pages: Spelled,
    /// The pages as they read, for excerpts.
    page_text: Field,
}

/// A document as it goes into the index.
pub(super) struct Entry {
    pub(super) letter: Uuid,
    pub(super) begun: u64,
    pub(super) people: Vec<Uuid>,
    pub(super) columns: Vec<Column>,
    /// Tidied.
    pub(super) pages: String,
}

impl Fields {
    pub(super) fn new() -> Self {
        // Words come cut and spelled already: the index only has to part them at blanks.
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing);
        let mut schema = Schema::builder();
        let mut spelled = |written: &str, folded: &str| Spelled {
            written: schema.add_text_field(written, text.clone()),
            folded: schema.add_text_field(folded, text.clone()),
        };
        let number = spelled("number", "number_folded");
        let columns = spelled("columns", "columns_folded");
        let pages = spelled("pages", "pages_folded");
        let letter = schema.add_text_field("letter", STRING | STORED);
        let begun = schema.add_u64_field(BEGUN, FAST | INDEXED);
        let people = schema.add_text_field("people", STRING);
        let page_text = schema.add_text_field("page_text", STORED);
        Self { letter, begun, people, number, columns, pages, page_text, schema: schema.build() }
    }

    /// Whose documents in the index are meant by a letter.
    pub(super) fn key(&self, letter: Uuid) -> Term {
        Term::from_field_text(self.letter, &letter.to_string())
    }

    pub(super) fn document(&self, entry: Entry) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(self.letter, entry.letter.to_string());
        document.add_u64(self.begun, entry.begun);
        for person in &entry.people {
            document.add_text(self.people, person.to_string());
        }
        for column in &entry.columns {
            let words = words(&column.text);
            add(&mut document, self.columns, &words);
            if column.place.names_it() {
                add(&mut document, self.number, &words);
            }
        }
        if !entry.pages.is_empty() {
            add(&mut document, self.pages, &words(&entry.pages));
            document.add_text(self.page_text, entry.pages);
        }
        document
    }

    /// The letter of a document found, and the text of its pages.
    pub(super) fn read(&self, document: &TantivyDocument) -> (Option<Uuid>, String) {
        let text = |field| document.get_first(field).and_then(|value| value.as_str());
        let letter = text(self.letter).and_then(|id| id.parse().ok());
        (letter, text(self.page_text).unwrap_or_default().to_owned())
    }

    /// The question; its score is the rank. With `person`, among what was routed to her only.
    pub(super) fn query(&self, wanted: &Wanted, person: Option<Uuid>) -> Box<dyn Query> {
        let mut ranks: Vec<Box<dyn Query>> = Vec::new();
        let mut rank = |rank: f32, fields: &[Spelled], with_marks: bool| {
            let all = all(wanted, fields, with_marks);
            ranks.push(Box::new(ConstScoreQuery::new(all, rank)));
        };
        rank(5.0, &[self.number], false);
        rank(2.0, &[self.columns], false);
        rank(1.0, &[self.columns, self.pages], false);
        if wanted.has_marks() {
            rank(4.0, &[self.columns], true);
            rank(3.0, &[self.columns, self.pages], true);
        }
        let ranked = Box::new(DisjunctionMaxQuery::new(ranks));
        let Some(person) = person else { return ranked };
        let hers = Term::from_field_text(self.people, &person.to_string());
        let hers = Box::new(TermQuery::new(hers, IndexRecordOption::Basic));
        let hers = Box::new(ConstScoreQuery::new(hers, 0.0));
        Box::new(BooleanQuery::new(vec![(Occur::Must, ranked), (Occur::Must, hers)]))
    }
}

fn add(document: &mut TantivyDocument, field: Spelled, words: &[Word]) {
    let joined = |spelling: fn(&Word) -> &str| words.iter().map(spelling).collect::<Vec<_>>().join(" ");
    document.add_text(field.written, joined(|word| &word.written));
    document.add_text(field.folded, joined(|word| &word.folded));
}

/// Every chunk in one of the fields.
fn all(wanted: &Wanted, fields: &[Spelled], with_marks: bool) -> Box<dyn Query> {
    let anywhere = |chunk: &Chunk| -> Box<dyn Query> {
        let mut places: Vec<_> = fields.iter().map(|field| in_field(chunk, *field, with_marks)).collect();
        match places.len() {
            1 => places.remove(0),
            _ => Box::new(BooleanQuery::union(places)),
        }
    };
    let mut chunks: Vec<_> = wanted.chunks.iter().map(anywhere).collect();
    match chunks.len() {
        1 => chunks.remove(0),
        _ => Box::new(BooleanQuery::intersection(chunks)),
    }
}

/// The words of a chunk side by side in one field. Who typed no marks in it may mean any.
fn in_field(chunk: &Chunk, field: Spelled, with_marks: bool) -> Box<dyn Query> {
    let with_marks = with_marks && chunk.words.iter().any(Word::has_marks);
    let term = |word: &Word| match with_marks {
        true => Term::from_field_text(field.written, &word.written),
        false => Term::from_field_text(field.folded, &word.folded),
    };
    let mut terms: Vec<Term> = chunk.words.iter().map(term).collect();
    match (terms.len(), chunk.is_open) {
        (1, false) => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        (1, true) => {
            let word = &chunk.words[0];
            let (field, text) =
                if with_marks { (field.written, &word.written) } else { (field.folded, &word.folded) };
            begins(field, text)
        }
        (_, false) => Box::new(PhraseQuery::new(terms)),
        (_, true) => {
            let mut phrase = PhrasePrefixQuery::new(terms);
            phrase.set_max_expansions(ENDINGS);
            Box::new(phrase)
        }
    }
}

/// Every word that begins so.
fn begins(field: Field, text: &str) -> Box<dyn Query> {
    let from = Term::from_field_text(field, text);
    // Behind everything that goes on after it: no word has that letter.
    let to = Term::from_field_text(field, &format!("{text}{}", char::MAX));
    Box::new(InvertedIndexRangeQuery::new(Bound::Included(from), Bound::Excluded(to)))
}
