// A6, A2: a call becomes a job with the keyboard alone, and arrives once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, openBrowser, signedIn } from './browser.mjs';
import { company } from './company.mjs';

let browser;
let firm;
before(async () => {
  [browser, firm] = await Promise.all([openBrowser(), company()]);
});
after(async () => {
  await browser?.close();
  await firm?.close();
});

/** Tab until the cursor is there: the order of the form is part of what is promised. */
async function tabTo(console, id, most = 12) {
  for (let step = 0; step < most; step += 1) {
    if ((await console.focused()) === id) return;
    await console.page.keyboard.press('Tab');
  }
  assert.equal(await console.focused(), id, `${most} times Tab do not lead to ${id}`);
}

test('the keyboard alone registers a call and sends a technician', async () => {
  const console = await signedIn(browser, firm, 'lu');
  const { keyboard } = console.page;
  await console.at('rail-intake').focus();
  await keyboard.press('Enter');
  await console.at('intake-search').waitFor();
  assert.equal(await console.focused(), 'intake-search', 'the cursor waits in the search');
  const begun = Date.now();
  await keyboard.type('SAMPLE-1001');
  await console.at('intake-result-0').waitFor();
  await console.page.getByText('1 台机器').waitFor();
  await keyboard.press('Enter');
  await console.page.getByText('星河纺织').first().waitFor();
  await console.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'intake-symptom');
  assert.equal(await console.at('intake-contact').inputValue(), '设备科(24小时值班)', 'the archive knows whom to call');
  await console.page.getByText('这台机器的历史').waitFor();
  await keyboard.type('油分压差高报警');
  await keyboard.press('Alt+Digit2');
  await tabTo(console, 'intake-wishes');
  await keyboard.type('夜班前恢复');
  await tabTo(console, 'intake-requested');
  await keyboard.type('23:30');
  await tabTo(console, 'planned-at');
  assert.match(await console.at('planned-at').inputValue(), / 23:30$/, 'the wanted time is where planning begins');
  await tabTo(console, 'technician-0112');
  await keyboard.press('Space');
  await console.page.getByRole('button', { name: /登记并派给.+，.*23:30 到/ }).waitFor();
  await look(console, 'a full call');
  await keyboard.press('Control+Enter');
  await console.page.waitForURL(/\/jobs\?/);
  await console.page.getByRole('heading', { level: 2, name: /星河纺织/ }).waitFor();
  const seconds = (Date.now() - begun) / 1000;
  assert.ok(seconds < 60, `it took ${seconds} s`);
  const detail = await console.page.locator('main').innerText();
  for (const said of ['油分压差高报警', '夜班前恢复', '减产', '沈一川']) assert.ok(detail.includes(said), `the job says ${said}`);
  await console.close();
});

test('a new customer needs a name and a number, and the button leads to what is missing', async () => {
  const console = await signedIn(browser, firm, 'lu', { language: 'en' });
  await console.at('rail-intake').click();
  await console.at('create-job').click();
  assert.equal(await console.focused(), 'intake-search', 'the first missing thing');
  await console.page.keyboard.press('Control+b');
  await console.at('intake-new-name').waitFor();
  await console.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'intake-new-name');
  await console.page.keyboard.type('Sample Foundry (fictitious)');
  await console.at('intake-new-serial_no').fill('SAMPLE-9001');
  await console.at('intake-new-model').fill('GA22');
  await console.at('create-job').click();
  assert.equal(await console.focused(), 'intake-phone');
  await console.page.keyboard.type('000-0000-0999');
  await console.at('intake-symptom').fill('Does not load');
  await console.at('create-job').click();
  assert.match(await console.focused(), /^intake-urgency/);
  await look(console, 'a new customer');
  await console.page.keyboard.press('Alt+Digit1');
  await console.at('create-job').click();
  await console.page.waitForURL(/\/jobs\?filter=unassigned/);
  await console.page.getByRole('heading', { level: 2, name: 'Sample Foundry (fictitious)' }).waitFor();
  // Found again by what was written down.
  await console.page.keyboard.press('/');
  await console.page.keyboard.type('SAMPLE-9001');
  await console.page.getByRole('link', { name: /Sample Foundry/ }).first().waitFor();
  await look(console, 'global search');
  await console.close();
});

test('a call that is being typed survives a reload', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.at('rail-intake').click();
  await console.at('intake-symptom').fill('压力上不去');
  await console.at('intake-wishes').fill('尽快');
  await console.page.reload();
  await console.at('intake-symptom').waitFor();
  assert.equal(await console.at('intake-symptom').inputValue(), '压力上不去');
  assert.equal(await console.at('intake-wishes').inputValue(), '尽快');
  await console.close();
});

test('a waiting call is assigned, given to somebody else, and cancelled with a reason', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.at('rail-jobs').click();
  await console.page.locator('main [role=option]').first().waitFor();
  const waiting = Number((await console.page.getByRole('link', { name: /^待派/ }).innerText()).replace(/\D/g, ''));
  await console.at('technician-0137').click();
  await console.at('assign-job').click();
  await console.page.getByText(/已派给 张晓峰/).waitFor();
  await console.page.getByRole('link', { name: new RegExp(`^待派\\s*${waiting - 1}$`) }).waitFor();
  await console.at('technician-0112').click();
  await console.page.getByRole('button', { name: /改派给沈一川/ }).click();
  await console.page.getByText(/已派给 沈一川/).waitFor();
  await console.page.getByRole('button', { name: '取消任务' }).click();
  await console.at('cancel-job').click();
  await console.page.getByText('写一句原因').waitFor();
  await console.at('cancel-reason').fill('客户已自行修好');
  await console.at('cancel-job').click();
  await console.page.getByText(/的任务已取消/).waitFor();
  await console.page.getByText('客户已自行修好').waitFor();
  await console.close();
});
