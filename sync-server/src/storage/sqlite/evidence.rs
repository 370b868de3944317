//! Shapes, looks and writes, as SQL. No rule is decided here.

use gongdan_domain::finding::ink::{Marks, Shape};
use gongdan_domain::id::WriteId;
use uuid::Uuid;

use super::read::{at, id, json, maybe_id};
use super::{Session, ms};
use crate::error::Result;
use crate::storage::evidence::{EvidenceReader, EvidenceTx, KnownShape, KnownWrite, Naming};

/// Bits that two looks may differ in: one less than there are bands.
const BITS: u32 = 3;

fn bands(look: u64) -> [i64; 4] {
    [0, 16, 32, 48].map(|shift| i64::from((look >> shift) as u16))
}

impl EvidenceReader for Session<'_> {
    fn shapes_near(&self, marks: Marks, reach: i32, other_than: Uuid) -> Result<Vec<KnownShape>> {
        let sql = "SELECT hash, document, shape FROM signature
            WHERE across BETWEEN ?1 - ?3 AND ?1 + ?3 AND down BETWEEN ?2 - ?3 AND ?2 + ?3 AND document <> ?4";
        let near = self.many(sql, (marks.across, marks.down, reach, other_than.to_string()), |row| {
            Ok((row.get::<_, String>(0)?, id::<Uuid>(row, 1)?, row.get::<_, Vec<u8>>(2)?))
        })?;
        let read = |(hash, document, bytes): (String, Uuid, Vec<u8>)| {
            Some(KnownShape { hash, document, shape: Shape::read(&bytes)? })
        };
        Ok(near.into_iter().filter_map(read).collect())
    }

    fn facts_naming(&self, hash: &str) -> Result<Vec<Naming>> {
        let sql = "SELECT f.id, f.job, f.visit FROM file_record r JOIN fact f ON r.record_id = 'fact:' || f.id
            WHERE r.hash = ?1 AND f.job IS NOT NULL AND NOT EXISTS (SELECT 1 FROM retracted t WHERE t.fact = f.id)
            ORDER BY f.received_at, f.id";
        self.many(sql, [hash], |row| Ok(Naming { fact: id(row, 0)?, job: id(row, 1)?, visit: maybe_id(row, 2)? }))
    }

    fn pictures_like(&self, hash: &str, look: u64) -> Result<Vec<(String, u32)>> {
        let [a, b, c, d] = bands(look);
        let sql = "SELECT hash, look FROM picture WHERE band_0 = ?1
            UNION SELECT hash, look FROM picture WHERE band_1 = ?2
            UNION SELECT hash, look FROM picture WHERE band_2 = ?3
            UNION SELECT hash, look FROM picture WHERE band_3 = ?4 ORDER BY hash";
        let near = self.many(sql, (a, b, c, d), |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        let differ = |other: i64| (look ^ other.cast_unsigned()).count_ones();
        Ok(near
            .into_iter()
            .filter(|(other, _)| other != hash)
            .map(|(other, its)| (other, differ(its)))
            .filter(|(_, bits)| *bits <= BITS)
            .collect())
    }

    fn written(&self, write: WriteId) -> Result<Option<KnownWrite>> {
        let sql = "SELECT value, seen, by_person, device, at, received_at FROM known_write WHERE id = ?1 AND value IS NOT NULL";
        self.one(sql, [write.to_string()], |row| {
            Ok(KnownWrite {
                id: write,
                value: json(row, 0)?,
                seen: json(row, 1)?,
                by: id(row, 2)?,
                device: id(row, 3)?,
                at: at(row, 4)?,
                received_at: at(row, 5)?,
            })
        })
    }
}

impl EvidenceTx for Session<'_> {
    fn put_shape(&mut self, known: &KnownShape) -> Result<()> {
        let marks = known.shape.marks();
        let sql = "INSERT INTO signature (hash, document, across, down, shape) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        self.run(sql, (&known.hash, known.document.to_string(), marks.across, marks.down, known.shape.bytes()))?;
        Ok(())
    }

    fn put_picture(&mut self, hash: &str, look: u64) -> Result<()> {
        let [a, b, c, d] = bands(look);
        let sql = "INSERT INTO picture (hash, look, band_0, band_1, band_2, band_3) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
        self.run(sql, (hash, look.cast_signed(), a, b, c, d))?;
        Ok(())
    }

    fn know_write(&mut self, write: &KnownWrite) -> Result<()> {
        let sql = "INSERT INTO known_write (id, value, seen, by_person, device, at, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO NOTHING";
        let (value, seen) = (write.value.to_string(), serde_json::to_string(&write.seen)?);
        let (by, device) = (write.by.to_string(), write.device.to_string());
        self.run(sql, (write.id.to_string(), value, seen, by, device, ms(write.at), ms(write.received_at)))?;
        Ok(())
    }
}
