// A finger on the field app and the eyes above it: finds by test id, waits for what it wants to touch, reads what a person reads.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { PIN } from './bridge.mjs';

const PATIENCE_MS = 20_000;
/** Every size and dress the app is looked at in; axe looks at two of them, which hold both languages, both lights and both shapes. */
const WINDOWS = [[1280, 800], [800, 1280], [1366, 768]];
const USUAL = { width: 1280, height: 800, language: 'zh', theme: 'day' };
export const DRESSES = ['zh', 'en'].flatMap((language) => ['day', 'night'].flatMap((theme) => WINDOWS.map(([width, height]) => ({ language, theme, width, height }))));
const WITH_AXE = ['zh day 1280', 'en night 800'];

/** Runs in the page: what is touched is at least 48 px each way, what is read at least 15; the small picture of a sealed order is a picture. */
function tooSmall() {
  const hidden = (element) => element.closest('.for-ears') !== null || element.classList.contains('native');
  const found = [];
  for (const element of document.querySelectorAll('button, a[href], label:has(> input), input, select, textarea, summary')) {
    const { width, height } = element.getBoundingClientRect();
    if (hidden(element) || width === 0 || (element.matches('input, select, textarea') && element.closest('label, .gd-well') !== null)) continue;
    if (Math.min(width, height) < 47.5) found.push(`${Math.round(width)}×${Math.round(height)} ${element.dataset.testid ?? element.textContent.trim().slice(0, 24)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() === '' || hidden(holder) || holder.closest('.paper.small, kbd, script, style') !== null) continue;
    const size = Number.parseFloat(getComputedStyle(holder).fontSize);
    if (size < 14.9) found.push(`${size} px ${texts.currentNode.data.trim().slice(0, 24)}`);
  }
  return [...new Set(found)];
}

/** Asks until the answer satisfies; the last answer is in the error. */
export async function until(ask, good, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    assert.ok(Date.now() < end, `${what}, but: ${JSON.stringify(answer)?.slice(0, 1200)}`);
  }
}

export async function field(browser, device) {
  // Nothing is looked at in the middle of a transition.
  const context = await browser.newContext({ viewport: { width: USUAL.width, height: USUAL.height }, reducedMotion: 'reduce', timezoneId: 'America/New_York' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const at = (id) => page.locator(`[data-testid="${id}"]`).first();
  const all = (begins, ends = '') => page.locator(`[data-testid^="${begins}"]${ends === '' ? '' : `[data-testid$="${ends}"]`}`);
  const hash = () => page.evaluate(() => location.hash);
  const text = () => page.locator('body').innerText();

  const self = {
    page,
    at,
    all,
    text,
    open: (place = '') => page.goto(`${device.url}/${place}`),
    tap: (id) => at(id).click(),
    type: (id, words) => at(id).fill(words),
    there: (place) => until(async () => [await hash(), await text()], ([now]) => now.endsWith(place), `the app should be at ${place}`),
    reads: (id, pattern) => until(() => at(id).innerText(), (said) => pattern.test(said), `${id} should say ${pattern}`),
    says: (pattern) => until(text, (said) => pattern.test(said), `the screen should say ${pattern}`),

    /** Everything whose test id begins and ends so, one after the other. */
    async tapAll(begins, ends = '') {
      const ids = await all(begins, ends).evaluateAll((found) => found.map((one) => one.dataset.testid));
      for (const id of ids) await at(id).click();
      return ids;
    },

    async enrol(company, login, name = '平板 02') {
      await self.open();
      await self.type('gate-server', company.url);
      await self.type('gate-code', company.code(login));
      await self.type('gate-name', name);
      await self.type('gate-pin', PIN);
      await self.tap('gate-enter');
      await self.delivered();
    },

    async unlock() {
      await self.type('gate-pin', PIN);
      await self.tap('gate-enter');
      await self.at('gate-pin').waitFor({ state: 'detached' });
    },

    /** The screen says so, and is right: what went past it to the device is counted too. */
    async delivered() {
      const says = () => self.reads('sync-sentence', /全部已送达|All delivered/);
      await says();
      await until(() => device.call('sync_list'), ({ sentence }) => sentence.waiting === 0, 'nothing should wait');
      await says();
    },

    async dress({ language = USUAL.language, theme = USUAL.theme, width = USUAL.width, height = USUAL.height } = USUAL) {
      await page.setViewportSize({ width, height });
      const worn = () => page.evaluate(() => [document.documentElement.lang.slice(0, 2), document.documentElement.dataset.theme]);
      if ((await worn()).join() === [language, theme].join()) return;
      await device.call('set_preference', { language, theme });
      // The device tells the page when it has news; an attempt to sync is news. Before the gate is open there is none.
      const { gate } = await device.call('status');
      if (gate === 'open') await device.call('sync_now').catch(() => undefined);
      else await page.reload();
      await until(worn, (now) => now.join() === [language, theme].join(), `the app should be ${language} and ${theme}`);
    },

    /** On every window, in both languages, by day and by night: nothing wider than the window, no key without words; axe finds nothing.
     * Before the gate is open another dress is a reload: `again` opens once more what is looked at. */
    async look(name, again = () => undefined) {
      for (const dress of DRESSES) {
        const label = `${name} ${dress.language} ${dress.theme} ${dress.width}×${dress.height}`;
        await self.dress(dress);
        await again();
        const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        await until(beyond, (px) => px <= 0, `${label} is wider than the window`);
        assert.doesNotMatch(await text(), /\b(?:field|fact|parts|papers|common|problem|seal)\.[a-z]+\.?[A-Za-z_]*\b/, `${label} shows a key instead of words`);
        assert.deepEqual(await page.evaluate(tooSmall), [], `${label} is too small for a gloved hand or a pair of eyes`);
        if (WITH_AXE.includes(`${dress.language} ${dress.theme} ${dress.width}`)) assert.deepEqual(await self.axe(), [], `axe on ${label}`);
      }
      await self.dress();
      assert.deepEqual(errors, [], `${name} threw`);
    },

    async axe() {
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(' | ')}`);
    },

    /** Draws on the signature pad, under its row of buttons: many small moves, as a pen makes them. */
    async sign() {
      const pad = at('signature-pad');
      await pad.scrollIntoViewIfNeeded();
      // A hand waits until what it draws on lies still.
      let box;
      const still = async () => {
        const before = JSON.stringify(box);
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        box = await pad.boundingBox();
        return before === JSON.stringify(box);
      };
      await until(still, (yes) => yes, 'the pad should lie still');
      for (let stroke = 0; stroke < 3; stroke += 1) {
        const x = box.x + 80 + stroke * 60;
        await page.mouse.move(x, box.y + 64);
        await page.mouse.down();
        for (let step = 1; step < 14; step += 1) await page.mouse.move(x + (step % 3) * 4, box.y + 64 + step * 5);
        await page.mouse.up();
      }
    },

    close: () => context.close(),
  };
  return self;
}

/** The job of a machine, as soon as it has arrived at the device. */
export async function jobOf(device, serial) {
  const days = async () => {
    const { stops, others } = await device.call('agenda');
    return Promise.all([...stops, ...others].map(({ job }) => device.call('open_job', { job })));
  };
  const views = await until(days, (found) => found.some((view) => view.machine?.fields.serial_no?.value === serial), `a job of ${serial} should be on the device`);
  return views.find((view) => view.machine?.fields.serial_no?.value === serial).job;
}
