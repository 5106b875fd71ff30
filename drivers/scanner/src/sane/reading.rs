//! One page on its way through the scanner: the sheet is fed, its frames are read, the capture is made.
//!
//! ```text
//! Reading::start(session, 1, colour, dpi, desk)   sane_start, sane_get_parameters
//! reading.finish()                                sane_read until the frame ends -> Capture
//! ```

use std::time::Duration;

use super::frame::{Assembly, Layout};
use super::session::Session;
use crate::ahead::Ahead;
use crate::capture::Capture;
use crate::device::Colour;
use crate::error::ScanError;
use crate::worker::Desk;

/// Bytes asked for at a time: small enough that a cancel is noticed within some lines.
const READ_BYTES: usize = 64 << 10;
/// How long to wait before asking again when a driver answers a read with nothing.
const NOTHING_YET: Duration = Duration::from_millis(5);

/// One page on its way through the scanner.
pub(super) struct Reading<'a, 'l> {
    session: &'a mut Session<'l>,
    desk: &'a mut Desk,
    number: u32,
    assembly: Assembly,
    ahead: Ahead,
}

impl<'a, 'l> Reading<'a, 'l> {
    /// Feeds the sheet.
    pub(super) fn start(
        session: &'a mut Session<'l>,
        number: u32,
        wanted: Colour,
        dpi: u32,
        desk: &'a mut Desk,
    ) -> Result<Reading<'a, 'l>, ScanError> {
        if desk.cancelled() {
            return Err(ScanError::Cancelled); // before a sheet is pulled in
        }
        session.start()?;
        let assembly = Assembly::new(Layout::check(&session.parameters()?)?)?;
        let ahead = Ahead::begin(assembly.outline(), wanted, dpi)?;
        Ok(Reading { session, desk, number, assembly, ahead })
    }

    /// Reads all frames of the page, which is encoded on the way.
    ///
    /// Fails with [`ScanError::FeederEmpty`] only before the first line: paper that ends in mid-page is no end.
    pub(super) fn finish(mut self) -> Result<Capture, ScanError> {
        loop {
            self.tell()?;
            self.frame().map_err(|fault| match fault {
                ScanError::FeederEmpty if self.assembly.progress().0 > 0 => {
                    ScanError::Io("the paper ended in mid-page".into())
                }
                other => other,
            })?;
            if self.assembly.end_frame() {
                self.assembly.finish(&mut |line| self.ahead.line(line))?;
                return self.ahead.finish();
            }
            self.session.start()?;
            self.assembly.next_frame(Layout::check(&self.session.parameters()?)?)?;
        }
    }

    fn frame(&mut self) -> Result<(), ScanError> {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            if self.desk.cancelled() {
                return Err(ScanError::Cancelled);
            }
            match self.session.read(&mut buffer)? {
                None => return Ok(()),
                Some([]) => std::thread::sleep(NOTHING_YET),
                Some(bytes) => {
                    self.assembly.feed(bytes, &mut |line| self.ahead.line(line))?;
                    self.tell()?;
                }
            }
        }
    }

    fn tell(&mut self) -> Result<(), ScanError> {
        let (done, of) = self.assembly.progress();
        self.desk.lines(self.number, done, of)
    }
}
