//! The SANE 1.0 programming interface, declared and loaded at run time.
//!
//! SANE (Scanner Access Now Easy) is how Linux talks to scanners: one library, `libsane.so.1`, behind which
//! some eighty vendors' backends stand. This crate says what its C header says and nothing more; what the
//! calls mean, in which order they come and what may go wrong is the business of the `scanner` crate.
//!
//! The library is opened with `dlopen`, never linked, so that a box without it starts all the same and can
//! tell its clerk which package is missing:
//!
//! ```no_run
//! match sane_sys::Api::load(None) {
//!     Ok(api) => println!("libsane is here: {api:?}"),
//!     Err(missing) => println!("{missing}"),
//! }
//! ```
//!
//! Every C enumeration is an integer newtype here: a backend may hand out a value that the header does not
//! list, which in a Rust `enum` would be undefined behaviour.
#![deny(missing_docs, clippy::undocumented_unsafe_blocks)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `SANE_Word`: 32 bits; also carries `SANE_Bool`, `SANE_Int` and `SANE_Fixed`.
pub type Word = i32;
/// `SANE_Handle`: an open device, opaque.
pub type Handle = *mut c_void;

/// `SANE_FALSE`.
pub const FALSE: Word = 0;
/// `SANE_TRUE`.
pub const TRUE: Word = 1;
/// `SANE_FIXED_SCALE_SHIFT`: a `SANE_Fixed` is the number times two to this power.
pub const FIXED_SCALE_SHIFT: u32 = 16;

/// `SANE_Status`: how a call ended.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub c_int);

#[expect(missing_docs, reason = "the names are the header's")]
impl Status {
    pub const GOOD: Status = Status(0);
    pub const UNSUPPORTED: Status = Status(1);
    pub const CANCELLED: Status = Status(2);
    pub const DEVICE_BUSY: Status = Status(3);
    pub const INVAL: Status = Status(4);
    pub const EOF: Status = Status(5);
    pub const JAMMED: Status = Status(6);
    pub const NO_DOCS: Status = Status(7);
    pub const COVER_OPEN: Status = Status(8);
    pub const IO_ERROR: Status = Status(9);
    pub const NO_MEM: Status = Status(10);
    pub const ACCESS_DENIED: Status = Status(11);
    /// Of the never-released SANE 1.1; some vendors' backends return it.
    pub const WARMING_UP: Status = Status(12);
    /// Of the never-released SANE 1.1: a transport lock is set.
    pub const HW_LOCKED: Status = Status(13);
}

/// `SANE_Value_Type`: what an option holds.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueType(pub c_int);

#[expect(missing_docs, reason = "the names are the header's")]
impl ValueType {
    pub const BOOL: ValueType = ValueType(0);
    pub const INT: ValueType = ValueType(1);
    pub const FIXED: ValueType = ValueType(2);
    pub const STRING: ValueType = ValueType(3);
    pub const BUTTON: ValueType = ValueType(4);
    pub const GROUP: ValueType = ValueType(5);
}

/// `SANE_Unit`: what a number counts.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit(pub c_int);

#[expect(missing_docs, reason = "the names are the header's")]
impl Unit {
    pub const NONE: Unit = Unit(0);
    pub const PIXEL: Unit = Unit(1);
    pub const BIT: Unit = Unit(2);
    pub const MM: Unit = Unit(3);
    pub const DPI: Unit = Unit(4);
    pub const PERCENT: Unit = Unit(5);
    pub const MICROSECOND: Unit = Unit(6);
}

/// `SANE_Constraint_Type`: which member of [`Constraint`] is set.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConstraintType(pub c_int);

#[expect(missing_docs, reason = "the names are the header's")]
impl ConstraintType {
    pub const NONE: ConstraintType = ConstraintType(0);
    pub const RANGE: ConstraintType = ConstraintType(1);
    pub const WORD_LIST: ConstraintType = ConstraintType(2);
    pub const STRING_LIST: ConstraintType = ConstraintType(3);
}

/// `SANE_Action`: what `sane_control_option` shall do.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action(pub c_int);

#[expect(missing_docs, reason = "the names are the header's")]
impl Action {
    pub const GET_VALUE: Action = Action(0);
    pub const SET_VALUE: Action = Action(1);
    pub const SET_AUTO: Action = Action(2);
}

/// `SANE_Frame`: what one transfer brings.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame(pub c_int);

#[expect(missing_docs, reason = "the names are the header's")]
impl Frame {
    pub const GRAY: Frame = Frame(0);
    pub const RGB: Frame = Frame(1);
    pub const RED: Frame = Frame(2);
    pub const GREEN: Frame = Frame(3);
    pub const BLUE: Frame = Frame(4);
}

/// `SANE_CAP_*`: bits of [`OptionDescriptor::cap`].
#[expect(missing_docs, reason = "the names are the header's")]
pub mod cap {
    use super::Word;
    pub const SOFT_SELECT: Word = 1;
    pub const HARD_SELECT: Word = 2;
    pub const SOFT_DETECT: Word = 4;
    pub const EMULATED: Word = 8;
    pub const AUTOMATIC: Word = 16;
    pub const INACTIVE: Word = 32;
    pub const ADVANCED: Word = 64;
}

/// `SANE_INFO_*`: bits that `sane_control_option` hands back.
#[expect(missing_docs, reason = "the names are the header's")]
pub mod info {
    use super::Word;
    pub const INEXACT: Word = 1;
    pub const RELOAD_OPTIONS: Word = 2;
    pub const RELOAD_PARAMS: Word = 4;
}

/// `SANE_Device`: one line of the list of scanners. Valid only until the next `sane_get_devices` or `sane_exit`.
#[repr(C)]
#[derive(Debug)]
pub struct Device {
    /// The name `sane_open` takes, for instance `plustek:libusb:001:003`.
    pub name: *const c_char,
    /// Maker.
    pub vendor: *const c_char,
    /// Model.
    pub model: *const c_char,
    /// Kind, for instance `flatbed scanner`.
    pub kind: *const c_char,
}

/// `SANE_Range`; a quantum of zero means any value between.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Smallest value.
    pub min: Word,
    /// Largest value.
    pub max: Word,
    /// Step, 0 for none.
    pub quant: Word,
}

/// The constraint of an option; [`OptionDescriptor::constraint_type`] says which member is set.
#[repr(C)]
#[derive(Clone, Copy)]
pub union Constraint {
    /// Pointers to strings, ended by a null pointer.
    pub string_list: *const *const c_char,
    /// The first word is the number of those that follow.
    pub word_list: *const Word,
    /// Smallest, largest, step.
    pub range: *const Range,
}

/// `SANE_Option_Descriptor`. Belongs to the backend; may change with every option that is set.
#[repr(C)]
pub struct OptionDescriptor {
    /// Well-known name, for instance `resolution`; may be null for a group.
    pub name: *const c_char,
    /// For people.
    pub title: *const c_char,
    /// For people, longer.
    pub desc: *const c_char,
    /// What it holds.
    pub value_type: ValueType,
    /// What a number counts.
    pub unit: Unit,
    /// Bytes of the value.
    pub size: Word,
    /// Bits of [`cap`].
    pub cap: Word,
    /// Which member of `constraint` is set.
    pub constraint_type: ConstraintType,
    /// What values are allowed.
    pub constraint: Constraint,
}

/// `SANE_Parameters`: how the bytes of the frame under way are to be read.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    /// What the frame holds.
    pub format: Frame,
    /// `SANE_Bool`: the page is complete after this frame.
    pub last_frame: Word,
    /// Bytes from one line to the next, padding included.
    pub bytes_per_line: Word,
    /// Width in pixels.
    pub pixels_per_line: Word,
    /// Height in pixels, or -1 when the scanner does not know before the end.
    pub lines: Word,
    /// Bits per sample: 1, 8 or 16.
    pub depth: Word,
}

/// `SANE_Auth_Callback`: asked for a name and password by network backends.
pub type AuthCallback =
    unsafe extern "C" fn(resource: *const c_char, username: *mut c_char, password: *mut c_char);

/// The eleven functions of a libsane that has been loaded. The library stays loaded until the process ends:
/// backends leave threads and exit handlers behind, which unloading would pull the ground from under.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names are the header's")]
pub struct Api {
    pub init: unsafe extern "C" fn(version_code: *mut Word, authorize: Option<AuthCallback>) -> Status,
    pub exit: unsafe extern "C" fn(),
    pub get_devices: unsafe extern "C" fn(list: *mut *const *const Device, local_only: Word) -> Status,
    pub open: unsafe extern "C" fn(name: *const c_char, handle: *mut Handle) -> Status,
    pub close: unsafe extern "C" fn(handle: Handle),
    pub get_option_descriptor: unsafe extern "C" fn(handle: Handle, option: Word) -> *const OptionDescriptor,
    pub control_option: unsafe extern "C" fn(
        handle: Handle,
        option: Word,
        action: Action,
        value: *mut c_void,
        info: *mut Word,
    ) -> Status,
    pub get_parameters: unsafe extern "C" fn(handle: Handle, parameters: *mut Parameters) -> Status,
    pub start: unsafe extern "C" fn(handle: Handle) -> Status,
    pub read:
        unsafe extern "C" fn(handle: Handle, data: *mut u8, max_length: Word, length: *mut Word) -> Status,
    pub cancel: unsafe extern "C" fn(handle: Handle),
}

/// Why libsane could not be loaded, in the dynamic linker's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "libsane cannot be loaded: {}", self.0)
    }
}

impl std::error::Error for LoadError {}

impl Api {
    /// Opens `libsane.so.1`, or the library at `path`, and finds the functions.
    ///
    /// Fails when the library is not installed, cannot be loaded, or lacks one of the functions.
    pub fn load(path: Option<&Path>) -> Result<Api, LoadError> {
        let name = path.map_or(&b"libsane.so.1"[..], |path| path.as_os_str().as_bytes());
        let name = CString::new(name).map_err(|_| LoadError("a path with a zero byte".into()))?;
        // SAFETY: `name` is a C string that outlives the call; loading runs the library's initialisers, which
        // is what loading libsane means.
        let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if library.is_null() {
            return Err(last_error());
        }
        // SAFETY: `library` is the handle just opened and is never closed, and each name is given the type that
        // sane.h declares for it.
        unsafe {
            Ok(Api {
                init: symbol(library, c"sane_init")?,
                exit: symbol(library, c"sane_exit")?,
                get_devices: symbol(library, c"sane_get_devices")?,
                open: symbol(library, c"sane_open")?,
                close: symbol(library, c"sane_close")?,
                get_option_descriptor: symbol(library, c"sane_get_option_descriptor")?,
                control_option: symbol(library, c"sane_control_option")?,
                get_parameters: symbol(library, c"sane_get_parameters")?,
                start: symbol(library, c"sane_start")?,
                read: symbol(library, c"sane_read")?,
                cancel: symbol(library, c"sane_cancel")?,
            })
        }
    }
}

/// One function of the library as a function pointer of type `F`.
///
/// # Safety
/// `library` must be open, stay open for ever, and hold under `name` a function of the type `F`.
unsafe fn symbol<F: Copy>(library: *mut c_void, name: &CStr) -> Result<F, LoadError> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    // SAFETY: the caller promises an open library; `name` is a C string.
    let address = unsafe { libc::dlsym(library, name.as_ptr()) };
    if address.is_null() {
        return Err(last_error());
    }
    // SAFETY: `address` is the function `name`, not null, of the type `F` by the caller's promise, and the
    // sizes agree.
    Ok(unsafe { std::mem::transmute_copy::<*mut c_void, F>(&address) })
}

/// What the dynamic linker says of its last failure.
fn last_error() -> LoadError {
    // SAFETY: dlerror has no preconditions.
    let text = unsafe { libc::dlerror() };
    if text.is_null() {
        return LoadError("unknown reason".into());
    }
    // SAFETY: not null, so it is a C string that stays valid until the next call of the dl family by this
    // thread; it is copied at once.
    LoadError(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_an_answer_that_names_it() {
        let fault = Api::load(Some(Path::new("/nonexistent/libsane.so"))).unwrap_err();
        assert!(fault.to_string().contains("/nonexistent/libsane.so"), "{fault}");
    }

    #[test]
    fn a_library_that_is_not_sane_is_refused_by_the_function_it_lacks() {
        let fault = Api::load(Some(Path::new("libc.so.6"))).unwrap_err();
        assert!(fault.to_string().contains("sane_init"), "{fault}");
    }
}
