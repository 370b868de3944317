// G5, G6: whoever holds the paper opens the proof on a phone, in his language, by day and by night, and drops a file on it; the console
// shows revisions with their differences, and the book of numbers.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { look, openBrowser, signedIn } from './browser.mjs';
import { company } from './company.mjs';
import { delivered, visit } from './visit.mjs';

let browser;
let firm;
let zhang;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gongdan-verify-'));
  [browser, firm] = await Promise.all([openBrowser(), company()]);
  zhang = await firm.device('zhang', '平板 02');
});
after(async () => {
  await browser?.close();
  await firm?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function phone(language, theme = 'light') {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: language, colorScheme: theme });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** Nothing an ear or an eye stumbles over, nothing wider than the phone. */
async function fits(page, name) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`), [], name);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, `${name} is wider than the phone`);
  if (process.env.GONGDAN_PICTURES) {
    mkdirSync(process.env.GONGDAN_PICTURES, { recursive: true });
    await page.screenshot({ path: join(process.env.GONGDAN_PICTURES, `${name}.png`), fullPage: true });
  }
}

test('G6 the proof reads on a phone, and a changed file shows its fields', async () => {
  const { job, number } = await visit(zhang, 'SAMPLE-1001');
  const { qr } = await zhang.call('preview_order', { job });
  const code = new URLSearchParams(qr.split('?')[1]).get('c');
  assert.match(code, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/, `the QR carries the code: ${qr}`);

  for (const [language, theme, said] of [['zh-CN', 'light', '没有改动'], ['en-GB', 'dark', 'Unchanged']]) {
    const page = await phone(language, theme);
    await page.goto(`${firm.url}/v/${code}`);
    await page.getByRole('heading', { name: said }).waitFor();
    await page.getByText(number).first().waitFor();
    await fits(page, `verify-unchanged-${theme}`);
  }

  const page = await phone('zh-CN');
  await page.goto(`${firm.url}/v`);
  await fits(page, 'verify-ask');
  await page.locator('input[name=code]').fill(code.toLowerCase().replaceAll('-', ' '));
  await page.getByRole('button', { name: '查核验码' }).click();
  await page.getByRole('heading', { name: '没有改动' }).waitFor();
  await page.goto(`${firm.url}/v/0000-1111-2222-3333`);
  await page.getByRole('heading', { name: '查不到这张单' }).waitFor();
  await fits(page, 'verify-unknown');

  const console = await signedIn(browser, firm, 'cheng');
  await console.at('rail-orders').click();
  await console.at(`order-row-${number}`).click();
  const take = async (click, name) => {
    const [file] = await Promise.all([console.page.waitForEvent('download'), click()]);
    const path = join(folder, name);
    await file.saveAs(path);
    return path;
  };
  const pdf = await take(() => console.at('order-pdf').click(), '工作单.pdf');
  await page.goto(`${firm.url}/v/${code}`);
  await page.locator('input[type=file]').setInputFiles(pdf);
  await page.getByRole('button', { name: '核对文件' }).click();
  await page.getByText('文件逐字节一致').waitFor();
  await fits(page, 'verify-file');

  const json = await take(() => console.page.getByRole('link', { name: '导出封存数据' }).click(), 'order.json');
  const proof = JSON.parse(await (await import('node:fs/promises')).readFile(json, 'utf8'));
  proof.document.payload = proof.document.payload.replace('进风口加滤棉', '不用管').replace('"quantity":"1"', '"quantity":"2"');
  writeFileSync(json, JSON.stringify(proof));
  await page.locator('input[type=file]').setInputFiles(json);
  await page.getByRole('button', { name: '核对文件' }).click();
  await page.getByRole('heading', { name: '有 2 处改过' }).waitFor();
  assert.equal(await page.locator('ins').first().innerText() !== '', true);
  await fits(page, 'verify-changed');
  await console.close();
});

test('G5 the console shows what a revision changed, and the book of numbers what became of each', async () => {
  const { job, number } = await visit(zhang, 'SAMPLE-1004');
  await zhang.call('open_revision', { job, reason: '建议写错' });
  const view = await zhang.call('open_job', { job });
  await zhang.call('write_field', { entity: { kind: 'visit', id: view.visit }, field: 'suggestions', value: '每天吹扫', seen: view.visit_fields.suggestions.heads });
  const { shown } = await zhang.call('preview_order', { job });
  const declined = { choice: 'declined', reason: 'other', words: '上一版已签', at: new Date().toISOString() };
  await zhang.call('seal_order', { job, shown, rating: { quality: 'satisfied', attitude: 'satisfied', opinion: '' }, signing: declined });
  await delivered(zhang);

  const { qr } = await zhang.call('preview_order', { job });
  const page = await phone('zh-CN');
  await page.goto(`${firm.url}/v/${new URLSearchParams(qr.split('?')[1]).get('c')}`);
  await page.getByText('2，最新一版').waitFor();

  const console = await signedIn(browser, firm, 'cheng', { width: 1366, height: 768 });
  await console.at('rail-orders').click();
  await console.at(`order-row-${number}`).click();
  await console.page.locator('details', { has: console.page.getByTestId('changes-2') }).locator('summary').click();
  await console.at('changes-2').getByText('每天吹扫').waitFor();
  await console.page.getByText('建议写错').filter({ visible: true }).first().waitFor();
  await look(console, 'a revised order');
  if (process.env.GONGDAN_PICTURES) await console.page.screenshot({ path: join(process.env.GONGDAN_PICTURES, 'office-revision.png') });
  await console.at('rail-numbers').click();
  await console.at(`number-${number}`).waitFor();
  assert.equal(await console.at(`number-${number}`).getAttribute('data-state'), 'sealed');
  await look(console, 'the book of numbers');
  if (process.env.GONGDAN_PICTURES) await console.page.screenshot({ path: join(process.env.GONGDAN_PICTURES, 'office-numbers.png') });
  await console.close();
});
