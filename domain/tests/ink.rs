//! H4: which signatures stand out. The threshold is calibrated on hands that a random generator draws, because a product has no
//! right to a collection of real ones: each hand has its own strokes, and each repetition drifts, leans, stretches and trembles.

use gongdan_domain::finding::ink::{IDENTICAL_PM, Likeness, MARK_REACH, NEAR_PM, Shape, duration_ms, likeness};
use gongdan_domain::work_order::{Ink, InkPoint};

/// A small generator with a seed, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }

    /// About normal, with a standard deviation of one.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// A person's own strokes: for each stroke the control points that his hand aims at.
struct Hand(Vec<Vec<(f64, f64)>>);

/// How steady a person is, in shares of the signature's radius.
#[derive(Clone, Copy)]
struct Care {
    drift: f64,
    tremble: f64,
}

/// The steadiest signer that the calibration allows for, and a common one.
const STEADY: Care = Care { drift: 0.04, tremble: 0.004 };
const COMMON: Care = Care { drift: 0.10, tremble: 0.01 };

impl Hand {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let strokes = 5 + (dice.next() * 4.0) as usize;
        let mut at = (0.0, 0.0);
        let strokes = (0..strokes)
            .map(|_| {
                at = (at.0 + dice.between(20.0, 90.0), dice.between(-60.0, 60.0));
                let aims = 4 + (dice.next() * 4.0) as usize;
                let mut pen = at;
                (0..aims)
                    .map(|_| {
                        pen = (pen.0 + dice.between(-45.0, 60.0), pen.1 + dice.between(-70.0, 70.0));
                        pen
                    })
                    .collect()
            })
            .collect();
        Hand(strokes)
    }

    /// The person signs once more.
    fn signs(&self, care: Care, seed: u64) -> Ink {
        let mut dice = Dice(seed.wrapping_mul(0xD134_2543_DE82_EF95) | 1);
        let (lean, wide, tall) =
            (dice.normal() * care.drift, 1.0 + dice.normal() * care.drift, 1.0 + dice.normal() * care.drift);
        let mut t = 0;
        let strokes = self.0.iter().map(|aims| {
            let radius = 80.0;
            // A stroke lands a little elsewhere, and each aim is missed a little.
            let start = (dice.normal() * care.drift * radius * 0.5, dice.normal() * care.drift * radius * 0.5);
            let missed: Vec<(f64, f64)> = aims
                .iter()
                .map(|(x, y)| {
                    let (dx, dy) =
                        (dice.normal() * care.drift * radius * 0.5, dice.normal() * care.drift * radius * 0.5);
                    ((x + lean * y) * wide + start.0 + dx, y * tall + start.1 + dy)
                })
                .collect();
            let points = 8 + (dice.next() * 10.0) as usize;
            t += 120;
            (0..points * (aims.len() - 1))
                .map(|n| {
                    let along = n as f64 / points as f64;
                    let (x, y) = curve(&missed, along);
                    t += 8 + (dice.next() * 6.0) as i32;
                    let shake = care.tremble * radius;
                    point(400.0 + x + dice.normal() * shake, 300.0 + y + dice.normal() * shake, t)
                })
                .collect()
        });
        Ink { height: 600, strokes: strokes.collect() }
    }
}

/// A smooth line through all aims.
fn curve(aims: &[(f64, f64)], along: f64) -> (f64, f64) {
    let n = (along as usize).min(aims.len() - 2);
    let at = |i: isize| aims[(n as isize + i).clamp(0, aims.len() as isize - 1) as usize];
    let (t, p) = (along - n as f64, [at(-1), at(0), at(1), at(2)]);
    let one = |a: f64, b: f64, c: f64, d: f64| {
        b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
    };
    (one(p[0].0, p[1].0, p[2].0, p[3].0), one(p[0].1, p[1].1, p[2].1, p[3].1))
}

fn point(x: f64, y: f64, t: i32) -> InkPoint {
    InkPoint { x: x.round() as i32, y: y.round() as i32, t, p: 500 }
}

/// A copy moved and scaled, with other times, as a program would paste it.
fn pasted(ink: &Ink, scale: f64, by: (f64, f64), shake: f64, seed: u64) -> Ink {
    let mut dice = Dice(seed | 1);
    let strokes = ink.strokes.iter().map(|stroke| {
        let points = stroke.iter().map(|p| {
            let (x, y) = (f64::from(p.x) * scale + by.0, f64::from(p.y) * scale + by.1);
            point(x + dice.normal() * shake, y + dice.normal() * shake, p.t + (dice.next() * 9.0) as i32)
        });
        points.collect()
    });
    Ink { height: ink.height, strokes: strokes.collect() }
}

fn shape(ink: &Ink) -> Shape {
    Shape::of(ink).expect("a signature")
}

fn told(a: &Ink, b: &Ink) -> Option<(Likeness, u32)> {
    likeness(&shape(a), &shape(b), || Some((a, b)))
}

#[test]
fn h4_an_honest_signer_is_never_flagged_however_steady() {
    let mut nearest = u32::MAX;
    for hand in 0..120 {
        let person = Hand::of(hand + 1);
        let signed: Vec<Ink> = (0..8).map(|n| person.signs(STEADY, hand * 100 + n + 1)).collect();
        let shapes: Vec<Shape> = signed.iter().map(shape).collect();
        for (n, a) in shapes.iter().enumerate() {
            for b in &shapes[..n] {
                nearest = nearest.min(a.distance_pm(b).unwrap_or(u32::MAX));
            }
        }
    }
    assert!(
        nearest > NEAR_PM,
        "3360 pairs of the steadiest hands came as near as {nearest} ‰; the threshold is {NEAR_PM} ‰"
    );
    let common = Hand::of(7);
    assert_eq!(told(&common.signs(COMMON, 1), &common.signs(COMMON, 2)), None);
}

#[test]
fn h4_a_copied_signature_is_found_wherever_and_however_large_it_is_pasted() {
    let mut identical = 0;
    for hand in 0..120 {
        let original = Hand::of(hand + 1).signs(COMMON, hand + 1);
        let copy = pasted(&original, 0.7 + hand as f64 / 200.0, (35.0, -20.0), 0.0, hand + 3);
        let (likeness, distance) = told(&original, &copy).unwrap_or_else(|| {
            panic!("hand {hand}: a copy stands out at {:?}", shape(&original).distance_pm(&shape(&copy)))
        });
        identical += usize::from(likeness == Likeness::Identical && distance <= IDENTICAL_PM);
    }
    assert!(identical > 108, "only {identical} of 120 copies are called the same strokes; the rest is called too near");
}

#[test]
fn h4_a_copy_that_was_shaken_a_little_is_nearer_than_a_hand_repeats() {
    let mut much = 0;
    for hand in 0..120 {
        let original = Hand::of(hand + 1).signs(COMMON, hand + 1);
        let shaken = |shake| pasted(&original, 0.9, (12.0, 8.0), shake, hand + 5);
        assert!(told(&original, &shaken(0.2)).is_some(), "hand {hand} shaken by 0.2 thousandths of the pad");
        much += usize::from(told(&original, &shaken(0.6)).is_some());
    }
    // What is shaken more is lost in the end: that is the price of never accusing an honest hand.
    assert!(much > 100, "{much} of 120 copies shaken by 0.6 thousandths of the pad are found");
}

#[test]
fn h4_two_people_are_far_apart() {
    let signed: Vec<Shape> = (0..60).map(|n| shape(&Hand::of(n + 1).signs(COMMON, n + 1))).collect();
    for (n, a) in signed.iter().enumerate() {
        for b in &signed[..n] {
            assert_eq!(a.distance_pm(b), None, "two hands are not even roughly alike");
        }
    }
}

#[test]
fn h4_a_tick_is_like_any_tick_and_proves_nothing() {
    let tick = |k: i32| {
        let line = |x: f64, y: f64, n: i32| point(300.0 + x, 300.0 + y, n * (8 + k));
        let down = (0..8).map(|n| line(f64::from(n) * 5.0, f64::from(n) * 8.0, n));
        let up = (0..14).map(|n| line(40.0 + f64::from(n) * 7.0, 64.0 - f64::from(n) * 10.0, n + 8));
        Ink { height: 600, strokes: vec![down.chain(up).collect()] }
    };
    assert_eq!(told(&tick(0), &tick(1)), None, "the same form at another pace");
    assert_eq!(
        told(&tick(0), &tick(0)).map(|(likeness, _)| likeness),
        Some(Likeness::Identical),
        "the same points at the same moments"
    );
}

#[test]
fn h4_the_index_misses_nothing_that_is_near() {
    for hand in 0..200 {
        let original = Hand::of(hand + 1).signs(COMMON, hand + 1);
        let near = pasted(&original, 1.2, (-30.0, 14.0), 0.6, hand + 9);
        let (a, b) = (shape(&original), shape(&near));
        if a.distance_pm(&b).is_some_and(|distance| distance <= NEAR_PM) {
            let (m, n) = (a.marks(), b.marks());
            assert!((m.across - n.across).abs() <= MARK_REACH && (m.down - n.down).abs() <= MARK_REACH, "{m:?} {n:?}");
        }
    }
    // And it leaves little to compare: of 2000 strangers only a few stand beside one.
    let marks: Vec<_> = (0..2000).map(|n| shape(&Hand::of(n + 1).signs(COMMON, n + 1)).marks()).collect();
    let beside = |m: &gongdan_domain::finding::ink::Marks| {
        let near = |n: &&gongdan_domain::finding::ink::Marks| {
            (m.across - n.across).abs() <= MARK_REACH && (m.down - n.down).abs() <= MARK_REACH
        };
        marks.iter().filter(near).count()
    };
    let mean = marks.iter().map(beside).sum::<usize>() / marks.len();
    assert!(mean < 150, "on average {mean} of 2000 stand beside one signature");
}

#[test]
fn h4_a_shape_is_kept_as_bytes_and_read_again() {
    let shape = shape(&Hand::of(3).signs(COMMON, 3));
    assert_eq!(Shape::read(&shape.bytes()), Some(shape));
    assert_eq!(Shape::read(&[1, 2, 3]), None);
    assert_eq!(Shape::of(&Ink { height: 500, strokes: vec![vec![point(1.0, 1.0, 0)]] }), None, "a dot has no shape");
}

#[test]
fn h4_extreme_strokes_break_nothing() {
    let far = |x: i32, y: i32, t: i32| InkPoint { x, y, t, p: 0 };
    let mad = Ink {
        height: i32::MAX,
        strokes: vec![vec![], vec![far(i32::MIN, i32::MAX, i32::MIN), far(i32::MAX, i32::MIN, i32::MAX)]],
    };
    assert!(Shape::of(&mad).is_some());
    assert_eq!(duration_ms(&mad), i32::MAX, "a duration that does not fit saturates");
    assert!(told(&mad, &mad).is_none(), "two points prove nothing");
}
