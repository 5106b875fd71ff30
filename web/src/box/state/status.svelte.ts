import * as box from "../../api/box";
import type { Home } from "../../api/types";

/** What every page shows: counters, scanner, link above, clock. One call keeps all of it. */
class Status {
  home = $state<Home | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    try {
      this.home = await box.home();
    } catch {
      // The strip and the sign-in already tell; the last known state stays on the page.
    }
  }

  /** Several changes in a row make one call. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), 200);
  }

  /** How much waits behind a place of the menu. What is late is among what waits already. */
  waiting(path: string): number {
    const counters = this.home?.counters ?? [];
    return counters
      .filter((counter) => counter.key !== "late" && counter.tone !== "calm" && counter.href.split("?")[0] === path)
      .reduce((sum, counter) => sum + counter.count, 0);
  }
}

export const status = new Status();
