//! What a picture looks like, in 64 signs (H4): of 9 × 8 grey fields each is brighter than its right neighbour or not. Scaling, saving
//! again and changing the brightness leave them nearly as they are. It refuses pictures without contrast, which all look alike.

use image::imageops::FilterType;

use crate::picture;

/// Points of one side that a stored photo never has.
const MOST_POINTS: u32 = 12_000;
/// Memory for decoding one picture.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// Steps of grey between the brightest and the darkest field.
const CONTRAST: u8 = 24;

/// `None` for what is no picture, or says too little.
pub fn of(bytes: &[u8]) -> Option<u64> {
    let grey = picture::decode(bytes, MOST_POINTS, MOST_BYTES)?.resize_exact(9, 8, FilterType::Triangle).into_luma8();
    let fields = grey.as_raw();
    let (darkest, brightest) = (fields.iter().min()?, fields.iter().max()?);
    if brightest - darkest < CONTRAST {
        return None;
    }
    let signs = fields.chunks_exact(9).flat_map(|row| row.windows(2).map(|two| two[0] > two[1]));
    Some(signs.fold(0, |look, brighter| (look << 1) | u64::from(brighter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of soft spots whose places follow from a seed.
    fn photo(seed: u32, width: u16, height: u16, brighter: f32, quality: u8) -> Vec<u8> {
        let spots: Vec<(f32, f32, f32)> = (0..9u32)
            .map(|n| {
                let roll = |k: u32| {
                    ((seed.wrapping_mul(2_654_435_761) ^ (n * 97 + k).wrapping_mul(40_503)) % 1000) as f32 / 1000.0
                };
                (roll(1), roll(2), roll(3))
            })
            .collect();
        let mut points = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (f32::from(x) / f32::from(width), f32::from(y) / f32::from(height));
                let light: f32 =
                    spots.iter().map(|(a, b, c)| c * (-((u - a).powi(2) + (v - b).powi(2)) * 18.0).exp()).sum();
                points.push(((light * 120.0 + brighter).clamp(0.0, 255.0)) as u8);
            }
        }
        let mut jpeg = Vec::new();
        jpeg_encoder::Encoder::new(&mut jpeg, quality)
            .encode(&points, width, height, jpeg_encoder::ColorType::Luma)
            .expect("encoded");
        jpeg
    }

    fn apart(a: &[u8], b: &[u8]) -> u32 {
        (of(a).expect("a look") ^ of(b).expect("a look")).count_ones()
    }

    #[test]
    fn h4_the_same_picture_scaled_brightened_and_saved_again_looks_the_same() {
        for seed in 1..12 {
            let original = photo(seed, 320, 240, 20.0, 85);
            assert!(apart(&original, &photo(seed, 200, 150, 40.0, 50)) <= 3, "seed {seed}");
        }
    }

    #[test]
    fn h4_other_pictures_look_different() {
        for seed in 1..12 {
            assert!(apart(&photo(seed, 320, 240, 20.0, 85), &photo(seed + 40, 320, 240, 20.0, 85)) > 6, "seed {seed}");
        }
    }

    #[test]
    fn h4_what_is_no_picture_or_says_nothing_has_no_look() {
        assert_eq!(of(b"no picture"), None);
        let mut wall = Vec::new();
        jpeg_encoder::Encoder::new(&mut wall, 80)
            .encode(&[128; 64 * 64], 64, 64, jpeg_encoder::ColorType::Luma)
            .expect("encoded");
        assert_eq!(of(&wall), None, "a bare wall looks like any wall");
    }
}
