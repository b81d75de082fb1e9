import { systemClock } from "../../shared/clock.ts";
import { KEY_BYTES_MAX } from "../../shared/limits.ts";
import { MemoryStore } from "./memory_store.ts";
import { registerStoreContract } from "./store_contract.ts";

registerStoreContract("MemoryStore", () => {
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => Date.now() + aheadMs };
  const store = new MemoryStore({ clock });
  return Promise.resolve({
    store,
    other: store,
    passTime: (ms: number) => Promise.resolve(void (aheadMs += ms)),
    keyBytesMax: KEY_BYTES_MAX,
    close: () => store.close(),
  });
});
