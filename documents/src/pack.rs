//! A smaller file of the same objects: what describes a document (its tags above all: a thousand for a table of forty lines) goes into
//! compressed object streams, as PDF 1.5 and PDF/A-3 have them. It refuses to touch a stream or to guess: a file of a form that our
//! printer does not write stays as it is.

mod open;

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub use open::{inflated, opened};

/// So many objects to a stream: a reader that wants one of them unpacks no more.
const TOGETHER: usize = 250;
/// Bytes of a row of the cross-reference stream: what it is, where, and which of them.
const ROW: [usize; 3] = [1, 4, 2];
const WIDTH: usize = ROW[0] + ROW[1] + ROW[2];

/// Where an object lies.
#[derive(Clone, Copy)]
enum Place {
    Free,
    At(usize),
    /// In which object stream, as the how manieth.
    Within(usize, usize),
}

/// The same document, smaller.
pub fn packed(pdf: Vec<u8>) -> Vec<u8> {
    pack(&pdf).unwrap_or(pdf)
}

fn pack(pdf: &[u8]) -> Option<Vec<u8>> {
    let table = Table::read(pdf)?;
    let next = table.objects.keys().max()? + 1;
    let (whole, small): (Vec<_>, Vec<_>) =
        table.objects.iter().map(|(n, body)| (*n, *body)).partition(|(_, body)| is_stream(body));
    let mut out = table.head.to_vec();
    let mut places = vec![Place::Free; next];
    for (n, body) in whole {
        places[n] = Place::At(out.len());
        write_object(&mut out, n, body);
    }
    for together in small.chunks(TOGETHER) {
        let stream = places.len();
        let (mut index, mut bodies) = (String::new(), Vec::new());
        for (i, (n, body)) in together.iter().enumerate() {
            places[*n] = Place::Within(stream, i);
            index += &format!("{n} {} ", bodies.len());
            bodies.extend_from_slice(body);
            bodies.push(b'\n');
        }
        places.push(Place::At(out.len()));
        let dict = format!("<</Type/ObjStm/N {}/First {}", together.len(), index.len());
        write_stream(&mut out, stream, dict.as_bytes(), &[index.as_bytes(), &bodies].concat())?;
    }
    let (own, start) = (places.len(), out.len());
    places.push(Place::At(start));
    let [kind, place, which] = ROW;
    let predicted = format!("/DecodeParms<</Predictor 12/Columns {WIDTH}>>");
    let dict = format!("<</Type/XRef/Size {}/W[{kind} {place} {which}]{predicted}", places.len());
    write_stream(&mut out, own, &[dict.as_bytes(), table.trailer].concat(), &rows(&places)?)?;
    out.extend_from_slice(format!("startxref\n{start}\n%%EOF").as_bytes());
    Some(out)
}

/// A file with a table of offsets, as our printer writes it.
struct Table<'a> {
    /// Version and comment.
    head: &'a [u8],
    objects: BTreeMap<usize, &'a [u8]>,
    /// What the trailer says besides the count: root, info, identity.
    trailer: &'a [u8],
}

impl<'a> Table<'a> {
    fn read(pdf: &'a [u8]) -> Option<Self> {
        let start = startxref(pdf)?;
        let table = pdf.get(start..)?.strip_prefix(b"xref\n0 ")?;
        let size = number(table)?;
        let rows = table.get(position(table, b"\n")? + 1..)?;
        let mut offsets = Vec::new();
        for n in 0..size {
            let row = rows.get(n * 20..n * 20 + 20)?;
            if row[17] == b'n' {
                offsets.push((number(row)?, n));
            }
        }
        let trailer = between(rows.get(size * 20..)?, b"<</Size ", b">>\nstartxref")?;
        let trailer = trailer.get(position(trailer, b"/")?..)?;
        let head = pdf.get(..offsets.iter().min()?.0)?;
        Some(Self { head, objects: objects(pdf, offsets, start)?, trailer })
    }
}

/// What stands between the offsets and `end`, each without its number and its end.
fn objects(pdf: &[u8], mut offsets: Vec<(usize, usize)>, end: usize) -> Option<BTreeMap<usize, &[u8]>> {
    offsets.sort_unstable();
    let ends: Vec<usize> = offsets.iter().skip(1).map(|(at, _)| *at).chain([end]).collect();
    let each = offsets.into_iter().zip(ends).map(|((at, n), end)| {
        let object = pdf.get(at..end)?.strip_prefix(format!("{n} 0 obj\n").as_bytes())?;
        Some((n, object.trim_ascii_end().strip_suffix(b"endobj")?.trim_ascii_end()))
    });
    each.collect()
}

fn is_stream(body: &[u8]) -> bool {
    body.ends_with(b"endstream")
}

fn rows(places: &[Place]) -> Option<Vec<u8>> {
    let mut before = [0; WIDTH];
    let mut out = Vec::with_capacity(places.len() * (WIDTH + 1));
    for place in places {
        let (kind, value, which) = match *place {
            Place::Free => (0, 0, u16::MAX),
            Place::At(at) => (1, u32::try_from(at).ok()?, 0),
            Place::Within(stream, i) => (2, u32::try_from(stream).ok()?, u16::try_from(i).ok()?),
        };
        let [a, b, c, d] = value.to_be_bytes();
        let [e, f] = which.to_be_bytes();
        let row = [kind, a, b, c, d, e, f];
        // Each row as what it differs from the one above: that is almost nothing.
        out.push(2);
        out.extend(row.iter().zip(before).map(|(new, old)| new.wrapping_sub(old)));
        before = row;
    }
    Some(out)
}

fn write_object(out: &mut Vec<u8>, n: usize, body: &[u8]) {
    out.extend_from_slice(format!("{n} 0 obj\n").as_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\nendobj\n");
}

/// `dict` is still open.
fn write_stream(out: &mut Vec<u8>, n: usize, dict: &[u8], content: &[u8]) -> Option<()> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).ok()?;
    let content = encoder.finish().ok()?;
    let end = format!("/Filter/FlateDecode/Length {}>>\nstream\n", content.len());
    write_object(out, n, &[dict, end.as_bytes(), &content, b"\nendstream"].concat());
    Some(())
}

fn startxref(pdf: &[u8]) -> Option<usize> {
    let mark = b"startxref\n";
    let last = pdf.windows(mark.len()).rposition(|window| window == mark)?;
    number(pdf.get(last + mark.len()..)?)
}

fn position(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

fn between<'a>(bytes: &'a [u8], after: &[u8], before: &[u8]) -> Option<&'a [u8]> {
    let rest = bytes.get(position(bytes, after)? + after.len()..)?;
    rest.get(..position(rest, before)?)
}

/// The digits at the beginning.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(bytes.get(..digits)?).ok()?.parse().ok()
}
