//! The calls of SANE, each once, behind types that make their order right.
//!
//! [`Library`] is a libsane that has been initialised, [`Session`] an open device of it; dropping gives back,
//! in the right order, because a session borrows its library. Neither can leave its thread. Lists and strings
//! are copied before the next call, because that call may invalidate them.
//!
//! ```text
//! let library = Library::start(None)?;             sane_init
//! let listed = library.devices()?;                 sane_get_devices
//! let mut session = library.open("test:0")?;       sane_open
//! session.start()?;                                sane_start
//! while let Some(bytes) = session.read(buffer)? {} sane_read
//! drop(session);                                   sane_cancel, sane_close
//! ```

use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::ptr;

use sane_sys::{Action, Api, Handle, Parameters, Status, Word, info};

use super::options::{Kind, Options, Value, copy_descriptor};
use crate::error::ScanError;

/// No device has more options, and no backend lists more devices; where one claims to, it is mistaken.
const MOST_OPTIONS: Word = 4096;
const MOST_DEVICES: usize = 256;

/// An initialised libsane. There must be one at a time.
pub(crate) struct Library {
    api: Api,
    /// SANE's calls belong to one thread: neither `Send` nor `Sync`.
    _one_thread: PhantomData<*const ()>,
}

/// A line of the drivers' list of devices.
pub(crate) struct Listed {
    pub(crate) address: String,
    pub(crate) vendor: String,
    pub(crate) model: String,
}

impl Library {
    /// Loads and initialises libsane, or the library at `path`.
    pub(crate) fn start(path: Option<&Path>) -> Result<Library, ScanError> {
        let api = Api::load(path).map_err(|missing| ScanError::NoLibsane(missing.to_string()))?;
        let mut version: Word = 0;
        // SAFETY: `version` is a word that outlives the call, and SANE allows no callback.
        check(unsafe { (api.init)(&mut version, None) }, "init")?;
        Ok(Library { api, _one_thread: PhantomData })
    }

    /// The devices the drivers find now, those on the network included.
    pub(crate) fn devices(&self) -> Result<Vec<Listed>, ScanError> {
        let mut list = ptr::null();
        // SAFETY: the library is initialised, and `list` outlives the call.
        check(unsafe { (self.api.get_devices)(&mut list, sane_sys::FALSE) }, "get_devices")?;
        let mut devices = Vec::new();
        while !list.is_null() && devices.len() < MOST_DEVICES {
            // SAFETY: SANE gives an array of pointers that a null pointer ends, and the loop ends there.
            let entry = unsafe { *list };
            if entry.is_null() {
                break;
            }
            // SAFETY: not null, so by SANE's promise a device that is valid until the next call; it is copied
            // before that.
            let device = unsafe { &*entry };
            devices.push(Listed {
                // SAFETY: the strings of a listed device are C strings or null, valid as long as the device.
                address: unsafe { copy_text(device.name) },
                // SAFETY: as above.
                vendor: unsafe { copy_text(device.vendor) },
                // SAFETY: as above.
                model: unsafe { copy_text(device.model) },
            });
            // SAFETY: the entry was not the null pointer at the end, so there is another behind it.
            list = unsafe { list.add(1) };
        }
        Ok(devices)
    }

    /// Opens a device by its address.
    pub(crate) fn open(&self, address: &str) -> Result<Session<'_>, ScanError> {
        let name = CString::new(address).map_err(|_| ScanError::ScannerGone)?;
        let mut handle: Handle = ptr::null_mut();
        // SAFETY: the library is initialised; name and handle outlive the call.
        check(unsafe { (self.api.open)(name.as_ptr(), &mut handle) }, "open")?;
        Ok(Session { library: self, handle })
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: initialised in `start`, and every session has been closed, since sessions borrow the library.
        unsafe { (self.api.exit)() }
    }
}

/// An open device. Dropping cancels what is under way and closes it.
pub(crate) struct Session<'a> {
    library: &'a Library,
    handle: Handle,
}

impl Session<'_> {
    /// What can be set at present, copied.
    pub(crate) fn options(&self) -> Options {
        let mut count: Word = 0;
        // SAFETY: the handle is open, option 0 is by SANE's definition one word, and `count` outlives the call.
        let status = unsafe {
            (self.library.api.control_option)(
                self.handle,
                0,
                Action::GET_VALUE,
                (&raw mut count).cast::<c_void>(),
                ptr::null_mut(),
            )
        };
        if status != Status::GOOD {
            return Options::default();
        }
        let copied = (1..count.min(MOST_OPTIONS)).filter_map(|index| {
            // SAFETY: the handle is open, and an index out of range is answered with null.
            let descriptor = unsafe { (self.library.api.get_option_descriptor)(self.handle, index) };
            // SAFETY: null or a descriptor that is valid until the next option is set; it is copied here.
            unsafe { copy_descriptor(index, descriptor) }
        });
        Options(copied.collect())
    }

    /// Sets an option. `true` when the descriptors have changed and must be read again.
    ///
    /// Fails when the value is not of the option's kind, and when the driver refuses it.
    pub(crate) fn set(&mut self, options: &Options, name: &str, value: &Value) -> Result<bool, ScanError> {
        let option = options
            .find(name)
            .ok_or_else(|| ScanError::Unsupported(format!("the scanner has no option {name}")))?;
        let mut buffer = option
            .encode(value)
            .ok_or_else(|| ScanError::Invalid(format!("option {name} cannot hold {value:?}")))?;
        let mut changed: Word = 0;
        // SAFETY: the handle is open; `encode` gave a buffer of the option's own size, aligned for words and,
        // for a string, ended by a zero; both pointers outlive the call.
        let status = unsafe {
            (self.library.api.control_option)(
                self.handle,
                option.index,
                Action::SET_VALUE,
                buffer.as_mut_ptr().cast::<c_void>(),
                &mut changed,
            )
        };
        check(status, name)?;
        Ok(changed & info::RELOAD_OPTIONS != 0)
    }

    /// Presses an option that is a button: the driver does something at once.
    pub(crate) fn press(&mut self, options: &Options, name: &str) -> Result<(), ScanError> {
        let option = options
            .find(name)
            .filter(|option| option.kind == Kind::Other)
            .ok_or_else(|| ScanError::Unsupported(format!("the scanner has no button {name}")))?;
        // A button holds nothing, but some drivers look at the place of its value.
        let mut room: Vec<Word> = vec![0; option.size / size_of::<Word>() + 1];
        // SAFETY: the handle is open; the buffer has room for as many bytes as the option says it has, and
        // outlives the call.
        let status = unsafe {
            (self.library.api.control_option)(
                self.handle,
                option.index,
                Action::SET_VALUE,
                room.as_mut_ptr().cast::<c_void>(),
                ptr::null_mut(),
            )
        };
        check(status, name)
    }

    /// The present value of an option that holds one number.
    pub(crate) fn number(&self, options: &Options, name: &str) -> Option<f64> {
        let option = options.find(name).filter(|option| option.active && option.is_one_word())?;
        let mut word: Word = 0;
        // SAFETY: the handle is open, and an option of one word is given one word, which outlives the call.
        let status = unsafe {
            (self.library.api.control_option)(
                self.handle,
                option.index,
                Action::GET_VALUE,
                (&raw mut word).cast::<c_void>(),
                ptr::null_mut(),
            )
        };
        (status == Status::GOOD).then(|| match option.kind {
            Kind::Fixed => f64::from(word) / f64::from(1 << sane_sys::FIXED_SCALE_SHIFT),
            _ => f64::from(word),
        })
    }

    /// The present value of an option that holds a text.
    pub(crate) fn text(&self, options: &Options, name: &str) -> Option<String> {
        let option = options.find(name).filter(|option| option.active && option.kind == Kind::Text)?;
        // A zero more than the option says: a driver that fills it to the brim leaves a text that ends.
        let mut buffer = vec![0u8; option.size + 1];
        // SAFETY: the handle is open, and the buffer is larger than the option's size and outlives the call.
        let status = unsafe {
            (self.library.api.control_option)(
                self.handle,
                option.index,
                Action::GET_VALUE,
                buffer.as_mut_ptr().cast::<c_void>(),
                ptr::null_mut(),
            )
        };
        let text = CStr::from_bytes_until_nul(&buffer).ok()?;
        (status == Status::GOOD).then(|| text.to_string_lossy().trim().to_owned())
    }

    /// Begins a frame. [`ScanError::FeederEmpty`] when there is no (further) sheet.
    pub(crate) fn start(&mut self) -> Result<(), ScanError> {
        // SAFETY: the handle is open.
        match unsafe { (self.library.api.start)(self.handle) } {
            // What backends of single-page devices answer when asked for a second page.
            Status::EOF => Err(ScanError::FeederEmpty),
            status => check(status, "start"),
        }
    }

    /// How the bytes of the frame under way are laid out, as the driver says.
    pub(crate) fn parameters(&self) -> Result<Parameters, ScanError> {
        let mut parameters = Parameters {
            format: sane_sys::Frame::GRAY,
            last_frame: sane_sys::FALSE,
            bytes_per_line: 0,
            pixels_per_line: 0,
            lines: 0,
            depth: 0,
        };
        // SAFETY: the handle is open, and `parameters` outlives the call.
        check(unsafe { (self.library.api.get_parameters)(self.handle, &mut parameters) }, "get_parameters")?;
        Ok(parameters)
    }

    /// The next bytes of the frame, perhaps none yet; `None` at its end.
    pub(crate) fn read<'b>(&mut self, buffer: &'b mut [u8]) -> Result<Option<&'b [u8]>, ScanError> {
        let room = Word::try_from(buffer.len()).unwrap_or(Word::MAX);
        let mut length: Word = 0;
        // SAFETY: the handle is open, the buffer has `room` writable bytes, and both outlive the call.
        let status = unsafe { (self.library.api.read)(self.handle, buffer.as_mut_ptr(), room, &mut length) };
        match status {
            Status::EOF => Ok(None),
            status => {
                check(status, "read")?;
                let length = usize::try_from(length).ok().filter(|length| *length <= buffer.len());
                length
                    .map(|length| Some(&buffer[..length]))
                    .ok_or_else(|| ScanError::Invalid("the driver read more than it was asked for".into()))
            }
        }
    }

    /// Ends the scan under way, or the page just read; the device may be started again.
    pub(crate) fn cancel(&mut self) {
        // SAFETY: the handle is open; cancelling without a scan under way is allowed.
        unsafe { (self.library.api.cancel)(self.handle) }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.cancel();
        // SAFETY: the handle is open and not used again.
        unsafe { (self.library.api.close)(self.handle) }
    }
}

fn check(status: Status, during: &str) -> Result<(), ScanError> {
    if status == Status::GOOD { Ok(()) } else { Err(ScanError::from_status(status, during)) }
}

/// A C string as ours; null is empty.
///
/// # Safety
/// `text` must be null or a C string.
pub(super) unsafe fn copy_text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, so a C string by the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().trim().to_owned()
}
