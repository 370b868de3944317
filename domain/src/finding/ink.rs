//! How near two signatures are to each other (H4): a distance between shapes that knows neither place nor size on the pad.
//!
//! A signature becomes 48 points at equal lengths along the way of the pen (in the air it goes straight, so that no point jumps from
//! one stroke to the next by a rounding), moved to their centre and scaled to a mean radius of 1000. The distance is the mean (root of
//! the mean square) way from the points of one to the line of the other near the same rank: 15 means 1.5 % of the signature's own radius.
//! It says how alike two drawings are; it refuses to say who drew them.

use crate::work_order::{Ink, InkPoint};

/// Points of a [`Shape`].
pub const POINTS: usize = 48;
/// Nearer than this, in thousandths of the radius, no hand repeats itself. Calibrated on synthetic hands, see `docs/findings.md`.
pub const NEAR_PM: u32 = 14;
/// What is left of a copy after moving, scaling and rounding to the pad's thousandths.
pub const IDENTICAL_PM: u32 = 6;
/// Points of the same rank may lie so far apart: the unrest of a pen moves them along their line.
const ALONG_PM: u32 = 60;
/// Ranks to either side among which the nearest piece of line is looked for.
const RANKS: usize = 3;
/// A drawing shorter than so many radii (in thousandths: a line has 3464, a circle 6283) can be alike by chance.
const TELLING_PM: i64 = 7000;
/// Fewer points than this can agree by chance.
const TELLING_POINTS: usize = 12;

/// A place on the pad.
type At = (f64, f64);

/// A signature without place and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    points: [(i16, i16); POINTS],
    telling: bool,
}

/// Two numbers by which an index finds what may be near: they differ by no more than the points do, so nothing near is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    pub across: i32,
    pub down: i32,
}

/// What two signatures have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// The same strokes: nothing but place and size differ.
    Identical,
    /// Nearer than a hand repeats itself.
    TooNear,
}

/// What the marks of near shapes may differ by, with two roundings.
pub const MARK_REACH: i32 = ALONG_PM as i32 + 2;

impl Shape {
    /// `None` where there is too little ink to speak of a shape.
    pub fn of(ink: &Ink) -> Option<Shape> {
        let pen: Vec<At> = ink.strokes.iter().flat_map(|stroke| smooth(stroke)).collect();
        let lines: Vec<(At, At)> = pen.windows(2).map(|two| (two[0], two[1])).filter(|(from, to)| from != to).collect();
        let length: f64 = lines.iter().map(|(from, to)| way(*from, *to)).sum();
        if length <= 0.0 {
            return None;
        }
        let along = walk(&lines, length);
        let centre = mean(&along);
        let moved: Vec<At> = along.iter().map(|p| (p.0 - centre.0, p.1 - centre.1)).collect();
        let radius = radius(&moved);
        if radius <= 0.0 {
            return None;
        }
        let mut points = [(0i16, 0i16); POINTS];
        for (to, from) in points.iter_mut().zip(&moved) {
            // A point lies at most √48 radii from the centre: 6928 fits.
            *to = ((from.0 / radius * 1000.0).round() as i16, (from.1 / radius * 1000.0).round() as i16);
        }
        Some(Shape { points, telling: (length / radius * 1000.0) as i64 >= TELLING_PM })
    }

    /// Thousandths of the radius; `None`: not even roughly alike.
    pub fn distance_pm(&self, other: &Shape) -> Option<u32> {
        let squares: i64 = self
            .points
            .iter()
            .zip(&other.points)
            .map(|(a, b)| {
                let (x, y) = (i64::from(a.0) - i64::from(b.0), i64::from(a.1) - i64::from(b.1));
                x * x + y * y
            })
            .sum();
        if squares > i64::from(ALONG_PM) * i64::from(ALONG_PM) * POINTS as i64 {
            return None;
        }
        let square = self.to_line_of(other).max(other.to_line_of(self));
        Some((square / POINTS as f64).sqrt().round() as u32)
    }

    /// The sum of the squared ways from the points to the other's line near the same rank.
    fn to_line_of(&self, other: &Shape) -> f64 {
        let nearest = |(n, point): (usize, &(i16, i16))| {
            let near = &other.points[n.saturating_sub(RANKS)..(n + RANKS + 1).min(POINTS)];
            near.windows(2).map(|two| square_to_piece(*point, two[0], two[1])).fold(f64::MAX, f64::min)
        };
        self.points.iter().enumerate().map(nearest).sum()
    }

    /// Where an index keeps it: how the ink runs across and down, against half a wave. By the inequality of Cauchy and Schwarz no mark
    /// moves further than the shape does.
    pub fn marks(&self) -> Marks {
        let half_wave = |n: usize| (std::f64::consts::PI * (n as f64 + 0.5) / POINTS as f64).cos();
        // The wave's own length is √(48/2); the points' is √48.
        let share = (2.0f64).sqrt() / POINTS as f64;
        let sum = |of: fn(&(i16, i16)) -> i16| -> i32 {
            let along = self.points.iter().enumerate().map(|(n, p)| f64::from(of(p)) * half_wave(n)).sum::<f64>();
            (along * share).round() as i32
        };
        Marks { across: sum(|p| p.0), down: sum(|p| p.1) }
    }

    /// As a database keeps it.
    pub fn bytes(&self) -> Vec<u8> {
        let points = self.points.iter().flat_map(|p| [p.0.to_le_bytes(), p.1.to_le_bytes()]).flatten();
        std::iter::once(u8::from(self.telling)).chain(points).collect()
    }

    pub fn read(bytes: &[u8]) -> Option<Shape> {
        let (telling, rest) = bytes.split_first()?;
        if rest.len() != POINTS * 4 {
            return None;
        }
        let mut points = [(0i16, 0i16); POINTS];
        for (to, four) in points.iter_mut().zip(rest.chunks_exact(4)) {
            *to = (i16::from_le_bytes([four[0], four[1]]), i16::from_le_bytes([four[2], four[3]]));
        }
        Some(Shape { points, telling: *telling == 1 })
    }
}

/// What stands out about two signatures, with their distance. `inks` is asked for only where a decision needs the strokes themselves.
pub fn likeness<'a>(
    a: &Shape,
    b: &Shape,
    inks: impl FnOnce() -> Option<(&'a Ink, &'a Ink)>,
) -> Option<(Likeness, u32)> {
    let distance = a.distance_pm(b).filter(|distance| *distance <= NEAR_PM)?;
    let same_points = || inks().is_some_and(|(a, b)| same_points(a, b));
    if !(a.telling && b.telling) {
        // A tick or a line is like any other; only the same points at the same moments stand out.
        return same_points().then_some((Likeness::Identical, distance));
    }
    let identical = distance <= IDENTICAL_PM || same_points();
    Some((if identical { Likeness::Identical } else { Likeness::TooNear }, distance))
}

/// How long the pen took, milliseconds.
pub fn duration_ms(ink: &Ink) -> i32 {
    let times = ink.strokes.iter().flatten().map(|p| p.t);
    let (first, last) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
    last.saturating_sub(first)
}

/// The same pauses and the same places, apart from where on the pad and how large.
fn same_points(a: &Ink, b: &Ink) -> bool {
    let alike = a.strokes.len() == b.strokes.len() && a.strokes.iter().zip(&b.strokes).all(|(x, y)| x.len() == y.len());
    let (a, b): (Vec<&InkPoint>, Vec<&InkPoint>) =
        (a.strokes.iter().flatten().collect(), b.strokes.iter().flatten().collect());
    if !alike || a.len() < TELLING_POINTS {
        return false;
    }
    let (first_a, first_b) = (a[0].t, b[0].t);
    let (Some(places_a), Some(places_b)) = (centred(&a), centred(&b)) else { return false };
    let same_time = a.iter().zip(&b).all(|(x, y)| x.t.wrapping_sub(first_a) == y.t.wrapping_sub(first_b));
    same_time && places_a.iter().zip(&places_b).all(|(x, y)| way(*x, *y) * 1000.0 <= f64::from(IDENTICAL_PM) * 2.0)
}

fn centred(points: &[&InkPoint]) -> Option<Vec<At>> {
    let places: Vec<At> = points.iter().map(|p| place(p)).collect();
    let centre = mean(&places);
    let moved: Vec<At> = places.iter().map(|p| (p.0 - centre.0, p.1 - centre.1)).collect();
    let radius = radius(&moved);
    (radius > 0.0).then(|| moved.iter().map(|p| (p.0 / radius, p.1 / radius)).collect())
}

fn place(point: &InkPoint) -> At {
    (f64::from(point.x), f64::from(point.y))
}

/// A stroke without the unrest of single points, which would count as way: each point becomes the mean of itself and its neighbours, twice.
fn smooth(stroke: &[InkPoint]) -> Vec<At> {
    let mut points: Vec<At> = stroke.iter().map(place).collect();
    for _ in 0..2 {
        let mut calm = points.clone();
        for (n, three) in points.windows(3).enumerate() {
            calm[n + 1] = (
                (three[0].0 + 2.0 * three[1].0 + three[2].0) / 4.0,
                (three[0].1 + 2.0 * three[1].1 + three[2].1) / 4.0,
            );
        }
        points = calm;
    }
    points
}

fn square_to_piece(point: (i16, i16), from: (i16, i16), to: (i16, i16)) -> f64 {
    let at = |p: (i16, i16)| (f64::from(p.0), f64::from(p.1));
    let (point, from, to) = (at(point), at(from), at(to));
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length } else { 0.0 };
    let foot = (from.0 + dx * share.clamp(0.0, 1.0), from.1 + dy * share.clamp(0.0, 1.0));
    (point.0 - foot.0).powi(2) + (point.1 - foot.1).powi(2)
}

fn way(from: At, to: At) -> f64 {
    ((from.0 - to.0).powi(2) + (from.1 - to.1).powi(2)).sqrt()
}

fn mean(points: &[At]) -> At {
    let n = points.len().max(1) as f64;
    (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n)
}

/// The root of the mean square way from the centre.
fn radius(moved: &[At]) -> f64 {
    (moved.iter().map(|p| p.0 * p.0 + p.1 * p.1).sum::<f64>() / moved.len().max(1) as f64).sqrt()
}

/// Points at equal lengths along the way of the pen.
fn walk(lines: &[(At, At)], length: f64) -> Vec<At> {
    let step = length / POINTS as f64;
    let mut points = Vec::with_capacity(POINTS);
    let (mut line, mut before) = (0, 0.0);
    for n in 0..POINTS {
        let at = step * (n as f64 + 0.5);
        while line + 1 < lines.len() && before + way(lines[line].0, lines[line].1) < at {
            before += way(lines[line].0, lines[line].1);
            line += 1;
        }
        let (from, to) = lines[line];
        let share = ((at - before) / way(from, to)).clamp(0.0, 1.0);
        points.push((from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share));
    }
    points
}
