// H1, H2, G6: what a technician sealed is read, proved, questioned and archived in the console, as it arrives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, openBrowser, signedIn } from './browser.mjs';
import { company } from './company.mjs';
import { arrived, delivered, visit } from './visit.mjs';

/** Lines of the list; the options of a select are none. */
const rows = (console) => console.page.locator('main [role=option]');

let browser;
let firm;
let zhang;
before(async () => {
  [browser, firm] = await Promise.all([openBrowser(), company()]);
  zhang = await firm.device('zhang', '平板 02');
});
after(async () => {
  await browser?.close();
  await firm?.close();
});

test('an order appears while one looks, reads as a document, proves its seal, and is archived with a key', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  await console.at('rail-orders').click();
  await console.page.getByText('没有等着审核的工单。').waitFor();
  await look(console, 'no orders');
  let reloads = 0;
  console.page.on('load', () => (reloads += 1));

  const { number, total } = await visit(zhang, 'SAMPLE-1001', { opinion: '希望给班组讲一次操作' });
  await console.at(`order-row-${number}`).waitFor();
  await console.at('order-document').waitFor();
  assert.equal(reloads, 0, 'it came without a reload');

  const paper = await console.at('order-document').innerText();
  for (const said of ['温控阀卡在旁通', '换温控阀芯', '进风口加滤棉', 'P-014', '排气压力', '0.62', '0.69']) assert.ok(paper.includes(said), `the paper says ${said}: ${paper}`);
  const yuan = `¥${(total / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`;
  assert.equal((await console.at('order-total').innerText()).trim(), yuan, 'the total is the sealed one');
  assert.equal(await console.at('seal-state').getAttribute('data-ok'), 'true');
  for (const check of ['hash', 'device', 'chain', 'server']) assert.equal(await console.page.locator(`[data-check=${check}]`).getAttribute('data-ok'), 'true', `the seal's ${check}`);
  await console.page.locator('[data-check=files][data-ok=true]').waitFor();
  assert.equal(await console.page.getByRole('img', { name: /签名：王师傅/ }).locator('path').count(), 4, 'four strokes');
  await console.page.getByText('希望给班组讲一次操作').waitFor();
  await look(console, 'an order');

  // A photo opens in place: Esc closes it, the decision stays in reach.
  await console.page.locator('[data-testid^=photo-]').first().click();
  await console.page.getByRole('figure').locator('img').waitFor();
  await console.page.waitForFunction(() => document.querySelector('figure img')?.naturalWidth > 0);
  await look(console, 'a photo');
  assert.ok(await console.at('archive').isVisible(), 'the decision is not covered');
  await console.page.keyboard.press('ArrowRight');
  await console.page.keyboard.press('Escape');
  await console.page.getByRole('figure').waitFor({ state: 'detached' });

  const [file] = await Promise.all([console.page.waitForEvent('download'), console.at('order-pdf').click()]);
  assert.match(file.suggestedFilename(), new RegExp(`^${number}_.+_\\d{4}-\\d\\d-\\d\\d\\.pdf$`), 'number, customer and day');

  const promised = (await console.at('archive').innerText()).match(/存-\d{4}-\d{4}/)[0];
  await console.page.keyboard.press('e');
  await console.at('archived-as').waitFor();
  assert.match(await console.at('archived-as').innerText(), new RegExp(`${number} 已归档为 ${promised}`));
  await console.page.getByRole('link', { name: /^已归档\s*1$/ }).click();
  await console.at(`order-row-${number}`).waitFor();
  assert.equal(await console.at(`order-row-${number}`).getAttribute('data-state'), 'archived');
  assert.equal(await console.at('archive').count(), 0, 'archived once');
  await look(console, 'an archived order');
  await console.close();
});

test('a question goes to the device and its answer comes back', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  const { number, job } = await visit(zhang, 'SAMPLE-1002', { signing: 'declined' });
  await console.page.goto(`${firm.url}/orders`);
  await console.at(`order-row-${number}`).click();
  await console.at('order-document').waitFor();
  // Without a question nothing is sent; the cursor goes where it is missing.
  await console.at('send-back').click();
  await console.page.getByText('先写疑问再退回').waitFor();
  assert.equal(await console.focused(), 'question-text');
  await console.page.keyboard.type('旧阀芯的照片呢？');
  await console.page.keyboard.press('Enter');
  await console.page.getByText(/已退回，问题会出现在张晓峰的设备上/).waitFor();

  const { state } = await arrived(zhang, job, (view) => view.state.questions.length > 0, 'the question');
  assert.equal(state.questions[0].question, '旧阀芯的照片呢？');
  await zhang.call('record', { about: { job, visit: state.id }, fact: { kind: 'question_answered', body: { order: state.seals[0].order, answer: '补拍了，在库房' } } });
  await delivered(zhang);

  await console.page.goto(`${firm.url}/orders?filter=all`);
  await console.at(`order-row-${number}`).click();
  await console.page.getByRole('paragraph').filter({ hasText: '补拍了，在库房' }).waitFor();
  await look(console, 'a question with its answer');
  await console.close();
});

test('filter, selection and search live in the address', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  await console.page.goto(`${firm.url}/orders?filter=all`);
  await console.page.waitForURL(/order=/);
  const address = console.page.url();
  await console.page.goto(`${firm.url}/`);
  await console.page.goto(address);
  await console.at('order-document').waitFor();
  assert.equal(console.page.url(), address);
  await console.page.keyboard.press('ArrowDown');
  await console.page.waitForURL((url) => url.href !== address);
  await console.page.goto(`${firm.url}/orders?filter=all&text=SAMPLE-1002`);
  await rows(console).first().waitFor();
  assert.equal(await rows(console).count(), 1);
  await console.close();
});

test('a role without money or review reads and decides nothing', async () => {
  const console = await signedIn(browser, firm, 'meng');
  await console.page.goto(`${firm.url}/orders?filter=all`);
  await rows(console).first().waitFor();
  assert.equal(await console.at('archive').count(), 0);
  assert.doesNotMatch(await console.page.locator('main').innerText(), /¥/, 'no amounts for sales');
  await look(console, 'an order without money');
  await console.close();
});

test('a dead server is said, what was read stays, and it comes back by itself', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  await console.page.goto(`${firm.url}/orders?filter=all`);
  await console.page.locator('[data-testid=live][data-live=true]').waitFor();
  await firm.stopServer();
  await console.page.locator('[data-testid=live][data-live=false]').waitFor();
  await console.page.getByRole('link', { name: /^已归档/ }).click();
  await console.page.getByRole('alert').filter({ hasText: '现在连不上服务器' }).waitFor();
  await look(console, 'offline');
  await firm.startServer();
  await console.page.locator('[data-testid=live][data-live=true]').waitFor();
  await console.page.getByRole('alert').waitFor({ state: 'detached' });
  await console.close();
});

test('the callbacks that an order owes are worked off in the queue', async () => {
  const { job } = await visit(zhang, 'SAMPLE-1007', { quality: 'dissatisfied', tested: false, confidence: 'not_sure' });
  const console = await signedIn(browser, firm, 'lu');
  await console.at('rail-callbacks').click();
  await rows(console).first().waitFor();
  const before = await rows(console).count();
  // Two are owed for this visit; at night both fall due when the day begins, and which comes first is up to their ids.
  await console.page.locator('[data-testid^=callback-row-]').filter({ hasText: '未试机' }).click();
  await console.at('record-callback').click();
  await console.page.getByText('先选结果').waitFor();
  await console.page.keyboard.press('1');
  await console.at('callback-note').fill('机器正常');
  await look(console, 'a callback');
  await console.page.keyboard.press('Control+Enter');
  await console.page.getByText(/的回访已记录/).waitFor();
  await console.page.waitForFunction((n) => document.querySelectorAll('[role=option]').length === n - 1, before);
  assert.ok(job);
  await console.close();
});

test('a finding is answered with name and time', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  await console.at('rail-findings').click();
  await rows(console).first().waitFor();
  const open = await rows(console).count();
  // Which comes first is up to their ids: each is looked at.
  for (const row of await rows(console).all()) {
    await row.click();
    await console.page.locator('main h2', { hasText: await row.locator('b').innerText() }).waitFor();
    await console.page.waitForLoadState('networkidle');
    await look(console, `the finding ${await row.locator('b').innerText()}`);
  }
  const answered = new URL(console.page.url()).searchParams.get('finding');
  await console.at('decision-confirmed').click();
  await console.at('finding-answer').fill('问过本人，属实，已提醒');
  await console.page.keyboard.press('Control+Enter');
  await console.page.getByText('处理结果已记下').waitFor();
  await console.page.waitForFunction((n) => document.querySelectorAll('[role=option]').length === n - 1, open);
  await console.page.goto(`${firm.url}/findings?filter=all&finding=${answered}`);
  await console.page.getByText('问过本人，属实，已提醒').first().waitFor();
  await console.close();
});
