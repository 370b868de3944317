// Every screen of the console with real content, in both languages, by day and by night, on a large and on a small screen: no
// accessibility violation, nothing larger than the window, no key without words. Then what is done on the quieter screens.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { look, openBrowser, openPage, signedIn } from './browser.mjs';
import { company } from './company.mjs';
import { delivered, visit } from './visit.mjs';

const PICTURES = new URL('../../../test-results/screenshots/office/', import.meta.url).pathname;
const SCREENS = ['/', '/intake?customer=CUSTOMER', '/jobs', '/jobs?filter=all', '/orders', '/orders?filter=all', '/callbacks', '/customers', '/conflicts', '/findings', '/findings?filter=all', '/bundles', '/fees', '/numbers', '/people', '/people?new=1', '/people?login=lu', '/devices', '/settings', '/nowhere'];

let browser;
let firm;
let zhang;

async function ask(console, name, args) {
  return console.page.evaluate(
    async ([command, body]) => {
      const csrf = document.cookie.match(/gd_csrf=([^;]+)/)[1];
      const answer = await fetch(`/api/office/${command}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf': csrf }, body: JSON.stringify(body) });
      return answer.json();
    },
    [name, args],
  );
}

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  [browser, firm] = await Promise.all([openBrowser(), company()]);
  zhang = await firm.device('zhang', '平板 02');
  const { job } = await visit(zhang, 'SAMPLE-1001', { opinion: '希望给班组讲一次操作' });
  await visit(zhang, 'SAMPLE-1002', { signing: 'declined', quality: 'dissatisfied', tested: false, confidence: 'not_sure' });

  // I5: the customer's phone is corrected on the device without a network and in the office meanwhile.
  const { customer } = await zhang.call('open_job', { job });
  await firm.stopServer();
  const phone = customer.fields.phone;
  await zhang.call('write_field', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: '0000-5550184', seen: phone.heads });
  await zhang.off();
  await firm.startServer();
  const console = await signedIn(browser, firm, 'lu');
  const { fields } = await ask(console, 'open_customer', { customer: customer.id });
  await ask(console, 'correct_archive', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: '0000-5550144', seen: fields.phone.heads });
  await console.close();
  await zhang.on();
  await delivered(zhang);
});
after(async () => {
  await browser?.close();
  await firm?.close();
});

for (const [language, theme, width, height] of [
  ['zh', 'day', 1440, 900],
  ['en', 'night', 1366, 768],
]) {
  test(`every screen stands: ${language}, ${theme}, ${width} × ${height}`, async () => {
    const console = await signedIn(browser, firm, 'admin', { language, theme, width, height });
    const [{ customer }] = await ask(console, 'search_customers', { text: 'SAMPLE-1001' });
    for (const screen of SCREENS) {
      const path = screen.replace('CUSTOMER', customer);
      await console.page.goto(firm.url + path);
      await console.page.getByRole('heading', { level: 1 }).waitFor();
      await console.page.getByText(/^(正在读取|Reading)$/).first().waitFor({ state: 'detached' });
      await console.page.locator('[data-testid=live][data-live=true]').waitFor();
      await look(console, `${screen} in ${language}`);
      const name = screen === '/' ? 'home' : screen.slice(1).replace(/\W+/g, '-');
      await console.page.screenshot({ path: `${PICTURES}${name}-${language}-${theme}.png` });
    }
    await console.close();
  });
}

test('a device is enrolled by a code that is shown once, and revoked', async () => {
  const console = await signedIn(browser, firm, 'admin');
  await console.at('rail-devices').click();
  await console.at('enrol-shen').click();
  await console.at('enrol-code').waitFor();
  const code = (await console.at('enrol-code').innerText()).trim();
  assert.match(code, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  await console.page.getByRole('img', { name: /沈一川的登记二维码/ }).waitFor();
  await look(console, 'an enrolment code');
  await console.page.locator('tr', { hasText: '平板 02' }).getByRole('button', { name: '停用' }).click();
  await console.at('revoke-erase').click();
  await console.page.getByRole('button', { name: /确定擦除/ }).waitFor();
  await look(console, 'revoking');
  await console.page.locator('tr', { hasText: '平板 02' }).getByRole('button', { name: '忘了 PIN' }).click();
  await console.at('recover-read').waitFor();
  await look(console, 'a forgotten PIN');
  await console.page.locator('tr', { hasText: '平板 02' }).getByRole('button', { name: '停用' }).click();
  await console.at('revoke-collect').click();
  await console.page.getByText(/平板 02 已停用/).waitFor();
  await console.close();
});

test('an account is made, gets another role, and all of it stands in the record of actions', async () => {
  const console = await signedIn(browser, firm, 'admin');
  await console.at('rail-people').click();
  await console.at('new-account').click();
  await console.at('account-name').fill('新同事');
  await console.at('account-login').fill('xin');
  await console.at('account-role').selectOption('quality_department');
  await look(console, 'a new account');
  await console.at('create-account').click();
  const password = (await console.at('new-password').innerText()).trim();
  await look(console, 'a password that is shown once');
  await console.at('account-xin').click();
  await console.at('account-role').selectOption('sales');
  await console.at('set-role').click();
  await console.page.getByText('新同事的岗位已更改').waitFor();
  await look(console, 'an account');
  await console.page.screenshot({ path: `${PICTURES}account-zh-day.png` });
  await console.page.goto(`${firm.url}/settings?action=role_changed`);
  await console.page.getByText('xin 质检部 → 销售').waitFor();
  await look(console, 'the record of actions');
  await console.close();

  const other = await openPage(browser);
  await other.page.goto(firm.url);
  await other.at('login').fill('XIN');
  await other.at('password').fill(password);
  await other.at('sign-in').click();
  await other.at('rail-settings').waitFor();
  await other.close();
});

test('a conflict is settled for one value', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.page.goto(`${firm.url}/conflicts`);
  await console.page.getByText('0000-5550184').waitFor();
  await console.page.getByText('0000-5550144').waitFor();
  assert.ok(await console.at('settle').isDisabled(), 'nothing is chosen beforehand');
  await console.page.getByRole('radio', { name: /0000-5550144/ }).check();
  await console.page.keyboard.press('Control+Enter');
  await console.page.getByText('没有冲突。').waitFor();
  await look(console, 'no conflicts');
  await console.close();
});

test('a corrected archive field is the new value everywhere', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.page.goto(`${firm.url}/customers?text=SAMPLE-1003`);
  await console.at('edit-payment_terms').click();
  await console.page.getByRole('textbox', { name: '付款方式' }).fill('月结 60 天');
  await look(console, 'editing the archive');
  await console.page.keyboard.press('Enter');
  await console.page.getByRole('textbox', { name: '付款方式' }).waitFor({ state: 'detached' });
  await console.page.reload();
  await console.page.locator('dd', { hasText: '月结 60 天' }).waitFor();
  await console.close();
});

test('a fee schedule is imported, refused with its reasons, corrected and published', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  await console.at('rail-fees').click();
  await console.page.getByText('CO-1', { exact: true }).waitFor();
  const csv = (text) => ({ name: 'prices.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await console.at('import-file').setInputFiles(csv('编号,价格\nCO-1,160\nXX-9,1\n'));
  await console.page.getByText(/第 3 行：没有编号“XX-9”/).waitFor();
  await look(console, 'an import with a problem');
  await console.at('import-file').setInputFiles(csv('编号,价格\nCO-1,160.00\nL-1,-5\n'));
  await console.at('fee-version').fill('2027-A');
  await console.at('fee-valid-from').fill('2027-01-01');
  await console.at('publish').click();
  await console.page.getByText('有价格是负数').waitFor();
  await console.page.getByText('L-1 的价格是负数').waitFor();
  await look(console, 'a refused schedule');
  await console.page.getByRole('textbox', { name: 'L-1 的价格' }).fill('130');
  await console.page.keyboard.press('Tab');
  await console.page.screenshot({ path: `${PICTURES}fees-draft-zh-day.png` });
  await console.page.keyboard.press('Control+Enter');
  await console.page.getByText(/2027-A 已公布/).waitFor();
  await console.page.getByText('待生效').waitFor();
  await look(console, 'two versions');
  // The same name again is refused by the rules, and says so.
  await console.at('new-version').click();
  await console.at('fee-version').fill('2027-A');
  await console.at('fee-valid-from').fill('2028-01-01');
  await console.at('publish').click();
  await console.page.getByText('版本 2027-A 已经有了').waitFor();
  await console.close();
});

for (const [language, theme] of [
  ['zh', 'day'],
  ['en', 'night'],
]) {
  test(`a template is refused with its line, tried, looked at, published and given up: ${language}, ${theme}`, async () => {
    const console = await signedIn(browser, firm, 'admin', { language, theme, width: 1366, height: 768 });
    await console.page.goto(`${firm.url}/settings`);
    const item = console.at('template-receipt.typ');
    await item.scrollIntoViewIfNeeded();
    assert.equal(await item.getAttribute('data-own'), 'false');
    const [download] = await Promise.all([console.page.waitForEvent('download'), item.getByRole('button', { name: language === 'zh' ? '下载自带的收据' : 'Download the built-in Receipt' }).click()]);
    assert.equal(download.suggestedFilename(), 'receipt.typ');
    const builtIn = readFileSync(await download.path(), 'utf8');
    assert.match(builtIn, /#import "page.typ"/);
    const picture = (name) => console.page.screenshot({ path: `${PICTURES}template-${name}-${language}-${theme}.png` });
    const file = (text) => ({ name: 'own-receipt.typ', mimeType: 'text/plain', buffer: Buffer.from(text) });
    const bring = console.at('bring-template-receipt.typ');

    await bring.setInputFiles(file(`${builtIn}\n#nobody-knows\n`));
    await console.page.getByText(language === 'zh' ? '这个模板排不出来' : 'The template cannot be set').waitFor();
    await console.page.getByText(/unknown variable: nobody-knows/).waitFor();
    const line = builtIn.split('\n').length + 1;
    await console.page.getByText(language === 'zh' ? `receipt.typ · 第 ${line} 行` : `receipt.typ · line ${line}`).first().waitFor();
    await console.at('template-trial').scrollIntoViewIfNeeded();
    await look(console, 'a template with a mistake');
    await picture('refused');

    await bring.setInputFiles(file(`${builtIn}\n#place(top, [本公司收据])\n`));
    const preview = console.at(`template-preview-${language}`);
    await preview.waitFor();
    await console.at('template-trial').scrollIntoViewIfNeeded();
    await look(console, 'a template that fits');
    await picture('tried');
    assert.equal(await preview.getAttribute('target'), '_blank');
    assert.match(await preview.getAttribute('href'), /^blob:/);
    await console.at('publish-template').click();
    await console.page.locator('[data-testid="template-receipt.typ"][data-own=true]').waitFor();
    await look(console, 'a template of the company');
    await picture('own');

    await console.at('ask-reset-template-receipt.typ').click();
    await console.at('reset-template').click();
    await console.page.locator('[data-testid="template-receipt.typ"][data-own=false]').waitFor();
    await console.page.goto(`${firm.url}/settings?action=template_published`);
    await console.page.getByText(language === 'zh' ? /^收据 [0-9a-f]{8}$/ : /^Receipt [0-9a-f]{8}$/).first().waitFor();
    await console.close();
  });
}

for (const [language, theme] of [
  ['zh', 'day'],
  ['en', 'night'],
]) {
  test(`g1 the company gives its papers a letterhead: ${language}, ${theme}`, async () => {
    const console = await signedIn(browser, firm, 'admin', { language, theme, width: 1366, height: 768 });
    await console.page.goto(`${firm.url}/settings`);
    const section = console.at('company-settings');
    await console.at('company-name').waitFor();
    const before = await console.at('company-name').inputValue();
    const picture = (name) => section.screenshot({ path: `${PICTURES}company-${name}-${language}-${theme}.png` });
    await picture('before');

    await console.at('company-hotline').fill('');
    await console.at('set-company').click();
    await console.page.getByText(language === 'zh' ? '要有服务热线，不超过 40 个字。' : 'A hotline is needed, at most 40 characters.').waitFor();
    await console.at('company-hotline').fill('0000-5550000');
    await console.at('company-logo').setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await console.at('set-company').click();
    await section.getByRole('alert').waitFor();
    await look(console, 'a logo that is no picture');
    await picture('refused');

    await console.at('company-logo').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: await console.page.screenshot({ clip: { x: 0, y: 0, width: 120, height: 60 } }) });
    await console.at('company-name').fill(`${before}甲`);
    await console.at('try-company').click();
    await section.getByTestId(`template-preview-${language}`).waitFor();
    await look(console, 'a letterhead that fits');
    await picture('tried');
    await console.at('set-company').click();
    await console.page.getByText(language === 'zh' ? '公司信息已公布' : 'Published: papers made').waitFor();
    await section.locator('img').waitFor();
    await picture('kept');

    await console.at('company-no-logo').click();
    await console.at('company-name').fill(before);
    await console.at('set-company').click();
    await section.locator('img').waitFor({ state: 'detached' });
    await console.page.goto(`${firm.url}/settings?action=company_set`);
    await console.at('audit-row').first().waitFor();
    await console.close();
  });
}

test('findings are narrowed to a kind and leave as a spreadsheet', async () => {
  const console = await signedIn(browser, firm, 'cheng', { width: 1366, height: 768 });
  await console.page.goto(`${firm.url}/findings?filter=all`);
  const kinds = console.page.getByRole('group', { name: '按种类' });
  const chip = kinds.getByRole('link').first();
  const count = Number((await chip.innerText()).match(/\d+$/)[0]);
  await console.page.screenshot({ path: `${PICTURES}findings-kinds-zh-day.png` });
  await chip.click();
  await console.page.waitForURL(/kind=/);
  await console.page.waitForFunction((n) => document.querySelectorAll('[role=option]').length === n, count);
  await look(console, 'findings of one kind');
  const [download] = await Promise.all([console.page.waitForEvent('download'), console.at('findings-sheet').click()]);
  assert.match(download.suggestedFilename(), /^疑点_\d{4}-\d\d-\d\d\.xlsx$/);
  assert.equal(readFileSync(await download.path()).subarray(0, 2).toString(), 'PK');
  await console.close();
});

test('? lists the keys of the page and Esc puts them away', async () => {
  const console = await signedIn(browser, firm, 'cheng');
  await console.page.goto(`${firm.url}/orders`);
  await console.at('order-document').waitFor();
  await console.page.keyboard.press('?');
  const sheet = console.page.getByRole('region', { name: '全部按键' });
  await sheet.waitFor();
  for (const key of ['归档', '退回', '多选', '搜索']) assert.ok((await sheet.innerText()).includes(key), key);
  await look(console, 'the keys');
  await console.page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await console.close();
});
