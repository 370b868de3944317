//! Enrolment: a one-time code becomes a certificate, a token and an encrypted database. The device's signing key is made here and
//! never leaves it.

use ed25519_dalek::SigningKey;
use gongdan_domain::problem::Code;
use gongdan_domain::seal::{public_key, public_key_text};
use gongdan_domain::sync::again::Former;
use gongdan_domain::sync::enrolment::EnrolmentText;
use gongdan_domain::sync::wire::{EnrolReply, EnrolRequest};
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::clock::Measured;
use crate::commands::args;
use crate::device::{Device, Enrolment};
use crate::error::Result;
use crate::store::Store;
use crate::store::meta::Identity;
use crate::sync::client::Client;
use crate::sync::on_own_runtime;
use crate::sync::road::Road;
use crate::vault::{DatabaseKey, PinWrap};
use crate::view::app::{Gate, KeyKeeping};

impl Device {
    /// Enrols this device. Where anything fails nothing is left behind.
    pub fn enrol(&self, args: &args::Enrol) -> Result<()> {
        on_own_runtime(|| async {
            let (server, _) = self.asked(&args.server, &args.code)?;
            let road = Client::new(&server, Zeroizing::default(), self.0.patience)?;
            self.enrol_over(args, &road).await
        })
    }

    /// The same over a road of the caller's choosing.
    pub async fn enrol_over(&self, args: &args::Enrol, road: &impl Road) -> Result<()> {
        if !matches!(self.gate()?, Gate::NotEnrolled | Gate::Revoked) {
            return Err(Code::AlreadyEnrolled.into());
        }
        // The key comes first: a refused PIN or a full disk must not cost the code.
        let key = self.vault().create(&args.pin)?;
        let outcome = self.enrol_with(args, &key, road).await;
        if outcome.is_err() {
            self.vault().destroy()?;
        }
        outcome
    }

    /// Where to enrol and with which code: the whole enrolment text in the place of the code brings both, else they were typed apart.
    fn asked(&self, server: &str, code: &str) -> Result<(String, String)> {
        let (server, code) = if EnrolmentText::is_meant(code) {
            let text: EnrolmentText = code.parse().map_err(|_| Code::EnrolmentTextDamaged)?;
            (text.server.to_string(), text.code)
        } else {
            (server.trim().to_owned(), code.trim().to_owned())
        };
        Ok((self.0.server_override.clone().unwrap_or(server), code))
    }

    async fn enrol_with(&self, args: &args::Enrol, key: &DatabaseKey, road: &impl Road) -> Result<()> {
        let (server, code) = self.asked(&args.server, &args.code)?;
        let signing_key = SigningKey::generate(&mut OsRng);
        let request = EnrolRequest {
            code,
            public_key: public_key_text(&signing_key.verifying_key()),
            device_name: args.device_name.trim().to_owned(),
            app: self.app_version().to_owned(),
            former: None,
        };
        let before = crate::clock::stamp(self.0.clock.as_ref(), None);
        let reply = road.enrol(&request).await?;
        let after = crate::clock::stamp(self.0.clock.as_ref(), None);
        self.vault().keep_for_recovery(key, &reply.recovery_key)?;
        let measured = Measured::new(reply.time, &before, &after);
        let identity = identity(reply, signing_key, server.clone())?;
        Store::create(&self.database(), key, &identity)?;
        let store = Store::open(&self.database(), key.clone())?;
        store.measure(measured)?;
        if self.key_keeping() == KeyKeeping::OsKeyStore && !args.pin.is_empty() {
            let wrap = PinWrap::seal(&args.pin, &[0; 32])?;
            store.apply(self.stamp(&store), |a| a.set_lock_pin(&wrap))?;
        }
        self.enrolled(store, &Enrolment { server, device_name: request.device_name })
    }
}

/// A device whose data was copied.
impl Device {
    /// Enrols it anew in place, with a code of the same person: a new key, a new prefix, and all its work goes on under them.
    pub fn enrol_again(&self, code: &str) -> Result<()> {
        on_own_runtime(|| async {
            let (server, _) = self.asked(&self.store()?.identity().server, code)?;
            let road = Client::new(&server, Zeroizing::default(), self.0.patience)?;
            self.enrol_again_over(code, &road).await
        })
    }

    /// The same over a road of the caller's choosing.
    pub async fn enrol_again_over(&self, code: &str, road: &impl Road) -> Result<()> {
        let _no_round = self.0.round.lock().await;
        let enrolment = self.enrolment();
        let store = self.store()?;
        let former = store.identity();
        if !store.read(self.stamp(&store), |r| r.copied())? {
            return Err(Code::NotCopied.into());
        }
        let (server, code) = self.asked(&former.server, code)?;
        let signing_key = SigningKey::generate(&mut OsRng);
        let public_key = public_key_text(&signing_key.verifying_key());
        let request = EnrolRequest {
            code,
            former: Some(Former::sign(former.signed_certificate.clone(), &public_key, &former.signing_key)?),
            public_key,
            device_name: enrolment.device_name.clone(),
            app: self.app_version().to_owned(),
        };
        let reply = road.enrol(&request).await?;
        let identity = identity(reply, signing_key, server.clone())?;
        // Work of one company never goes to another.
        if identity.certificate.server_key != former.certificate.server_key {
            return Err(Code::ServerKeyWrong.into());
        }
        if identity.certificate.person != former.certificate.person {
            return Err(Code::EnrolmentForAnother.into());
        }
        store.apply(self.stamp(&store), |a| a.become_again(&identity).map(drop))?;
        // The other copy has the old one too.
        if let Err(error) = self.vault().renew_code(store.key()) {
            tracing::warn!(%error, "no new recovery code could be made");
        }
        let again = Store::open(&self.database(), store.key().clone())?;
        self.enrolled(again, &Enrolment { server, ..enrolment })
    }
}

/// The certificate must speak of the key that was made here and bear the signature of the server that it names.
fn identity(reply: EnrolReply, signing_key: SigningKey, server: String) -> Result<Identity> {
    let certificate = reply.certificate.read()?;
    let server_key = public_key(&certificate.server_key).ok_or(Code::SignatureInvalid)?;
    reply.certificate.open(&server_key)?;
    if certificate.device_key != public_key_text(&signing_key.verifying_key()) {
        return Err(Code::SignatureInvalid.into());
    }
    let token = Zeroizing::new(reply.token);
    Ok(Identity { signing_key, signed_certificate: reply.certificate, certificate, token, server })
}
