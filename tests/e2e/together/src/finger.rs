//! A finger on the screen: finds by test id, waits for what it wants to touch, counts its taps by what they are for.

use std::path::Path;
use std::time::Duration;

use thirtyfour::extensions::query::ElementQueryable as _;
use thirtyfour::{By, WebDriver, WebElement};

/// What a visit costs. Demanded: the ticks, answers, photos, readings, ratings and the signature that the standard wants one by one.
#[derive(Debug, Default, Clone, Copy)]
pub struct Taps {
    pub free: u32,
    pub demanded: u32,
    pub typed: u32,
}

pub struct Finger<'a> {
    web: &'a WebDriver,
    pub taps: Taps,
}

impl<'a> Finger<'a> {
    pub fn new(web: &'a WebDriver, taps: Taps) -> Self {
        Self { web, taps }
    }

    pub async fn find(&self, id: &str) -> WebElement {
        let css = format!(r#"[data-testid="{id}"]"#);
        match self.web.query(By::Css(&css)).wait(Duration::from_secs(20), Duration::from_millis(40)).first().await {
            Ok(element) => element,
            Err(_) => panic!("nothing called {id} on the screen; there is: {}", self.seen().await),
        }
    }

    pub async fn there(&self, id: &str) -> bool {
        let css = format!(r#"[data-testid="{id}"]"#);
        self.web.find(By::Css(&css)).await.is_ok()
    }

    /// Every test id on the screen and the page's text, for a failure's message.
    async fn seen(&self) -> String {
        let script = "return location.hash + ' [' + [...document.querySelectorAll('[data-testid]')].map(e => e.dataset.testid).join(' ') + '] ' + document.body.innerText.slice(0, 900)";
        self.web.execute(script, vec![]).await.ok().and_then(|r| r.convert::<String>().ok()).unwrap_or_default()
    }

    async fn touch(&self, id: &str) {
        let element = self.find(id).await;
        // Scrolling is not a tap; a row that is not on the screen is brought there as a person would.
        self.web
            .execute("arguments[0].scrollIntoView({block: 'center'})", vec![element.to_json().expect("an element")])
            .await
            .expect("scrolls");
        if let Err(error) = element.click().await {
            panic!("{id} could not be tapped ({error}); there is: {}", self.seen().await);
        }
    }

    /// A tap of one's own choice.
    pub async fn tap(&mut self, id: &str) {
        self.touch(id).await;
        self.taps.free += 1;
    }

    /// A tap that the standard demands one by one.
    pub async fn tick(&mut self, id: &str) {
        self.touch(id).await;
        self.taps.demanded += 1;
    }

    /// A reading: demanded typing.
    pub async fn reading(&mut self, id: &str, value: &str) {
        self.write(id, value).await;
        self.taps.demanded += 1;
    }

    /// Typing that nobody is obliged to in a plain visit.
    pub async fn typing(&mut self, id: &str, value: &str) {
        self.write(id, value).await;
        self.taps.typed += 1;
    }

    async fn write(&self, id: &str, value: &str) {
        let element = self.find(id).await;
        // A hand scrolls what peeks out under the bar at the foot into sight before it writes.
        element.scroll_into_view().await.expect("scrolls");
        element.clear().await.expect("clears");
        element.send_keys(value).await.expect("takes keys");
    }

    /// A photo: the file picker takes a path.
    pub async fn photo(&mut self, id: &str, file: &Path) {
        let element = self.find(id).await;
        element.send_keys(file.to_string_lossy()).await.expect("the picker takes a path");
        self.taps.demanded += 1;
    }

    /// Draws on the signature pad: many small moves, as pointers do not interpolate.
    pub async fn sign(&mut self, id: &str) {
        let pad = self.find(id).await;
        self.web
            .execute("arguments[0].scrollIntoView({block: 'center'})", vec![pad.to_json().expect("an element")])
            .await
            .expect("scrolls");
        for stroke in 0..3 {
            let mut chain =
                self.web.action_chain_with_delay(Some(Duration::from_millis(4)), Some(Duration::from_millis(4)));
            let (x, y) = (-90 + stroke * 60, -40 + stroke * 12);
            chain = chain.move_to_element_with_offset(&pad, x, y).click_and_hold();
            for step in 1..14 {
                chain = chain.move_by_offset(i64::from(step % 3) * 3, 5);
            }
            chain.release().perform().await.expect("the pen moves");
        }
        self.taps.demanded += 1;
    }

    /// Waits until an element's text satisfies a question.
    pub async fn reads(&self, id: &str, what: &str, question: impl Fn(&str) -> bool) -> String {
        let deadline = std::time::Instant::now() + Duration::from_secs(40);
        let mut look = tokio::time::interval(Duration::from_millis(60));
        loop {
            look.tick().await;
            let text = self.find(id).await.text().await.unwrap_or_default();
            if question(&text) {
                return text;
            }
            if std::time::Instant::now() > deadline {
                panic!("{id} should say {what}, but says {text:?}; there is: {}", self.seen().await);
            }
        }
    }

    /// Waits until the app is at a place (`#/job/…/kit`).
    pub async fn at(&self, place: &str) {
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        let mut look = tokio::time::interval(Duration::from_millis(40));
        loop {
            look.tick().await;
            let hash =
                self.web.execute("return location.hash", vec![]).await.ok().and_then(|r| r.convert::<String>().ok());
            if hash.is_some_and(|h| h.ends_with(place)) {
                return;
            }
            if std::time::Instant::now() > deadline {
                panic!("the app should be at {place}; there is: {}", self.seen().await);
            }
        }
    }

    /// All elements whose test id begins and ends so, as their ids.
    pub async fn ids(&self, begins: &str, ends: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll('[data-testid]')].map(e => e.dataset.testid).filter(t => t.startsWith(arguments[0]) && t.endsWith(arguments[1]))";
        let found = self.web.execute(script, vec![begins.into(), ends.into()]).await.expect("ids of the screen");
        found.convert().expect("a list of texts")
    }
}
