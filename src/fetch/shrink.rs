//! Bytes from outside become a small picture of our own making, or nothing.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

/// What a card shows at twice the usual density, in pixels.
pub const SHORTER_SIDE: u32 = 448;
/// Banners and rolls of wallpaper are scaled down further.
const LONGER_SIDE: u32 = 3 * SHORTER_SIDE;
/// A picture that unpacks to more is refused before memory is taken for it.
pub const MOST_PIXELS: u64 = 80_000_000;
const QUALITY: u8 = 84;

/// Decodes PNG, JPEG, WebP or GIF by content, whatever it was called, turns it upright, shrinks it, and writes it anew
/// as JPEG, or as PNG where it is see-through. `None` when it is no such picture, or one too large to unpack.
pub fn shrunk(bytes: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let format = reader.format()?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif) {
        return None;
    }
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let n_pixels = u64::from(width) * u64::from(height);
    if n_pixels == 0 || MOST_PIXELS < n_pixels {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(8 * MOST_PIXELS);
    decoder.set_limits(limits).ok()?;
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    let (short, long) = (width.min(height), width.max(height));
    let scale = (f64::from(SHORTER_SIDE) / f64::from(short)).min(f64::from(LONGER_SIDE) / f64::from(long));
    if scale < 1.0 {
        let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        picture = picture.resize_exact(side(width), side(height), FilterType::Triangle);
    }
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    let mut out = Vec::new();
    let rgba = picture.to_rgba8();
    if rgba.pixels().any(|pixel| pixel.0[3] < u8::MAX) {
        rgba.write_to(&mut Cursor::new(&mut out), ImageFormat::Png).ok()?;
        return Some(("image/png", out));
    }
    let rgb = picture.to_rgb8();
    JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&rgb).ok()?;
    Some(("image/jpeg", out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, alpha: u8) -> Vec<u8> {
        let picture = image::RgbaImage::from_pixel(width, height, image::Rgba([200, 30, 30, alpha]));
        let mut out = Vec::new();
        picture.write_to(&mut Cursor::new(&mut out), ImageFormat::Png).unwrap();
        out
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(bytes).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn pictures_shrink_to_what_a_card_shows_and_small_ones_stay_as_large_as_they_are() {
        let (kind, large) = shrunk(&png(1792, 896, 255)).unwrap();
        assert_eq!((kind, size(&large)), ("image/jpeg", (896, 448)));
        assert_eq!(size(&shrunk(&png(30, 40, 255)).unwrap().1), (30, 40));
        assert_eq!(size(&shrunk(&png(5, 2688, 255)).unwrap().1), (3, 1344));
    }

    #[test]
    fn see_through_pictures_stay_see_through() {
        let (kind, bytes) = shrunk(&png(20, 20, 80)).unwrap();
        assert_eq!(kind, "image/png");
        assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgba8().get_pixel(3, 3).0[3], 80);
    }

    #[test]
    fn what_is_no_picture_or_unpacks_to_too_much_is_refused() {
        assert_eq!(shrunk(b"<!doctype html><p>Not found"), None);
        assert_eq!(shrunk(&png(20, 20, 255)[..40]), None);
        // The size stands in the header: a bomb says what it is before it goes off.
        let mut bomb = png(20, 20, 255);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let sum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(shrunk(&bomb), None);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut sum = flate2::Crc::new();
        sum.update(bytes);
        sum.sum()
    }
}
