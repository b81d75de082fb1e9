/**
 * Which engine looks after which shard: rendezvous hashing, so that an engine that comes or goes moves only its share.
 *
 * An optimisation only. Every engine may do the work of every shard at any time; transactions keep it right.
 */

/** The one of the engines that looks after the shard; undefined when there is none. The order given does not matter. */
export function ownerOf(shard: number, engineIds: Iterable<string>): string | undefined {
  let owner: string | undefined;
  let best = -1;
  for (const engineId of engineIds) {
    const weight = hash(`${engineId}/${shard}`);
    if (weight < best || (weight === best && engineId > owner!)) continue;
    best = weight;
    owner = engineId;
  }
  return owner;
}

/** FNV-1a with the finalizer of MurmurHash3, without which ids that differ in their last character hash alike. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
