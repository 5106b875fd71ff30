import * as box from "../../api/box";
import type { Feeding, Scan } from "../../api/types";
import { live } from "../state/live.svelte";
import { isUnderWay } from "./sheets";
import { askFrom, joined } from "./watching";

const LOOK_MS = 1500;

/**
 * One scan as it goes. The box tells when something changed, and only the pages that are new are asked for; while
 * no word comes through, it is asked every second or so instead.
 */
export class Watched {
  scan = $state.raw<Scan | null>(null);
  /** The page that is coming through now. */
  feeding = $state.raw<Omit<Feeding, "scan"> | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private asking = false;
  private again = false;
  private stopped = false;

  get underWay(): boolean {
    return !!this.scan && isUnderWay(this.scan);
  }

  /** The whole scan. */
  async look(id: string): Promise<void> {
    const turn = ++this.turn;
    const found = await box.scan(id);
    if (turn === this.turn) this.take(found);
  }

  /** Something about a scan changed, perhaps this one. Several such words make one question. */
  async news(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    do {
      this.again = false;
      await this.catchUp().catch(() => undefined);
    } while (this.again && !this.stopped);
    this.asking = false;
  }

  /** What the box answered to an edit, or to a question; older answers change nothing. */
  take(found: Scan): void {
    const known = this.scan;
    if (this.stopped || (known?.id === found.id && known.version > found.version)) return;
    this.scan = found;
    this.feeding = found.feeding ?? (found.state === "scanning" ? this.stillFeeding(known, found) : null);
    this.lookLater();
  }

  feed(event: Feeding): void {
    if (this.scan?.state === "scanning") this.feeding = event;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.stopped = true;
    this.turn += 1;
  }

  private stillFeeding(known: Scan | null, found: Scan): Omit<Feeding, "scan"> | null {
    return known?.pages_total === found.pages_total ? this.feeding : null;
  }

  private async catchUp(): Promise<void> {
    const known = this.scan;
    if (!known) return;
    const turn = ++this.turn;
    const from = askFrom(known);
    const answer = await box.scan(known.id, from);
    if (turn !== this.turn || this.scan !== known) return;
    const whole = joined(known, from, answer);
    if (whole) this.take(whole);
    else await this.look(known.id);
  }

  private lookLater(): void {
    clearTimeout(this.timer);
    if (!this.underWay) return;
    this.timer = setTimeout(() => {
      if (!live.up) void this.news();
      this.lookLater();
    }, LOOK_MS);
  }
}
