import * as box from "../../api/box";
import type { Scan } from "../../api/types";

const LOOK_MS = 1500;

/**
 * One scan as it goes: told by the server's events, and asked for as well while it is under way, so that a lost
 * event costs a second and not a page.
 */
export class Watched {
  scan = $state.raw<Scan | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  get running(): boolean {
    return this.scan?.state === "queued" || this.scan?.state === "scanning";
  }

  show(scan: Scan): void {
    this.turn += 1;
    this.scan = scan;
    this.lookLater();
  }

  async look(id: string): Promise<void> {
    const turn = ++this.turn;
    const found = await box.scan(id);
    if (turn !== this.turn) return;
    this.scan = found;
    this.lookLater();
  }

  /** Lines of the page under way, between two looks. */
  lines(done: number | undefined, of: number | undefined, page: number | undefined): void {
    if (!this.scan || !this.running) return;
    this.scan = { ...this.scan, lines_done: done ?? null, lines_of: of ?? null, scanning_page: page ?? this.scan.scanning_page };
  }

  stop(): void {
    clearTimeout(this.timer);
    this.turn += 1;
  }

  private lookLater(): void {
    clearTimeout(this.timer);
    const id = this.scan?.id;
    if (!id || !this.running) return;
    this.timer = setTimeout(() => {
      this.look(id).catch(() => this.lookLater());
    }, LOOK_MS);
  }
}
