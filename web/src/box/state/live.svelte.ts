// What happens elsewhere: the server's event stream as counters a screen can depend on. A screen that shows
// letters reads `live.letters` in its effect and runs again when somebody changed one.

import type { Link } from "../../api/types";

export interface ScanEvent {
  scan: string;
  page?: number;
  lines_done?: number;
  lines_of?: number;
}

export interface PageEvent {
  scan: string;
  number: number;
  capture: string;
}

type Topic = "letters" | "scans" | "accounts" | "unit" | "link" | "certificates";

class Live {
  letters = $state(0);
  scans = $state(0);
  accounts = $state(0);
  unit = $state(0);
  certificates = $state(0);
  link = $state(0);
  linkNow = $state<Link | null>(null);
  scanNow = $state<ScanEvent | null>(null);
  pageNow = $state<PageEvent | null>(null);
  private source: EventSource | null = null;

  start(): void {
    if (this.source) return;
    const source = new EventSource("/api/live");
    this.source = source;
    const on = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
    on<{ topics?: string[] }>("changed", (data) => data.topics?.forEach((topic) => this.touch(topic)));
    on<ScanEvent>("scan", (data) => (this.scanNow = data));
    on<PageEvent>("page", (data) => (this.pageNow = data));
    on<Link>("link", (data) => (this.linkNow = data));
    let opened = false;
    source.addEventListener("open", () => {
      // After a break anything may have changed; the server replays, this also covers what it no longer has.
      if (opened) this.touchAll();
      opened = true;
    });
  }

  stop(): void {
    this.source?.close();
    this.source = null;
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
};

export const live = new Live();
