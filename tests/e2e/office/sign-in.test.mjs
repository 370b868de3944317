// Signing in to the console: plain words for a wrong password, nothing lost, and roles see what is theirs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, openBrowser, openPage, signedIn, signIn } from './browser.mjs';
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

test('a wrong password is said plainly and what was typed stays', async () => {
  const console = await openPage(browser);
  await console.page.goto(firm.url);
  await look(console, 'sign-in');
  assert.equal(await console.focused(), 'login', 'the cursor waits in the first field');
  await console.page.keyboard.type('lu');
  await console.page.keyboard.press('Tab');
  await console.page.keyboard.type('not-the-password');
  await console.page.keyboard.press('Enter');
  await console.at('sign-in-problem').waitFor();
  assert.match(await console.at('sign-in-problem').innerText(), /登录名或密码不对/);
  assert.equal(await console.at('login').inputValue(), 'lu');
  assert.equal(await console.at('password').inputValue(), 'not-the-password');
  await look(console, 'sign-in refused');
  await console.close();
});

test('an empty form says what is missing and asks nobody', async () => {
  const console = await openPage(browser, { language: 'en' });
  await console.page.goto(firm.url);
  let asked = 0;
  console.page.on('request', (request) => (asked += request.url().endsWith('/sign_in') ? 1 : 0));
  await console.at('sign-in').click();
  await console.page.getByText('Enter your login').waitFor();
  await console.page.getByText('Enter your password').waitFor();
  assert.equal(asked, 0);
  await console.close();
});

test('one stays signed in over a reload, and signing out ends it', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.page.goto(`${firm.url}/settings`);
  await console.at('sign-out').click();
  await console.at('login').waitFor();
  await console.page.reload();
  await console.at('login').waitFor();
  await signIn(console, firm, 'lu');
  await console.page.reload();
  await console.at('rail-home').waitFor();
  await console.close();
});

test('the rail holds what a role may use and an address of another role leads nowhere', async () => {
  const rails = {};
  for (const login of ['lu', 'cheng', 'admin', 'meng']) {
    const console = await signedIn(browser, firm, login);
    rails[login] = await console.page.locator('nav [data-testid^=rail-]').evaluateAll((links) => links.map((link) => link.dataset.testid.slice('rail-'.length)));
    if (login === 'meng') {
      await console.page.goto(`${firm.url}/devices`);
      await console.page.getByText('没有这一页').waitFor();
      await look(console, 'no such page');
    }
    await console.close();
  }
  assert.ok(rails.lu.includes('intake') && !rails.lu.includes('devices'), 'a dispatcher takes calls and enrols nothing');
  assert.ok(rails.cheng.includes('intake') && !rails.cheng.includes('devices'), 'the manager likewise');
  assert.ok(rails.admin.includes('devices'), 'the administrator enrols');
  assert.ok(!rails.meng.includes('intake') && rails.meng.includes('orders'), 'sales reads');
});

test('language and theme follow the choice and are kept', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.page.goto(`${firm.url}/settings`);
  await console.at('language-en').click();
  await console.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await console.at('theme-night').click();
  await console.page.reload();
  await console.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  assert.equal(await console.page.evaluate(() => document.documentElement.dataset.theme), 'night');
  await console.close();
});

test('a lapsed session asks again and keeps an unfinished call', async () => {
  const console = await signedIn(browser, firm, 'lu');
  await console.at('rail-intake').click();
  await console.at('intake-symptom').fill('排气温度高');
  await console.page.context().clearCookies();
  await console.at('intake-search').fill('SAMPLE-1001');
  await console.page.getByText('登录过期了').waitFor();
  await console.at('login').fill('lu');
  await console.at('password').fill(firm.password('lu'));
  await console.at('sign-in').click();
  await console.at('intake-symptom').waitFor();
  assert.equal(await console.at('intake-symptom').inputValue(), '排气温度高');
  await console.close();
});
