// What happens elsewhere: the server's event stream as counters a screen can depend on. A screen that shows
// letters reads `live.letters` in its effect and runs again when somebody changed one.

import type { Feeding, Link } from "../../api/types";

const RETRY_MS = 5000;

type Topic = "letters" | "scans" | "accounts" | "unit" | "link" | "certificates" | "delegations" | "scanners" | "profiles";

class Live {
  letters = $state(0);
  scans = $state(0);
  accounts = $state(0);
  unit = $state(0);
  certificates = $state(0);
  delegations = $state(0);
  scanners = $state(0);
  profiles = $state(0);
  link = $state(0);
  linkNow = $state<Link | null>(null);
  scanNow = $state<Feeding | null>(null);
  /** Whether events come in; while they do not, whoever waits for one has to ask. */
  up = $state(false);
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    if (this.source) return;
    const source = new EventSource("/api/live");
    this.source = source;
    const on = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
    on<{ topics?: string[] }>("changed", (data) => data.topics?.forEach((topic) => this.touch(topic)));
    on<Feeding>("scan", (data) => (this.scanNow = data));
    on("page", () => this.touch("scans"));
    on<Link>("link", (data) => (this.linkNow = data));
    // The browser tries again by itself unless the server answered with an error.
    source.addEventListener("error", () => {
      this.up = false;
      if (source.readyState === EventSource.CLOSED && this.source === source) this.startLater();
    });
    let opened = false;
    source.addEventListener("open", () => {
      this.up = true;
      // After a break anything may have changed; the server replays, this also covers what it no longer has.
      if (opened) this.touchAll();
      opened = true;
    });
  }

  private startLater(): void {
    this.source = null;
    this.timer = setTimeout(() => this.start(), RETRY_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.up = false;
  }

  private touch(topic: string): void {
    if (topic in TOPICS) this[topic as Topic] += 1;
  }

  touchAll(): void {
    for (const topic of Object.keys(TOPICS)) this.touch(topic);
  }
}

const TOPICS: Record<Topic, true> = {
  letters: true,
  scans: true,
  accounts: true,
  unit: true,
  link: true,
  certificates: true,
  delegations: true,
  scanners: true,
  profiles: true,
};

export const live = new Live();
