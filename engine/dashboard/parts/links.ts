/** Addresses of the dashboard's pages. */

export function instanceUrl(instanceId: string, rest = ""): string {
  return `/instances/${encodeURIComponent(instanceId)}${rest}`;
}

export function definitionUrl(name: string, version?: number): string {
  return `/definitions/${encodeURIComponent(name)}${version === undefined ? "" : `?version=${version}`}`;
}

export function scheduleUrl(id: string, rest = ""): string {
  return `/schedules/${encodeURIComponent(id)}${rest}`;
}

/** A query string of what is given, with its question mark; empty when nothing is. */
export function query(values: { [name: string]: string | number | undefined }): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
