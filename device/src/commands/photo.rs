//! Photos: as they come from the camera in, upright, scaled and encrypted on the disk, named by a fact. The file is safe before the
//! fact that names it.

use std::io::Cursor;

use gongdan_domain::fact::FactBody;
use gongdan_domain::problem::{Code, Problem};
use gongdan_domain::sync::change::FileRef;
use gongdan_domain::visit::breach::breaches;
use image::{DynamicImage, ImageDecoder as _, ImageReader};
use jpeg_encoder::{ColorType, Encoder, EncodingError};
use serde_json::json;

use super::camera::{self, CameraTime};
use crate::assemble;
use crate::commands::job as job_view;
use crate::commands::{args, record};
use crate::device::Device;
use crate::error::Result;
use crate::store::file::FileStage;
use crate::view::job::JobView;

/// Points that can be decoded in the memory of a small tablet.
const MOST_POINTS: u64 = 50_000_000;
const LONG_SIDE: u32 = 1600;
const THUMB_SIDE: u32 = 320;
const QUALITY: u8 = 82;

/// A picture as it is stored.
pub struct Prepared {
    pub jpeg: Vec<u8>,
    pub thumb: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// E2, E11: takes a photo into the visit.
pub fn take(device: &Device, args: args::TakePhoto, bytes: &[u8]) -> Result<JobView> {
    let (job, prepared) = (args.about.job, prepare(bytes)?);
    let files = device.files()?;
    let hash = files.keep(&prepared.jpeg)?;
    files.keep_thumb(&hash, &prepared.thumb)?;
    let file = FileRef { hash, size: prepared.jpeg.len() as u64, mime: "image/jpeg".to_owned() };
    let named = name(device, args, &prepared, file.clone(), camera::taken_at(bytes));
    if named.is_err() && device.read(|r| r.file_state(&file.hash))?.state == FileStage::Unknown {
        files.remove(&file.hash)?;
    }
    named?;
    job_view::view(device, job)
}

/// The fact that names the file, under the rules.
fn name(
    device: &Device,
    args: args::TakePhoto,
    prepared: &Prepared,
    file: FileRef,
    camera: Option<CameraTime>,
) -> Result<()> {
    device.write(|tx| {
        let about = record::placed(tx, args.about)?;
        let (width, height) = (prepared.width, prepared.height);
        let taken_at = camera.and_then(|camera| camera.instant(tx.zone()));
        let body = FactBody::PhotoTaken { photo: args.photo, caption: args.caption, width, height, taken_at };
        let (state, now) = assemble::circumstances(tx, about)?;
        if let Some(refusal) = breaches(&state, &body, &now).into_iter().find_map(|breach| breach.refusal) {
            return Err(refusal.into());
        }
        tx.add_file(&file, Some(about.job))?;
        tx.fact(about, body, vec![file]).map(drop)
    })
}

/// The stored picture or its small one; one that came from the office gets its small one when first asked for.
pub fn bytes(device: &Device, args: args::PhotoBytes) -> Result<Vec<u8>> {
    let files = device.files()?;
    if !args.thumb {
        // Given back to the office long ago: it comes again with the next sync.
        if device.read(|r| r.file_state(&args.hash))?.state == FileStage::Freed {
            device.hand_over(|a| a.want_again(&args.hash))?;
            device.call_sync();
        }
        return files.read(&args.hash);
    }
    files.thumb(&args.hash).or_else(|_| {
        let thumb = prepare(&files.read(&args.hash)?)?.thumb;
        files.keep_thumb(&args.hash, &thumb)?;
        Ok(thumb)
    })
}

/// Decodes, turns upright, scales down and encodes. The size is known, and refused, before anything is decoded.
pub fn prepare(bytes: &[u8]) -> Result<Prepared> {
    let picture = decode(bytes)?;
    let stored = scale(&picture, LONG_SIDE);
    let thumb = scale(&stored, THUMB_SIDE);
    Ok(Prepared { jpeg: encode(&stored)?, thumb: encode(&thumb)?, width: stored.width(), height: stored.height() })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    let unreadable = |_| Problem::new(Code::NotAPicture);
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let points = u64::from(width) * u64::from(height);
    if points > MOST_POINTS {
        return Err(Problem::with(Code::PictureTooLarge, json!({ "points": points, "most": MOST_POINTS })).into());
    }
    // A camera without a word about it held the picture upright.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(DynamicImage::ImageRgb8(picture.into_rgb8()))
}

/// Every stored point is the mean of those it stands for: no jagged digits on a nameplate.
fn scale(picture: &DynamicImage, long_side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height);
    if longest <= long_side {
        return picture.clone();
    }
    let side = |side: u32| (u64::from(side) * u64::from(long_side) / u64::from(longest)).max(1) as u32;
    picture.thumbnail_exact(side(width), side(height))
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>> {
    let mut jpeg = Vec::new();
    let side = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
    let (width, height) = (side(picture.width()), side(picture.height()));
    Encoder::new(&mut jpeg, QUALITY).encode(picture.as_bytes(), width, height, ColorType::Rgb).map_err(|error| {
        match error {
            EncodingError::IoError(io) => crate::error::Error::Io(io),
            _ => Code::NotAPicture.into(),
        }
    })?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
        encode(&DynamicImage::ImageRgb8(picture)).expect("encoded")
    }

    /// A JPEG whose EXIF says that the camera was turned: orientation 6.
    fn turned(width: u32, height: u32) -> Vec<u8> {
        let plain = jpeg(width, height);
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
        bytes.extend(u16::try_from(exif.len() + 2).expect("short").to_be_bytes());
        bytes.extend(exif);
        bytes.extend(&plain[2..]);
        bytes
    }

    #[test]
    fn e2_a_photo_is_scaled_to_1600_and_has_a_small_one() {
        let prepared = prepare(&jpeg(3200, 1200)).expect("prepared");
        assert_eq!((prepared.width, prepared.height), (1600, 600));
        let thumb = decode(&prepared.thumb).expect("a picture");
        assert_eq!((thumb.width(), thumb.height()), (320, 120));
    }

    #[test]
    fn e2_a_small_photo_stays_as_large_as_it_is() {
        let prepared = prepare(&jpeg(640, 480)).expect("prepared");
        assert_eq!((prepared.width, prepared.height), (640, 480));
    }

    #[test]
    fn e2_a_photo_taken_sideways_stands_upright() {
        let prepared = prepare(&turned(400, 200)).expect("prepared");
        assert_eq!((prepared.width, prepared.height), (200, 400));
    }

    #[test]
    fn e2_what_is_no_picture_is_refused() {
        for bytes in [b"".as_slice(), b"%PDF-1.7", &jpeg(64, 64)[..40]] {
            assert_eq!(prepare(bytes).err().expect("refused").into_problem().code, Code::NotAPicture);
        }
    }

    #[test]
    fn e2_a_picture_with_too_many_points_is_refused_before_it_is_decoded() {
        // A PNG header that promises 10000 × 10000 points and holds none.
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x27\x10\0\0\x27\x10\x08\x02\0\0\0".to_vec();
        png.extend(crc(&png[12..]).to_be_bytes());
        png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
        let refused = prepare(&png).err().expect("refused").into_problem();
        assert_eq!(refused.code, Code::PictureTooLarge);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1)))
        })
    }
}
