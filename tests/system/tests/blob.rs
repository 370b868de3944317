//! Photos over a line that breaks (invariant `blob_whole`): whole or not there, each byte sent once besides what was torn, never before
//! the facts, and one that is lost is said to be lost.

use gongdan_harness::{TestDevice, Weather, World, job_of};
use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Value, json};

/// What one cut can cost at most: the piece that was on its way.
const PIECE: u64 = 256 << 10;
/// Head lines of one request, generously.
const HEAD: u64 = 1 << 10;

/// A picture that no compression makes small, another one for every number.
fn noise(n: u32) -> Vec<u8> {
    let mut state = u64::from(n) + 1;
    let points: Vec<u8> = (0..360 * 270 * 3)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        })
        .collect();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 90).encode(&points, 360, 270, ColorType::Rgb).expect("encoded");
    jpeg
}

fn photos() -> u32 {
    std::env::var("GONGDAN_PHOTOS").ok().and_then(|n| n.parse().ok()).unwrap_or(50)
}

async fn take(device: &TestDevice, about: &Value, n: u32) {
    let args = json!({ "about": about, "photo": "fault", "caption": n.to_string() });
    device.photo(args, noise(n)).await.expect("kept");
}

async fn files(device: &TestDevice) -> (u64, u64, u64) {
    let list = device.call("sync_list", json!({})).await.expect("the list");
    let number = |key: &str| list["files"][key].as_u64().unwrap_or_else(|| panic!("no {key}: {list}"));
    (number("sent"), number("total"), number("bytes_total"))
}

/// Photos that the office knows of, and those whose bytes it has.
async fn in_office(world: &World, job: &str) -> (usize, usize) {
    let office = world.office("lu").await;
    let named = gongdan_harness::photos(&office, job).await;
    let mut here = 0;
    for hash in &named {
        here += usize::from(office.get(&format!("/api/office/file/{hash}")).await.is_ok());
    }
    (named.len(), here)
}

#[tokio::test(flavor = "multi_thread")]
async fn blob_whole_photos_arrive_over_a_line_that_is_cut_every_few_hundred_kilobytes() {
    let world = World::new();
    let (job, visit) = job_of(&world.office("lu").await, "SAMPLE-1004").await;
    let about = json!({ "job": job, "visit": visit });
    let device = world.device("张晓峰", "a").await;
    device.sync().await.expect("syncs");
    let count = photos();
    for n in 0..count {
        take(&device, &about, n).await;
    }
    let (_, total, bytes) = files(&device).await;
    assert_eq!(total, u64::from(count), "every photo is another file");
    let (before, _) = device.proxy.carried();
    device.proxy.tear_after(300 << 10);
    device.proxy.set(Weather::TornRequests);
    let mut cuts = 0u64;
    while let Err(problem) = device.sync().await {
        if cuts == 0 {
            let (named, here) = in_office(&world, &job).await;
            assert_eq!(named, count as usize, "no fact waits behind a photo: {problem:?}");
            assert!(here < named, "the line was cut before the photos were through");
        }
        cuts += 1;
        assert!(cuts < 20 * u64::from(count), "it goes on, however often it is cut: {problem:?}");
    }
    let (sent, total, _) = files(&device).await;
    assert_eq!(sent, total, "all have arrived");
    assert_eq!(in_office(&world, &job).await, (count as usize, count as usize), "whole");
    let (after, _) = device.proxy.carried();
    let again = (after - before).saturating_sub(bytes);
    println!("{count} photos, {bytes} bytes, {cuts} cuts, {again} bytes besides ({}%)", again * 100 / bytes);
    let heads = HEAD * (3 * u64::from(count) + 4 * cuts);
    assert!(again <= cuts * PIECE + heads, "each byte once besides what was torn: {again} of {bytes} at {cuts} cuts");
}

#[tokio::test(flavor = "multi_thread")]
async fn blob_whole_an_altered_photo_is_refused_and_sent_again_from_the_beginning() {
    let world = World::new();
    let (job, visit) = job_of(&world.office("lu").await, "SAMPLE-1004").await;
    let about = json!({ "job": job, "visit": visit });
    let device = world.device("张晓峰", "a").await;
    device.sync().await.expect("syncs");
    take(&device, &about, 7).await;
    let (_, _, bytes) = files(&device).await;
    let (before, _) = device.proxy.carried();
    device.proxy.set(Weather::AlteredOnce);
    device.sync().await.expect("the second try in the same round is right");
    assert_eq!(in_office(&world, &job).await, (1, 1));
    let (after, _) = device.proxy.carried();
    assert!(after - before >= 2 * bytes, "it went twice: the first one was thrown away");
}

#[tokio::test(flavor = "multi_thread")]
async fn blob_whole_a_photo_that_is_lost_holds_nothing_up_and_is_declared_lost_with_a_reason() {
    use gongdan_domain::problem::Code;
    let world = World::new();
    let office = world.office("lu").await;
    let (job, visit) = job_of(&office, "SAMPLE-1004").await;
    let about = json!({ "job": job, "visit": visit });
    let device = world.device("张晓峰", "a").await;
    device.sync().await.expect("syncs");
    let folder = device.data().join("files");
    let names = || -> Vec<std::path::PathBuf> {
        std::fs::read_dir(&folder).expect("files").map(|entry| entry.expect("an entry").path()).collect()
    };
    take(&device, &about, 1).await;
    let lost: Vec<_> = names();
    take(&device, &about, 2).await;
    for path in lost {
        std::fs::write(path, b"the card is broken").expect("damaged");
    }
    device.sync().await.expect("one damaged file holds up no other");
    assert_eq!(in_office(&world, &job).await, (2, 1));
    let list = device.call("sync_list", json!({})).await.expect("the list");
    let hash = list["lost"][0]["hash"].clone();
    assert!(hash.is_string(), "a person is asked: {list}");
    assert_eq!(list["sentence"]["mood"], "needs_you");
    let silent = device.call("declare_lost", json!({ "hash": hash, "reason": " " })).await.expect_err("why?");
    assert_eq!(silent.code, Code::ReasonMissing);
    let list = device.call("declare_lost", json!({ "hash": hash, "reason": "存储卡坏了" })).await.expect("declared");
    assert_eq!(list["lost"], json!([]));
    device.sync().await.expect("syncs");
    let view = office.call("open_job", json!({ "job": job })).await.expect("the job");
    let told = view["timeline"].as_array().into_iter().flatten().find(|row| row["kind"] == "declared_lost");
    assert_eq!(told.expect("the office is told")["body"]["reason"], "存储卡坏了");
    let again = device.call("declare_lost", json!({ "hash": hash, "reason": "x" })).await.expect_err("once");
    assert_eq!(again.code, Code::NotFound);
}
