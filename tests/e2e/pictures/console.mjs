// The office console with a day's work in it, on a small laptop: every place, and the panels that open on it; then the morning after a restore.
import { readFileSync } from 'node:fs';
import { until } from '../field/finger.mjs';
import { office } from '../field/office.mjs';
import { openPage, signedIn, signIn } from '../office/browser.mjs';
import { delivered, visit } from '../office/visit.mjs';
import { pageCamera } from './camera.mjs';

const WINDOW = { width: 1366, height: 768 };
export const CONSOLE_DRESSES = [
  { language: 'zh', theme: 'day' },
  { language: 'en', theme: 'night' },
  { language: 'zh', theme: 'night' },
  { language: 'en', theme: 'day' },
].filter(({ language, theme }) => (process.env.GONGDAN_DRESS ?? `${language}-${theme}`) === `${language}-${theme}`);

const nowhere = () => undefined;
/** What a place is called in the pictures, where it is, and what is done there before it is looked at. */
const PLACES = [
  ['home', '/'],
  ['intake', '/intake?customer=CUSTOMER', ({ at }) => at('intake-symptom').fill('排气温度高，下午停过两次')],
  ['jobs', '/jobs?filter=all'],
  ['orders', '/orders?filter=all'],
  ['order-revised', '/orders?filter=all&text=SAMPLE-1004', ({ page, at }) => page.locator('details', { has: at('changes-2') }).locator('summary').click()],
  ['callbacks', '/callbacks'],
  ['customers', '/customers?text=SAMPLE-1001'],
  ['conflicts', '/conflicts'],
  ['findings', '/findings'],
  ['bundles', '/bundles', ({ at }) => at('make-bundle-full').waitFor()],
  ['fees', '/fees'],
  ['numbers', '/numbers'],
  ['people', '/people'],
  ['people-new', '/people?new=1'],
  ['people-account', '/people?login=lu'],
  ['devices', '/devices'],
  ['devices-enrol', '/devices', async ({ at }) => {
    await at('enrol-shen').click();
    await at('enrol-code').waitFor();
  }],
  ['devices-revoke', '/devices', async ({ page, at }) => {
    await page.locator('[data-testid^=revoke-]').first().click();
    await at('revoke-erase').click();
  }],
  ['devices-recover', '/devices', ({ page }) => page.locator('[data-testid^=recover-]').first().click()],
  ['devices-imported', '/devices', async ({ page, at }, { work }) => {
    await at('import-work').setInputFiles({ name: '工作.gdwork', mimeType: 'application/octet-stream', buffer: work });
    await page.locator('.import [role=status]').waitFor();
  }],
  ['settings', '/settings'],
  ['keys', '/orders?filter=all', async ({ page }) => {
    await page.keyboard.press('?');
    await page.getByRole('region', { name: /全部按键|All keys/ }).waitFor();
  }],
  ['search', '/', async ({ page, at }) => {
    await at('global-search').fill('样例');
    await page.locator('.results a').first().waitFor();
  }],
  ['not-here', '/nowhere'],
];

/** Two visits with what there is to ask about, an order in two revisions, a field that two people changed, work on a file. */
export async function aDayOfWork(firm) {
  const zhang = await firm.device('zhang', '平板 02');
  const { job } = await visit(zhang, 'SAMPLE-1001', { opinion: '希望给班组讲一次操作' });
  await visit(zhang, 'SAMPLE-1002', { signing: 'declined', quality: 'dissatisfied', tested: false, confidence: 'not_sure' });
  const revised = await visit(zhang, 'SAMPLE-1004');
  await zhang.call('open_revision', { job: revised.job, reason: '建议写错' });
  const view = await zhang.call('open_job', { job: revised.job });
  await zhang.call('write_field', { entity: { kind: 'visit', id: view.visit }, field: 'suggestions', value: '每天吹扫', seen: view.visit_fields.suggestions.heads });
  const { shown } = await zhang.call('preview_order', { job: revised.job });
  await zhang.call('seal_order', { job: revised.job, shown, rating: { quality: 'satisfied', attitude: 'satisfied', opinion: '' }, signing: { choice: 'declined', reason: 'other', words: '上一版已签', at: new Date().toISOString() } });
  await delivered(zhang);
  const { customer } = await zhang.call('open_job', { job });
  await firm.stopServer();
  await zhang.call('write_field', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: '0000-5550184', seen: customer.fields.phone.heads });
  const work = readFileSync((await zhang.call('export_work')).path);
  await zhang.off();
  await firm.startServer();
  const lu = await office(firm, 'lu');
  const { fields } = await lu('open_customer', { customer: customer.id });
  await lu('correct_archive', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: '0000-5550144', seen: fields.phone.heads });
  await zhang.on();
  await delivered(zhang);
  return { zhang, work, customer: customer.id };
}

/** The server comes back from a copy that lacks the last hours: devices offer what they hold, one asks to be let in again. */
export async function theMorningAfter(firm, { zhang, customer }) {
  firm.backup();
  const lu = await office(firm, 'lu');
  const [{ person }] = (await lu('technicians', {})).filter(({ person: { name } }) => name.startsWith('张'));
  const job = { customer: { kind: 'known', customer }, machine: { kind: 'unknown' }, contact_name: '王工', phone: '0000-999', symptom: '不打气', service_kind: 'repair', urgency: 'down' };
  await lu('create_job', { job: crypto.randomUUID(), ...job, assign: { technicians: [person.id], leader: person.id, planned_at: new Date().toISOString() } });
  await delivered(zhang);
  const shen = await firm.device('shen', '平板 03');
  await delivered(shen);
  await firm.restore();
  const admin = await office(firm, 'admin');
  const offered = async () => {
    for (const device of [zhang, shen]) await device.call('sync_now').catch(nowhere);
    return admin('list_offered', {});
  };
  await until(offered, (rows) => rows.length > 0, 'a device should offer what only it holds');
}

/** What a dispatcher does with one call, and the manager with what came of it. */
async function theDesk(browser, firm, dress, picture) {
  const lu = await signedIn(browser, firm, 'lu', { ...WINDOW, ...dress });
  const shot = picture(lu.page, 40);
  await lu.at('rail-intake').click();
  await lu.at('intake-search').fill('SAMPLE-1003');
  await lu.at('intake-result-0').waitFor();
  await shot('intake-found');
  await lu.page.keyboard.press('Enter');
  await lu.at('intake-symptom').fill('油分压差高报警，停过两次');
  await lu.page.keyboard.press('Alt+Digit2');
  await lu.at('intake-wishes').fill('夜班前恢复');
  await lu.at('technician-0112').click();
  await shot('intake-full');
  await lu.page.keyboard.press('Control+Enter');
  await lu.page.waitForURL(/\/jobs\?/);
  await read(lu);
  await shot('intake-registered');
  await lu.page.goto(`${firm.url}/jobs`);
  await read(lu);
  await lu.at('technician-0137').click();
  await shot('assign');
  await lu.close();
  const cheng = await signedIn(browser, firm, 'cheng', { ...WINDOW, ...dress });
  const look = picture(cheng.page, 50);
  await cheng.page.goto(`${firm.url}/orders`);
  await read(cheng);
  await cheng.at('archive').waitFor();
  await look('review');
  await cheng.at('send-back').click();
  await look('review-asks');
  await cheng.page.goto(`${firm.url}/findings`);
  await read(cheng);
  await look('findings-manager');
  await cheng.close();
}

async function read({ page }) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByText(/^(正在读取|Reading)$/).first().waitFor({ state: 'detached' });
  await page.locator('[data-testid=live][data-live=true]').waitFor();
}

export async function consoleWalk({ browser, firm }) {
  const day = await aDayOfWork(firm);
  const rooms = [];
  for (const dress of CONSOLE_DRESSES) {
    const console = await openPage(browser, { ...WINDOW, ...dress });
    const picture = pageCamera(console.page, `office/${dress.language}-${dress.theme}-1366x768`);
    await console.page.goto(firm.url);
    await console.at('login').waitFor();
    await picture('sign-in');
    await signIn(console, firm, 'admin');
    for (const [name, place, doing = nowhere] of PLACES) {
      await console.page.goto(firm.url + place.replace('CUSTOMER', day.customer));
      await read(console);
      await doing(console, day);
      await picture(name);
    }
    await theDesk(browser, firm, dress, (page, after) => pageCamera(page, `office/${dress.language}-${dress.theme}-1366x768`, after));
    rooms.push({ console, picture });
  }
  await theMorningAfter(firm, day);
  for (const { console, picture } of rooms) {
    // Whoever was signed in when the copy was made still is.
    await console.page.goto(firm.url);
    await console.at('login').or(console.at('rail-settings')).first().waitFor();
    if (await console.at('login').isVisible()) await signIn(console, firm, 'admin');
    for (const [name, place] of [['devices-restored', '/devices'], ['findings-restored', '/findings']]) {
      await console.page.goto(firm.url + place);
      await read(console);
      await picture(name);
    }
    await console.close();
  }
}
