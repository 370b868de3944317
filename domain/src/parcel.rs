//! What only the company can open, whoever carries it: X25519 with a key that is used once, HKDF-SHA256, XChaCha20-Poly1305.
//! The company's key is its server's signing key in its other form, so every device knows it from its certificate.
//! Refuses to say who packed it: that is said by the signatures inside.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use ed25519_dalek::{SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The first line of the file says what it is, also to a person who opens it.
const MAGIC: &[u8] = b"gongdan-work/1\n";
const FAMILY: &[u8] = b"gongdan-work/";
const INFO: &[u8] = b"gongdan-work/1";
const RECOVERY_INFO: &[u8] = b"gongdan-recovery/1";
const KEY: usize = 32;
const HEADER: usize = MAGIC.len() + 2 * KEY;

/// Why a parcel stays shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error("this is no file of exported work")]
    Foreign,
    #[error("the file was written by a newer version")]
    Newer,
    #[error("the file is for another company's server")]
    OtherRecipient,
    #[error("the file was altered or is not whole")]
    Altered,
}

/// The key to which parcels for the holder of a server key are packed.
pub fn address_of(server: &VerifyingKey) -> PublicKey {
    PublicKey::from(server.to_montgomery().to_bytes())
}

/// The key that opens them.
pub fn opener_of(server: &SigningKey) -> StaticSecret {
    StaticSecret::from(server.to_scalar_bytes())
}

/// The key of one message between a key used once and a recipient.
pub fn message_key(
    shared: &[u8; KEY],
    ephemeral: &PublicKey,
    recipient: &PublicKey,
    purpose: &[u8],
) -> Zeroizing<[u8; KEY]> {
    let salt = [ephemeral.as_bytes().as_slice(), recipient.as_bytes().as_slice()].concat();
    let mut key = Zeroizing::new([0; KEY]);
    // 32 bytes are a legal length; the zeros of an impossible error would open nothing.
    _ = Hkdf::<Sha256>::new(Some(&salt), shared).expand(purpose, key.as_mut_slice());
    key
}

/// Packs. `once` must be fresh: it is this parcel's alone, which makes a nonce of zeros unique.
pub fn close(plain: &[u8], recipient: &PublicKey, once: &StaticSecret) -> Result<Vec<u8>, NotOpened> {
    let ephemeral = PublicKey::from(once);
    let key = message_key(once.diffie_hellman(recipient).as_bytes(), &ephemeral, recipient, INFO);
    let mut parcel = Vec::with_capacity(HEADER + plain.len() + 16);
    parcel.extend_from_slice(MAGIC);
    parcel.extend_from_slice(recipient.as_bytes());
    parcel.extend_from_slice(ephemeral.as_bytes());
    let sealed = XChaCha20Poly1305::new(key.as_slice().into())
        .encrypt(&Default::default(), Payload { msg: plain, aad: &parcel })
        .map_err(|_| NotOpened::Altered)?;
    parcel.extend_from_slice(&sealed);
    Ok(parcel)
}

/// Whether this looks like a parcel of any version: for whoever only carries it.
pub fn is_parcel(bytes: &[u8]) -> bool {
    bytes.starts_with(FAMILY) && bytes.len() > HEADER
}

pub fn open(parcel: &[u8], mine: &StaticSecret) -> Result<Vec<u8>, NotOpened> {
    if !parcel.starts_with(FAMILY) {
        return Err(NotOpened::Foreign);
    }
    if !parcel.starts_with(MAGIC) {
        return Err(NotOpened::Newer);
    }
    let (header, sealed) = parcel.split_at_checked(HEADER).ok_or(NotOpened::Altered)?;
    let key_at = |start: usize| -> Result<PublicKey, NotOpened> {
        let raw: [u8; KEY] = header[start..start + KEY].try_into().map_err(|_| NotOpened::Altered)?;
        Ok(PublicKey::from(raw))
    };
    let (recipient, ephemeral) = (key_at(MAGIC.len())?, key_at(MAGIC.len() + KEY)?);
    if recipient != PublicKey::from(mine) {
        return Err(NotOpened::OtherRecipient);
    }
    let key = message_key(mine.diffie_hellman(&ephemeral).as_bytes(), &ephemeral, &recipient, INFO);
    XChaCha20Poly1305::new(key.as_slice().into())
        .decrypt(&Default::default(), Payload { msg: sealed, aad: header })
        .map_err(|_| NotOpened::Altered)
}

/// A database key that was wrapped to the company's recovery key beside the database.
pub fn unwrap_database_key(
    mine: &StaticSecret,
    ephemeral: &PublicKey,
    wrapped: &[u8],
) -> Result<Zeroizing<[u8; KEY]>, NotOpened> {
    let recipient = PublicKey::from(mine);
    let key = message_key(mine.diffie_hellman(ephemeral).as_bytes(), ephemeral, &recipient, RECOVERY_INFO);
    let opened = ChaCha20Poly1305::new(key.as_slice().into())
        .decrypt(&Default::default(), wrapped)
        .map(Zeroizing::new)
        .map_err(|_| NotOpened::OtherRecipient)?;
    opened.as_slice().try_into().map(Zeroizing::new).map_err(|_| NotOpened::Altered)
}
