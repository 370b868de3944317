// Pictures of both faces with real content, into test-results/screenshots/: the field app through a whole visit and what comes beside and
// after it, the office console with a day's work in it, and the proof on a phone; in both languages, by day and by night. Judges nothing; the
// tests do. Names of walks as arguments take those alone: visit, after, console, proof.
import { bridge } from './field/bridge.mjs';
import { openBrowser } from './office/browser.mjs';
import { company } from './office/company.mjs';
import { afterWalk } from './pictures/after.mjs';
import { consoleWalk } from './pictures/console.mjs';
import { proofWalk } from './pictures/proof.mjs';
import { visitWalk } from './pictures/visit.mjs';

const WALKS = { visit: visitWalk, after: afterWalk, console: consoleWalk, proof: proofWalk };
const chosen = process.argv.slice(2);
const browser = await openBrowser();
try {
  for (const [name, walk] of Object.entries(WALKS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const [firm, tablet] = await Promise.all([company(), bridge()]);
    try {
      await walk({ browser, firm, tablet });
    } finally {
      await tablet.close();
      await firm.close();
    }
  }
} finally {
  await browser.close();
}
