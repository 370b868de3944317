//! Opens what was packed here, as a plain file that any reader takes. It refuses what somebody else packed and what unpacks to more than
//! it is allowed: a file that somebody hands in is not believed.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::{Place, WIDTH, between, is_stream, number, objects, position, startxref, write_object};

/// The mark of an object stream.
const OBJECT_STREAM: &[u8] = b"/ObjStm";

/// A file without object streams as it is; `None`: packed by somebody else, or more than `most` inside.
pub fn opened(pdf: Vec<u8>, most: usize) -> Option<Vec<u8>> {
    if position(&pdf, OBJECT_STREAM).is_none() {
        return Some(pdf);
    }
    let plain = open(&pdf, most)?;
    // One within another.
    position(&plain, OBJECT_STREAM).is_none().then_some(plain)
}

fn open(pdf: &[u8], most: usize) -> Option<Vec<u8>> {
    let start = startxref(pdf)?;
    let own = number(pdf.get(start..)?)?;
    let (dict, rows) = stream(pdf.get(start..)?.strip_prefix(format!("{own} 0 obj\n").as_bytes())?)?;
    let size = dict.starts_with(b"<</Type/XRef").then(|| number_after(dict, b"/Size "))??;
    // An object takes at least a byte of what it lies in.
    let size = Some(size).filter(|size| *size <= most)?;
    let places = places(&inflated(rows, size.checked_mul(WIDTH + 1)?)?, size)?;
    let offsets = places.iter().enumerate().filter_map(|(n, place)| match place {
        Place::At(at) if *at != start => Some((*at, n)),
        _ => None,
    });
    let offsets: Vec<(usize, usize)> = offsets.collect();
    let head = pdf.get(..offsets.iter().min()?.0)?;
    let (packed, mut plain): (BTreeMap<_, _>, BTreeMap<_, _>) = objects(pdf, offsets, start)?
        .into_iter()
        .partition(|(_, body)| is_stream(body) && body.starts_with(b"<</Type/ObjStm"));
    let (mut contents, mut room) = (BTreeMap::new(), most);
    for (n, body) in packed {
        let (dict, content) = stream(body)?;
        let content = inflated(content, room)?;
        room -= content.len();
        contents.insert(n, (members(dict, &content)?, content));
    }
    for (n, place) in places.iter().enumerate() {
        if let Place::Within(stream, i) = *place {
            let (members, content) = contents.get(&stream)?;
            let (number, range) = members.get(i)?;
            (*number == n).then_some(())?;
            plain.insert(n, content.get(range.clone())?.trim_ascii_end());
        }
    }
    Some(written(head, &plain, between(dict, b">>", b"/Filter")?))
}

/// The numbers of the objects in an object stream, and where each lies.
fn members(dict: &[u8], content: &[u8]) -> Option<Vec<(usize, std::ops::Range<usize>)>> {
    let first = number_after(dict, b"/First ")?;
    let index = std::str::from_utf8(content.get(..first)?).ok()?;
    let numbers: Vec<usize> = index.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let starts = numbers.iter().skip(1).step_by(2).map(|at| first.checked_add(*at)).chain([Some(content.len())]);
    let starts: Vec<usize> = starts.collect::<Option<_>>()?;
    Some(numbers.iter().step_by(2).copied().zip(starts.windows(2).map(|ends| ends[0]..ends[1])).collect())
}

fn places(rows: &[u8], size: usize) -> Option<Vec<Place>> {
    (rows.len() == size * (WIDTH + 1)).then_some(())?;
    let mut row = [0_u8; WIDTH];
    rows.chunks(WIDTH + 1)
        .map(|differs| {
            row.iter_mut().zip(&differs[1..]).for_each(|(old, new)| *old = old.wrapping_add(*new));
            let [kind, a, b, c, d, e, f] = row;
            let (value, which) = (u32::from_be_bytes([a, b, c, d]) as usize, u16::from_be_bytes([e, f]));
            match (differs[0], kind) {
                (2, 0) => Some(Place::Free),
                (2, 1) => Some(Place::At(value)),
                (2, 2) => Some(Place::Within(value, usize::from(which))),
                _ => None,
            }
        })
        .collect()
}

/// With a table of offsets.
fn written(head: &[u8], objects: &BTreeMap<usize, &[u8]>, trailer: &[u8]) -> Vec<u8> {
    let mut out = head.to_vec();
    let mut offsets = BTreeMap::new();
    for (n, body) in objects {
        offsets.insert(*n, out.len());
        write_object(&mut out, *n, body);
    }
    let (size, start) = (objects.keys().max().map_or(1, |most| most + 1), out.len());
    let row = |n| offsets.get(&n).map_or("0000000000 65535 f\r\n".to_owned(), |at| format!("{at:010} 00000 n\r\n"));
    let table: String = (0..size).map(row).collect();
    out.extend_from_slice(format!("xref\n0 {size}\n{table}trailer\n<</Size {size}").as_bytes());
    out.extend_from_slice(trailer);
    out.extend_from_slice(format!(">>\nstartxref\n{start}\n%%EOF").as_bytes());
    out
}

/// Dictionary and content of a stream.
fn stream(object: &[u8]) -> Option<(&[u8], &[u8])> {
    let (dict, content) = object.split_at(position(object, b">>\nstream\n")?);
    Some((dict, content.get(b">>\nstream\n".len()..)?.get(..number_after(dict, b"/Length ")?)?))
}

/// `None` where it is more than `most`.
pub fn inflated(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    ZlibDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut out).ok()?;
    (out.len() <= most).then_some(out)
}

fn number_after(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    number(bytes.get(position(bytes, mark)? + mark.len()..)?)
}

#[cfg(test)]
mod tests {
    use super::super::packed;
    use super::*;

    /// A small file as our printer writes one, with `inner` as an object and a stream that looks like the end of one.
    fn plain_file(inner: &[u8]) -> Vec<u8> {
        let stream = b"<</Length 21>>\nstream\n\nendobj\n9 0 obj\nendst\nendstream";
        let objects: BTreeMap<usize, &[u8]> =
            [(1, b"<</Type/Catalog/Pages 2 0 R>>".as_slice()), (2, inner), (3, stream)].into();
        written(b"%PDF-1.7\n%\x80\x80\x80\x80\n\n", &objects, b"/Root 1 0 R/ID[(a)(b)]")
    }

    #[test]
    fn what_was_packed_is_opened_as_it_was() {
        let plain = plain_file(&b"<</Type/Pages/Kids[]/Count 0>>".repeat(40));
        let small = packed(plain.clone());
        assert!(small.len() < plain.len() && position(&small, OBJECT_STREAM).is_some(), "it is packed");
        assert!(opened(small, 10_000).as_deref() == Some(&plain), "and nothing is lost");
        assert_eq!(opened(plain.clone(), 0), Some(plain), "what was never packed stays");
        assert_eq!(packed(b"%PDF-1.7\nwritten by another".to_vec()), b"%PDF-1.7\nwritten by another");
    }

    #[test]
    fn a_bomb_and_what_others_packed_are_not_opened() {
        let bomb = packed(plain_file(&[b'x'; 3_000_000]));
        assert!(bomb.len() < 10_000, "it is small from outside");
        assert_eq!(opened(bomb, 2_000_000), None);
        assert_eq!(opened(packed(plain_file(b"<</Type/ObjStm>>")), 10_000), None, "one within another");
        let whole = packed(plain_file(b"<</Type/Pages/Kids[]/Count 0>>"));
        for cut in 0..whole.len() {
            let _ = opened(whole[..cut].to_vec(), 10_000);
            let mut touched = whole.clone();
            touched[cut] ^= 0x15;
            let _ = opened(touched, 10_000);
        }
        assert_eq!(opened(b"%PDF-1.7\n1 0 obj\n<</Type/ObjStm>>\nstartxref\n9\n".to_vec(), 10_000), None);
    }
}
