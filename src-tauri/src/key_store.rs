//! The operating system's key store, where there is one: Keychain, Credential Manager, Secret Service. A machine without one answers
//! so, and the device wraps its key by the PIN instead; it never stores it plain.

use gongdan_device::vault::KeyStore;

const SERVICE: &str = "cn.gongdan.field";

struct OsKeyStore;

impl OsKeyStore {
    fn entry(name: &str) -> Option<keyring::Entry> {
        keyring::Entry::new(SERVICE, name).ok()
    }
}

impl KeyStore for OsKeyStore {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        Self::entry(name)?.get_secret().ok()
    }

    fn store(&self, name: &str, secret: &[u8]) -> bool {
        // Read back: some stores accept and forget.
        Self::entry(name).is_some_and(|e| e.set_secret(secret).is_ok() && e.get_secret().is_ok_and(|s| s == secret))
    }

    fn remove(&self, name: &str) {
        if let Some(entry) = Self::entry(name) {
            // Gone already is as good as removed.
            _ = entry.delete_credential();
        }
    }
}

/// The key store of this system.
pub fn os_key_store() -> Box<dyn KeyStore> {
    Box::new(OsKeyStore)
}
