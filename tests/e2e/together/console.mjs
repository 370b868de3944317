// The office's side of the visit: the manager signs in, reads the order that came in and archives it. Called by tests/whole_visit.rs with
// the console's address, login, password, order number and a folder for pictures; fails with a sentence.
import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const [url, login, password, number, pictures] = process.argv.slice(2);
mkdirSync(pictures, { recursive: true });
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--disable-background-networking', '--disable-component-update', '--no-first-run'] });

try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const at = (id) => page.locator(`[data-testid="${id}"]`).first();
  const look = async (name) => {
    await page.screenshot({ path: `${pictures}/console-${name}.png` });
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    if (serious.length > 0) throw new Error(`axe on ${name}: ${JSON.stringify(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)]))}`);
  };

  await page.goto(url);
  await look('sign-in');
  await at('login').fill(login);
  await at('password').fill(password);
  await at('sign-in').click();
  await at('rail-orders').click();
  await at(`order-row-${number}`).click();
  await at('seal-state').waitFor();
  const text = await page.locator('body').innerText();
  for (const word of ['零点漂移', 'SAMPLE-1002', number, '张晓峰']) {
    if (!text.includes(word)) throw new Error(`the order on the screen does not say ${word}`);
  }
  await look('order');
  await at('archive').click();
  await page.getByText(/存-\d{4}-\d{4}/).first().waitFor();
  await look('archived');
} finally {
  await browser.close();
}
