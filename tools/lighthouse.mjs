// Lighthouse over pages in one browser, one JSON line a run. Reads one JSON object from standard input:
// {"chromium": path, "flags": [...], "skip": [audits], "urls": [...]}. tests/gates/lighthouse.py starts it.
import {readFileSync} from "node:fs";
import {launch} from "chrome-launcher";
import lighthouse from "lighthouse";

const given = JSON.parse(readFileSync(0, "utf-8"));
const categories = ["performance", "accessibility", "best-practices", "seo"];

/** What weighs in a category and is not perfect. */
function heldBack(result) {
  const found = [];
  for (const category of categories) {
    for (const {id, weight} of result.categories[category].auditRefs) {
      const audit = result.audits[id];
      if (weight > 0 && audit.score !== null && audit.score < 1) {
        const first = audit.details?.items?.[0];
        found.push({category, id, weight, score: audit.score, title: audit.title, value: audit.displayValue ?? "",
          element: first?.node?.snippet ?? first?.url ?? ""});
      }
    }
  }
  return found;
}

const chrome = await launch({chromePath: given.chromium, chromeFlags: given.flags, logLevel: "silent"});
try {
  for (const url of given.urls) {
    const answer = {url};
    try {
      const {lhr} = await lighthouse(url, {port: chrome.port, output: "json", logLevel: "silent"}, {
        extends: "lighthouse:default",
        // A picture of the whole page is for reports that people look at; no score asks for it.
        settings: {onlyCategories: categories, skipAudits: given.skip, disableFullPageScreenshot: true},
      });
      if (lhr.runtimeError) {
        answer.error = `${lhr.runtimeError.code}: ${lhr.runtimeError.message}`;
      } else {
        // 0.29 × 100 is 28.999999999999996: whole numbers only.
        answer.scores = Object.fromEntries(categories.map(name => [name, Math.round(lhr.categories[name].score * 100)]));
        answer.heldBack = heldBack(lhr);
        answer.shift = lhr.audits["cumulative-layout-shift"].numericValue;
        answer.largest = lhr.audits["largest-contentful-paint"].numericValue;
      }
    } catch (error) {
      answer.error = String(error.message ?? error);
    }
    console.log(JSON.stringify(answer));
  }
} finally {
  await chrome.kill();
}
