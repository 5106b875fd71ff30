import * as box from "../../api/box";
import type { Feeding, Scan } from "../../api/types";

const LOOK_MS = 1500;

/**
 * One scan as it goes: told by the server's events, and asked for as well while it is under way, so that a lost
 * event costs a second and not a page.
 */
export class Watched {
  scan = $state.raw<Scan | null>(null);
  /** The page that is coming through now, between two looks. */
  feeding = $state.raw<Feeding | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  get running(): boolean {
    return this.scan?.state === "scanning";
  }

  async look(id: string): Promise<void> {
    const turn = ++this.turn;
    const found = await box.scan(id);
    if (turn !== this.turn) return;
    this.scan = found;
    if ((found.pages.at(-1)?.number ?? 0) >= (this.feeding?.page ?? 0)) this.feeding = null;
    this.lookLater();
  }

  feed(event: Feeding): void {
    const kept = this.scan?.pages.at(-1)?.number ?? 0;
    if (event.page > kept) this.feeding = event;
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
