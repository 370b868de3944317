//! Pictures that somebody sent, decoded within bounds. It refuses to say what is wrong with one: it is a picture, or it is none.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};

/// At most so many points a side, and so many bytes of memory while it is decoded.
pub fn decode(bytes: &[u8], most_points: u32, most_alloc: u64) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(most_points), Some(most_points));
    limits.max_alloc = Some(most_alloc);
    reader.limits(limits);
    reader.decode().ok()
}
