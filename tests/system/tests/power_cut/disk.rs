//! A disk that can be cut off, that can be full and that can turn read-only: a SQLite VFS around the operating system's. Every write, truncation, deletion and
//! sync is written down in order. A power cut at any moment keeps what was synced, and of what was not any part: all of it, none, or
//! single sectors. Refuses to guess better: order between unsynced writes is not kept either.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::ffi;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Something that happened, in the order in which it did.
pub enum Event {
    Write {
        file: String,
        offset: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        size: usize,
    },
    Delete {
        file: String,
    },
    Sync {
        file: String,
    },
    /// The workload was told that its n-th action is kept.
    Acknowledged(u64),
}

#[derive(Default)]
struct Disk {
    events: Vec<Event>,
    recording: bool,
    full: bool,
    read_only: bool,
}

fn disk() -> MutexGuard<'static, Disk> {
    static DISK: OnceLock<Mutex<Disk>> = OnceLock::new();
    DISK.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on every database of this process lies on this disk.
pub fn plug_in() {
    static ONCE: Once = Once::new();
    ONCE.call_once(register);
    let mut disk = disk();
    (disk.recording, disk.full, disk.read_only) = (true, false, false);
    disk.events.clear();
}

pub fn acknowledge(n: u64) {
    disk().events.push(Event::Acknowledged(n));
}

/// A full disk takes no byte beyond what its files have; what they have can be written over.
pub fn fill(full: bool) {
    disk().full = full;
}

/// A disk that turned read-only under open files, as one does after an error of its own. SQLite hears no more than that a write failed.
pub fn protect(read_only: bool) {
    disk().read_only = read_only;
}

/// Ends the recording and answers it.
pub fn unplug() -> Vec<Event> {
    let mut disk = disk();
    disk.recording = false;
    std::mem::take(&mut disk.events)
}

/// The files as a power cut after so many events left them, and the last action that was acknowledged before.
pub fn cut(events: &[Event], through: usize, roll: &mut dyn FnMut(u64) -> u64) -> (BTreeMap<String, Vec<u8>>, u64) {
    let mut files: BTreeMap<&str, File> = BTreeMap::new();
    let mut acknowledged = 0;
    for event in &events[..through] {
        match event {
            Event::Write { file, .. } | Event::Truncate { file, .. } | Event::Delete { file } => {
                files.entry(file).or_default().unsynced.push(event);
            }
            Event::Sync { file } => {
                // SQLite syncs the folder with the first sync of a new log: what was deleted before stays deleted.
                if file.ends_with("-wal") && files.get(file.as_str()).is_none_or(|log| log.synced.is_none()) {
                    files.values_mut().for_each(File::deletions_stay);
                }
                files.entry(file).or_default().sync();
            }
            Event::Acknowledged(n) => acknowledged = *n,
        }
    }
    let left = files.into_iter().filter_map(|(name, file)| Some((name.to_owned(), file.after_cut(roll)?))).collect();
    (left, acknowledged)
}

/// One file: what is safe, and what happened since.
#[derive(Default)]
struct File<'a> {
    synced: Option<Vec<u8>>,
    unsynced: Vec<&'a Event>,
}

impl File<'_> {
    fn sync(&mut self) {
        for event in std::mem::take(&mut self.unsynced) {
            self.apply(event, None);
        }
    }

    fn deletions_stay(&mut self) {
        if matches!(self.unsynced.last(), Some(Event::Delete { .. })) {
            self.sync();
        }
    }

    fn after_cut(mut self, roll: &mut dyn FnMut(u64) -> u64) -> Option<Vec<u8>> {
        for event in std::mem::take(&mut self.unsynced) {
            match roll(3) {
                0 => {}
                1 => self.apply(event, None),
                _ => self.apply(event, Some(roll)),
            }
        }
        self.synced
    }

    /// Whole, or only the sectors that the dice choose.
    fn apply(&mut self, event: &Event, mut torn: Option<&mut dyn FnMut(u64) -> u64>) {
        match event {
            Event::Write { offset, bytes, .. } => {
                let content = self.synced.get_or_insert_default();
                let mut at = 0;
                while at < bytes.len() {
                    let place = offset + at;
                    let part = (SECTOR - place % SECTOR).min(bytes.len() - at);
                    if torn.as_mut().is_none_or(|roll| roll(2) == 0) {
                        if content.len() < place + part {
                            content.resize(place + part, 0);
                        }
                        content[place..place + part].copy_from_slice(&bytes[at..at + part]);
                    }
                    at += part;
                }
            }
            Event::Truncate { size, .. } => self.synced.get_or_insert_default().resize(*size, 0),
            Event::Delete { .. } => self.synced = None,
            Event::Sync { .. } | Event::Acknowledged(_) => {}
        }
    }
}

/// Writes the files of a cut into a folder.
pub fn lay_out(files: &BTreeMap<String, Vec<u8>>, from: &Path, to: &Path) {
    for (name, bytes) in files {
        if let Ok(inside) = Path::new(name).strip_prefix(from) {
            std::fs::write(to.join(inside), bytes).expect("written");
        }
    }
}

// ---- the VFS -------------------------------------------------------------------------------------------------------------------

/// Ours, in front of the operating system's own file object.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    /// A `Box<String>`; null where the file is temporary.
    name: *mut String,
}

static REAL: OnceLock<usize> = OnceLock::new();

fn real_vfs() -> *mut ffi::sqlite3_vfs {
    *REAL.get().expect("registered") as *mut ffi::sqlite3_vfs
}

fn register() {
    // SAFETY: SQLite keeps its default VFS for the life of the process; ours is leaked and lives as long. Functions that are taken over
    // as they are do not look at the VFS they are called with, but for the fields that were copied with them.
    unsafe {
        // The first use of the library sets it up.
        ffi::sqlite3_initialize();
        let real = ffi::sqlite3_vfs_find(std::ptr::null());
        REAL.set(real as usize).expect("once");
        let mut ours = *real;
        ours.pNext = std::ptr::null_mut();
        ours.zName = c"power-cut".as_ptr();
        ours.szOsFile += c_int::try_from(size_of::<Handle>()).expect("small");
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        let rc = ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
        assert_eq!(rc, ffi::SQLITE_OK);
    }
}

/// The operating system's file object behind ours.
unsafe fn inner(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allocates `szOsFile` bytes, ours first.
    unsafe { file.cast::<Handle>().add(1).cast() }
}

unsafe fn name_of(file: *mut ffi::sqlite3_file) -> Option<String> {
    // SAFETY: set by `open`, freed by `close` only.
    unsafe { (*file.cast::<Handle>()).name.as_ref().cloned() }
}

/// Writes down what happens to a named file.
fn record(event: Event) {
    let mut disk = disk();
    if disk.recording {
        disk.events.push(event);
    }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: called by SQLite with a file object of `szOsFile` bytes.
    unsafe {
        let handle = file.cast::<Handle>();
        (*handle).base.pMethods = std::ptr::null();
        (*handle).name = std::ptr::null_mut();
        let open = (*real_vfs()).xOpen.expect("a VFS opens");
        let rc = open(real_vfs(), name, inner(file), flags, out);
        if rc == ffi::SQLITE_OK {
            if !name.is_null() {
                (*handle).name = Box::into_raw(Box::new(CStr::from_ptr(name).to_string_lossy().into_owned()));
            }
            (*handle).base.pMethods = &raw const METHODS;
        }
        rc
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite passes a name.
    unsafe {
        record(Event::Delete { file: CStr::from_ptr(name).to_string_lossy().into_owned() });
        (*real_vfs()).xDelete.expect("a VFS deletes")(real_vfs(), name, sync)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the last call for this file object.
    unsafe {
        let handle = file.cast::<Handle>();
        if !(*handle).name.is_null() {
            drop(Box::from_raw((*handle).name));
            (*handle).name = std::ptr::null_mut();
        }
        let inner = inner(file);
        (*(*inner).pMethods).xClose.expect("a file closes")(inner)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, length: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite passes `length` bytes.
    unsafe {
        let inner = inner(file);
        let methods = &*(*inner).pMethods;
        if disk().read_only {
            return ffi::SQLITE_IOERR_WRITE;
        }
        if disk().full {
            let mut size = 0;
            methods.xFileSize.expect("a file has a size")(inner, &raw mut size);
            if offset + i64::from(length) > size {
                return ffi::SQLITE_FULL;
            }
        }
        let rc = methods.xWrite.expect("a file is written")(inner, from, length, offset);
        if let (ffi::SQLITE_OK, Some(file)) = (rc, name_of(file)) {
            let bytes =
                std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(length).expect("a length")).to_vec();
            record(Event::Write { file, offset: usize::try_from(offset).expect("a place"), bytes });
        }
        rc
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: forwarded as it came.
    unsafe {
        let inner = inner(file);
        if disk().read_only {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let rc = (*(*inner).pMethods).xTruncate.expect("a file is cut")(inner, size);
        if let (ffi::SQLITE_OK, Some(file)) = (rc, name_of(file)) {
            record(Event::Truncate { file, size: usize::try_from(size).expect("a size") });
        }
        rc
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: forwarded as it came.
    unsafe {
        let inner = inner(file);
        let rc = (*(*inner).pMethods).xSync.expect("a file is synced")(inner, flags);
        if let (ffi::SQLITE_OK, Some(file)) = (rc, name_of(file)) {
            record(Event::Sync { file });
        }
        rc
    }
}

/// Forwards to the operating system's file object.
macro_rules! forwarded {
    ($($name:ident = $method:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $arg: $kind)*) -> $answer {
            // SAFETY: forwarded as it came.
            unsafe {
                let inner = inner(file);
                (*(*inner).pMethods).$method.expect("the system's files can")(inner $(, $arg)*)
            }
        }
    )*};
}

forwarded! {
    read = xRead(into: *mut c_void, length: c_int, offset: i64) -> c_int;
    file_size = xFileSize(size: *mut i64) -> c_int;
    lock = xLock(level: c_int) -> c_int;
    unlock = xUnlock(level: c_int) -> c_int;
    check_reserved = xCheckReservedLock(out: *mut c_int) -> c_int;
    control = xFileControl(op: c_int, arg: *mut c_void) -> c_int;
    sector_size = xSectorSize() -> c_int;
    characteristics = xDeviceCharacteristics() -> c_int;
    shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, at: *mut *mut c_void) -> c_int;
    shm_lock = xShmLock(offset: c_int, n: c_int, flags: c_int) -> c_int;
    shm_barrier = xShmBarrier() -> ();
    shm_unmap = xShmUnmap(delete: c_int) -> c_int;
}

/// Without the two methods of memory mapping: every byte that is written passes here.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
