import { systemClock } from "../../shared/clock.ts";
import { KEY_BYTES_MAX } from "../../shared/limits.ts";
import { SqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";
import { registerStoreContract, type StoreUnderTest } from "./store_contract.ts";

async function openUnderTest(options: SqliteStoreOptions): Promise<StoreUnderTest> {
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => Date.now() + aheadMs };
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  const store = await SqliteStore.open(`${directory}/store.db`, { clock, ...options });
  return {
    store,
    other: store,
    passTime: (ms: number) => Promise.resolve(void (aheadMs += ms)),
    keyBytesMax: KEY_BYTES_MAX,
    close: async () => {
      await store.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

registerStoreContract("SqliteStore", () => openUnderTest({}));
registerStoreContract("SqliteStore inline", () => openUnderTest({ writer: "inline", durability: "os" }));
// Every flush moves the snapshots on, trims the window, updates and evicts the cache, and carries the log over.
registerStoreContract(
  "SqliteStore with next to no memory",
  () => openUnderTest({ durability: "os", cacheBytes: 3_000, windowBytes: 0, walBytes: 0 }),
);
