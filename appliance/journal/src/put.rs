//! The writing half of [`Rows`]: what a projection does.

use std::collections::BTreeSet;

use crate::fault::{Fault, While};
use crate::keys;
use crate::rows::{Entity, Rows, Shelf, Tables, parse};

/// Writing; within a projection only.
impl<'t> Rows<'t> {
    /// Puts the row in the place of the one of the same name, and its index lines in the place of that one's.
    ///
    /// # Errors
    /// If the store fails, or the row before is of another shape than the program's.
    pub fn put<E: Entity>(&mut self, row: &E) -> Result<(), Fault> {
        let id = row.id();
        let key = keys::row(E::KIND, &id)?;
        let text =
            serde_json::to_vec(row).map_err(|e| Fault::Projection(format!("{} {id}: {e}", E::KIND)))?;
        let before = self.row(&key)?;
        if before.as_ref() == Some(&text) {
            return Ok(());
        }
        let old_lines = match &before {
            Some(old) => lines_of::<E>(&parse(&key, old)?)?,
            None => BTreeSet::new(),
        };
        let new_lines = lines_of(row)?;
        let Tables { rows, indexes, .. } = self.tables()?;
        rows.insert(&key[..], &text[..]).while_("writing a row")?;
        for line in old_lines.difference(&new_lines) {
            indexes.remove(&line[..]).while_("writing an index")?;
        }
        for line in new_lines.difference(&old_lines) {
            indexes.insert(&line[..], ()).while_("writing an index")?;
        }
        Ok(())
    }

    /// Takes the row and its index lines away; says whether it was there.
    ///
    /// # Errors
    /// If the store fails, or the row is of another shape than the program's.
    pub fn remove<E: Entity>(&mut self, id: &str) -> Result<bool, Fault> {
        let key = keys::row(E::KIND, id)?;
        let Some(old) = self.row(&key)? else { return Ok(false) };
        let lines = lines_of::<E>(&parse(&key, &old)?)?;
        let Tables { rows, indexes, .. } = self.tables()?;
        rows.remove(&key[..]).while_("removing a row")?;
        for line in lines {
            indexes.remove(&line[..]).while_("writing an index")?;
        }
        Ok(true)
    }

    /// Gives out `number`, which must be the one after [`Rows::last_number`]: no gap, none twice (Decree 30/2020,
    /// article 15). An aborted transaction gives it back.
    ///
    /// # Errors
    /// [`Fault::NumberGap`] otherwise; or if the store fails.
    pub fn take_number(&mut self, series: &str, year: i32, number: u64) -> Result<(), Fault> {
        let expected = self.last_number(series, year)? + 1;
        if number != expected {
            return Err(Fault::NumberGap { series: series.to_owned(), year, expected, found: number });
        }
        self.tables()?.numbers.insert((series, year), number).while_("writing a number")?;
        Ok(())
    }

    pub(crate) fn tables(&mut self) -> Result<&mut Tables<'t>, Fault> {
        match &mut self.shelf {
            Shelf::Writing(tables) => Ok(tables),
            // Out of reach: nobody gets a snapshot's rows by mutable reference.
            Shelf::Reading { .. } => Err(Fault::Misuse("the rows of a snapshot do not change")),
        }
    }
}

fn lines_of<E: Entity>(row: &E) -> Result<BTreeSet<Vec<u8>>, Fault> {
    let id = row.id();
    let whole =
        |(index, key): (&str, Vec<u8>)| Ok([keys::index(E::KIND, index)?, keys::line(&key, &id)?].concat());
    row.indexes().into_iter().map(whole).collect()
}
