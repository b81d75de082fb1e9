/** What axe-core has against a page. */

import axe from "npm:axe-core@4.14.1";
import type { Page } from "npm:playwright-core@1.65.1";

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** Each violation with the elements it is about; none is what tests expect. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run(document).then(({ violations }) => violations)") as Violation[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = "" }) => `${id}: ${target.join(" ")}: ${failureSummary.split("\n")[1] ?? ""}`)
  );
}
