//! When a camera says that it took a picture (H4), read before scaling throws it away. It believes nothing else of the file, and it
//! refuses to guess: a file without a time, or with one that is no time, says nothing.

use std::io::Cursor;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use exif::{Exif, In, Tag, Value};
use gongdan_domain::time::Instant;

/// The camera's own clock: a phone says from which zone, many a camera does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraTime {
    local: NaiveDateTime,
    offset: Option<FixedOffset>,
}

impl CameraTime {
    /// `zone`: the company's, for a camera that names none.
    pub fn instant(self, zone: Tz) -> Option<Instant> {
        let at: DateTime<Utc> = match self.offset {
            Some(offset) => offset.from_local_datetime(&self.local).single()?.to_utc(),
            None => zone.from_local_datetime(&self.local).earliest()?.to_utc(),
        };
        Some(at)
    }
}

/// `DateTimeOriginal` with its offset.
pub fn taken_at(bytes: &[u8]) -> Option<CameraTime> {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let mut said = exif::DateTime::from_ascii(text(&exif, Tag::DateTimeOriginal)?).ok()?;
    let local = NaiveDate::from_ymd_opt(said.year.into(), said.month.into(), said.day.into())?.and_hms_opt(
        said.hour.into(),
        said.minute.into(),
        said.second.into(),
    )?;
    let offset = [Tag::OffsetTimeOriginal, Tag::OffsetTime].into_iter().find_map(|tag| text(&exif, tag));
    // An offset that cannot be read is an offset that was not said.
    let offset = offset.and_then(|text| said.parse_offset(text).ok()).and(said.offset);
    Some(CameraTime { local, offset: offset.and_then(|minutes| FixedOffset::east_opt(i32::from(minutes) * 60)) })
}

fn text(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A JPEG with what a camera writes into it.
    pub(crate) fn photo(original: &str, offset: Option<&str>) -> Vec<u8> {
        let field = |tag, text: &str| exif::Field {
            tag,
            ifd_num: In::PRIMARY,
            value: Value::Ascii(vec![text.as_bytes().to_vec()]),
        };
        let fields: Vec<exif::Field> = [field(Tag::DateTimeOriginal, original)]
            .into_iter()
            .chain(offset.map(|offset| field(Tag::OffsetTimeOriginal, offset)))
            .collect();
        let mut writer = exif::experimental::Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut tiff = Cursor::new(Vec::new());
        writer.write(&mut tiff, false).expect("written");
        let block = [b"Exif\0\0".as_slice(), tiff.get_ref()].concat();
        let mut jpeg = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
        encoder.encode(&[120; 16 * 16 * 3], 16, 16, jpeg_encoder::ColorType::Rgb).expect("a picture");
        let length = u16::try_from(block.len() + 2).expect("short").to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &block, &jpeg[2..]].concat()
    }

    fn instant(original: &str, offset: Option<&str>) -> Option<String> {
        let zone: Tz = "Asia/Shanghai".parse().expect("a zone");
        taken_at(&photo(original, offset))?.instant(zone).map(|at| at.to_rfc3339())
    }

    #[test]
    fn h4_the_cameras_own_time_is_read_with_its_offset() {
        let noon = Some("2026-11-23T04:00:00+00:00".to_owned());
        assert_eq!(instant("2026:11:23 12:00:00", Some("+08:00")), noon);
        assert_eq!(instant("2026:11:22 20:00:00", Some("-08:00")), noon, "a phone from elsewhere");
        assert_eq!(instant("2026:11:23 12:00:00", None), noon, "a camera without a zone stands where the company does");
        assert_eq!(instant("2026:11:23 12:00:00", Some("   :  ")), noon, "as one whose offset is blank");
    }

    #[test]
    fn h4_a_photo_that_says_no_time_says_nothing() {
        for blank in ["    :  :     :  :  ", "0000:00:00 00:00:00", "2026:13:40 25:61:61", "yesterday", ""] {
            assert_eq!(instant(blank, Some("+08:00")), None, "{blank:?}");
        }
        assert_eq!(taken_at(b"\xff\xd8\xff\xe1\0\x10Exif\0\0MM\0"), None);
        assert_eq!(taken_at(b""), None);
        let whole = photo("2026:11:23 12:00:00", Some("+08:00"));
        for cut in 0..whole.len() {
            let _ = taken_at(&whole[..cut]);
        }
    }
}
