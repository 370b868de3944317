//! A signature from its strokes to a drawing: smooth curves, width by pressure, cropped to what was written.
//! It refuses to enlarge a small signature much beyond the pad it was written on.

use std::fmt::Write;

use gongdan_domain::work_order::{Ink, InkPoint};

/// The room for a signature on paper, millimetres.
const ROOM: (f64, f64) = (66.0, 17.0);
/// A pad of this width on paper is the largest scale, millimetres.
const PAD: f64 = 110.0;
/// The pen's width at middle pressure, millimetres.
const PEN: f64 = 0.5;
/// No pressure at all means a device that measures none.
const MIDDLE: f64 = 500.0;

/// An SVG in millimetres; nothing where nothing was written.
pub fn drawing(ink: &Ink) -> Option<String> {
    let points = || ink.strokes.iter().flatten();
    let (left, right) = (points().map(|p| p.x).min()?, points().map(|p| p.x).max()?);
    let (top, bottom) = (points().map(|p| p.y).min()?, points().map(|p| p.y).max()?);
    let (wide, high) = (f64::from(right) - f64::from(left), f64::from(bottom) - f64::from(top));
    let fit = ((ROOM.0 - 2.0 * PEN) / wide.max(1.0)).min((ROOM.1 - 2.0 * PEN) / high.max(1.0));
    let scale = fit.min(PAD / 1000.0);
    let pressed = points().any(|p| p.p > 0);
    let place = |p: &InkPoint| Dot {
        x: (f64::from(p.x) - f64::from(left)) * scale + PEN,
        y: (f64::from(p.y) - f64::from(top)) * scale + PEN,
        width: PEN * (0.55 + 0.9 * if pressed { f64::from(p.p.clamp(0, 1000)) } else { MIDDLE } / 1000.0),
    };
    let mut paths = String::new();
    for stroke in &ink.strokes {
        let dots: Vec<Dot> = stroke.iter().map(place).collect();
        draw(&dots, &mut paths);
    }
    let (w, h) = (wide * scale + 2.0 * PEN, high * scale + 2.0 * PEN);
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{w:.3}mm" height="{h:.3}mm" viewBox="0 0 {w:.3} {h:.3}"><g fill="none" stroke="#14181B" stroke-linecap="round" stroke-linejoin="round">{paths}</g></svg>"##
    ))
}

struct Dot {
    x: f64,
    y: f64,
    width: f64,
}

/// One stroke: a curve through all its points (Catmull–Rom), in pieces of the same width.
fn draw(dots: &[Dot], out: &mut String) {
    // Writing to a String cannot fail.
    if let [dot] = dots {
        let (x, y, r) = (dot.x, dot.y, dot.width * 0.7);
        let _ = write!(out, r##"<circle cx="{x:.3}" cy="{y:.3}" r="{r:.3}" fill="#14181B" stroke="none"/>"##);
        return;
    }
    let mut open: Option<i64> = None;
    for i in 1..dots.len() {
        let (from, to) = (&dots[i - 1], &dots[i]);
        let (before, after) = (&dots[i.saturating_sub(2)], &dots[(i + 1).min(dots.len() - 1)]);
        // Steps of 0.04 mm are invisible and keep most of a stroke in one path.
        let width = ((from.width + to.width) / 2.0 / 0.04).round() as i64;
        if open != Some(width) {
            if open.is_some() {
                out.push_str(r#""/>"#);
            }
            let _ = write!(out, r#"<path stroke-width="{:.2}" d="M{:.3} {:.3}"#, width as f64 * 0.04, from.x, from.y);
            open = Some(width);
        }
        let (ax, ay) = (from.x + (to.x - before.x) / 6.0, from.y + (to.y - before.y) / 6.0);
        let (bx, by) = (to.x - (after.x - from.x) / 6.0, to.y - (after.y - from.y) / 6.0);
        let _ = write!(out, "C{ax:.3} {ay:.3} {bx:.3} {by:.3} {:.3} {:.3}", to.x, to.y);
    }
    if open.is_some() {
        out.push_str(r#""/>"#);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(strokes: &[&[(i32, i32, i32)]]) -> Ink {
        let point = |(x, y, p): &(i32, i32, i32)| InkPoint { x: *x, y: *y, t: 0, p: *p };
        Ink { height: 400, strokes: strokes.iter().map(|s| s.iter().map(point).collect()).collect() }
    }

    #[test]
    fn g2_strokes_become_curves_and_dots() {
        let svg =
            drawing(&ink(&[&[(100, 100, 500), (300, 200, 500), (500, 100, 500)], &[(400, 50, 500)]])).expect("ink");
        assert_eq!(svg.matches("<path").count(), 1, "one width, one path: {svg}");
        assert_eq!(svg.matches('C').count(), 2);
        assert_eq!(svg.matches("<circle").count(), 1);
    }

    #[test]
    fn nothing_written_is_no_drawing_and_wild_points_do_no_harm() {
        assert_eq!(drawing(&ink(&[])), None);
        assert_eq!(drawing(&ink(&[&[]])), None);
        let wild = drawing(&ink(&[&[(i32::MIN, i32::MAX, -1), (i32::MAX, i32::MIN, i32::MAX)]]));
        assert!(wild.is_some_and(|s| !s.contains("NaN") && !s.contains("inf")));
    }

    #[test]
    fn a_small_signature_stays_small() {
        let svg = drawing(&ink(&[&[(0, 0, 0), (10, 10, 0)]])).expect("ink");
        assert!(svg.contains(r#"width="2.100mm""#), "{svg}");
    }
}
