// A question as it is typed: asked when the fingers rest, the one before given up, what was shown kept meanwhile.

import * as box from "../../api/box";
import type { SearchResult } from "../../api/types";
import { Loaded } from "../../kit/loaded.svelte";

const REST_MS = 160;
const AGAIN_MS = 3000;

export interface Answer extends SearchResult {
  question: string;
}

export class Searching {
  readonly shown = new Loaded<Answer | null>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private under: AbortController | undefined;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  ask(typed: string, wait = REST_MS): void {
    this.giveUp();
    // Blanks before say nothing; one behind says that the word is whole.
    const question = typed.trimStart();
    if (!question) {
      this.shown.load(() => Promise.resolve(null));
      return;
    }
    this.timer = setTimeout(() => this.send(question), wait);
  }

  giveUp(): void {
    clearTimeout(this.timer);
    this.under?.abort();
  }

  private send(question: string): void {
    const under = new AbortController();
    this.under = under;
    this.shown.load(async () => {
      try {
        const result = await box.search({ q: question, limit: this.most }, under.signal);
        // The box is making its index anew: soon there is more.
        if (!result.complete && !under.signal.aborted) this.ask(question, AGAIN_MS);
        return { ...result, question };
      } catch (error) {
        // Given up, and nobody waits for it.
        if (under.signal.aborted) return new Promise<never>(() => undefined);
        throw error;
      }
    });
  }
}
