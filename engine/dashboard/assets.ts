/**
 * The files that browsers get: style, client code, icon. Part of the module graph, hence of compiled binaries.
 *
 * Their addresses contain a hash of their content, so that browsers keep them until a release changes them.
 */

import { createHash } from "node:crypto";
import actionsJs from "./assets/actions.js" with { type: "text" };
import contextJs from "./assets/context.js" with { type: "text" };
import copyJs from "./assets/copy.js" with { type: "text" };
import dashboardJs from "./assets/dashboard.js" with { type: "text" };
import iconSvg from "./assets/icon.svg" with { type: "text" };
import keysJs from "./assets/keys.js" with { type: "text" };
import liveJs from "./assets/live.js" with { type: "text" };
import regionsJs from "./assets/regions.js" with { type: "text" };
import blocksCss from "./assets/style/blocks.css" with { type: "text" };
import diagramCss from "./assets/style/diagram.css" with { type: "text" };
import formsCss from "./assets/style/forms.css" with { type: "text" };
import frameCss from "./assets/style/frame.css" with { type: "text" };
import narrowCss from "./assets/style/narrow.css" with { type: "text" };
import pagesCss from "./assets/style/pages.css" with { type: "text" };
import sourceCss from "./assets/style/source.css" with { type: "text" };
import timelineJs from "./assets/timeline.js" with { type: "text" };

/** One file for browsers; what is narrow comes last, as it changes what is before. */
const STYLES = [frameCss, blocksCss, formsCss, sourceCss, diagramCss, pagesCss, narrowCss];

const FILES = {
  "actions.js": actionsJs,
  "context.js": contextJs,
  "copy.js": copyJs,
  "dashboard.css": STYLES.join("\n"),
  "dashboard.js": dashboardJs,
  "icon.svg": iconSvg,
  "keys.js": keysJs,
  "live.js": liveJs,
  "regions.js": regionsJs,
  "timeline.js": timelineJs,
} as const;

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

export type AssetName = keyof typeof FILES;

/** One hash for all files: modules import each other by relative names, which a hash in their folder leaves alone. */
const HASH = createHash("sha256").update(JSON.stringify(FILES)).digest("hex").slice(0, 16);

export function assetUrl(name: AssetName): string {
  return `/assets/${HASH}/${name}`;
}

/** The answer for an asset, or undefined when there is none of that name. */
export function asset(hash: string, name: string, request: Request): Response | undefined {
  if (!Object.hasOwn(FILES, name)) return undefined;
  const etag = `"${HASH}"`;
  const isCurrent = hash === HASH;
  const headers = new Headers({
    "content-type": TYPES[name.slice(name.lastIndexOf(".") + 1)],
    "cache-control": isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
    etag,
  });
  const known = request.headers.get("if-none-match")?.split(",").some((tag) => tag.trim() === etag);
  return known ? new Response(null, { status: 304, headers }) : new Response(FILES[name as AssetName], { headers });
}
