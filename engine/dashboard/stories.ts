/**
 * Stories of the instances that are being looked at.
 *
 * Owns a cache, bounded by the records that its stories are made of; a story that was dropped is folded anew.
 */

import { LRUCache } from "lru-cache";
import type { Engine } from "../engine.ts";
import type { Instance } from "../machine/instance.ts";
import { emptyStory, type Story, tell } from "./story.ts";

const RECORDS_MAX = 200_000;
const RECORDS_PER_READ = 1_000;

export class Stories {
  readonly #engine: Engine;
  readonly #stories = new LRUCache<string, Story>({
    maxSize: RECORDS_MAX,
    sizeCalculation: (story) => story.sequence + 1,
  });
  /** Reads under way, so that many viewers of one instance read its history once. */
  readonly #reading = new Map<string, Promise<void>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The story, at least up to the instance's revision. */
  async of(instance: Instance): Promise<Story> {
    let story = this.#stories.get(instance.id);
    // Another instance of this id, after the first was deleted.
    if (story === undefined || story.sequence > instance.revision) story = emptyStory();
    while (story.sequence < instance.revision) {
      const reading = this.#reading.get(instance.id) ?? this.#read(instance.id, story);
      this.#reading.set(instance.id, reading);
      const before: number = story.sequence;
      try {
        await reading;
      } finally {
        this.#reading.delete(instance.id);
      }
      story = this.#stories.get(instance.id) ?? story;
      if (story.sequence === before) break;
    }
    return story;
  }

  async #read(instanceId: string, story: Story): Promise<void> {
    const { records } = await this.#engine.instances.history(instanceId, story.sequence, RECORDS_PER_READ);
    tell(story, records);
    this.#stories.set(instanceId, story);
  }
}
