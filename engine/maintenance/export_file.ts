/** A file of JSON lines that only grows, each batch of lines on the disk before anyone is told that it is. */

/** Appends lines to the file, which is made when there is none. */
export function appendTo(path: string): (lines: readonly string[]) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (lines) => {
    // One after the other, so that no two batches mix; one that failed does not spoil the next.
    const written = last.then(() => append(path, lines));
    last = written.catch(() => {});
    return written;
  };
}

async function append(path: string, lines: readonly string[]): Promise<void> {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  using file = await Deno.open(path, { append: true, create: true });
  for (let from = 0; from < bytes.length;) from += await file.write(bytes.subarray(from));
  await file.sync();
}
