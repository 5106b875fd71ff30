// Laying pages elsewhere by hand: with the mouse by dragging, with a finger by holding the page first, so that a
// finger that only scrolls moves nothing.

import type { Attachment } from "svelte/attachments";
import type { Spot } from "./arrange";

interface Hands {
  enabled: () => boolean;
  /** What goes along when this page is taken. */
  taken: (page: number) => number[];
  /** What is held and where it would be put down; nothing held when it is over. */
  held: (pages: number[], spot: Spot | null) => void;
  put: (pages: number[], spot: Spot) => void;
}

const HOLD_MS = 380;
const SLACK_PX = 8;
const EDGE_PX = 90;

/** For the list; its items carry `data-page`. */
export const handling =
  (hands: Hands): Attachment<HTMLElement> =>
  (list) => {
    const drag = new Drag(list, hands);
    const stop = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(name: K, take: (event: HTMLElementEventMap[K]) => void, options = {}): void =>
      list.addEventListener(name, take as EventListener, { signal: stop.signal, ...options });
    on("pointerdown", (event) => drag.down(event));
    on("pointermove", (event) => drag.move(event));
    on("pointerup", (event) => drag.up(event));
    on("pointercancel", () => drag.end());
    on("contextmenu", (event) => drag.isHolding && event.preventDefault());
    // Asked before every scroll of a finger; only a held page keeps the table still.
    on("touchmove", (event) => drag.isHolding && event.cancelable && event.preventDefault(), { passive: false });
    on("click", (event) => drag.swallow(event), { capture: true });
    addEventListener("keydown", (event) => drag.key(event), { signal: stop.signal, capture: true });
    return () => {
      drag.end();
      stop.abort();
    };
  };

class Drag {
  private readonly list: HTMLElement;
  private readonly hands: Hands;
  private pointer: number | null = null;
  private from = { page: 0, x: 0, y: 0 };
  private at = { x: 0, y: 0 };
  private pages: number[] = [];
  private spot: Spot | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private swallows = false;

  constructor(list: HTMLElement, hands: Hands) {
    this.list = list;
    this.hands = hands;
  }

  get isHolding(): boolean {
    return this.pages.length > 0;
  }

  down(event: PointerEvent): void {
    this.swallows = false;
    const item = (event.target as Element).closest<HTMLElement>("[data-page]");
    const onSheet = (event.target as Element).closest("[data-sheet]");
    if (!item || !onSheet || event.button !== 0 || !this.hands.enabled()) return;
    this.pointer = event.pointerId;
    this.from = { page: Number(item.dataset["page"]), x: event.clientX, y: event.clientY };
    this.at = { x: event.clientX, y: event.clientY };
    if (event.pointerType !== "mouse") this.timer = setTimeout(() => this.take(), HOLD_MS);
  }

  move(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    this.at = { x: event.clientX, y: event.clientY };
    if (!this.isHolding) {
      if (Math.hypot(this.at.x - this.from.x, this.at.y - this.from.y) < SLACK_PX) return;
      if (event.pointerType !== "mouse") return this.end();
      this.take();
    }
    this.look();
  }

  up(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    const { pages, spot } = this;
    this.swallows = this.isHolding;
    // The click of this very release comes before any other task, or not at all.
    setTimeout(() => (this.swallows = false));
    this.end();
    if (pages.length && spot) this.hands.put(pages, spot);
  }

  /** The click that ends a drag opens nothing. */
  swallow(event: Event): void {
    if (!this.swallows) return;
    this.swallows = false;
    event.stopPropagation();
    event.preventDefault();
  }

  key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !this.isHolding) return;
    event.stopPropagation();
    this.end();
  }

  end(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.pointer = null;
    this.spot = null;
    if (this.isHolding) this.hands.held((this.pages = []), null);
  }

  private take(): void {
    if (this.pointer === null) return;
    this.list.setPointerCapture(this.pointer);
    this.pages = this.hands.taken(this.from.page);
    navigator.vibrate?.(12);
    this.hands.held(this.pages, null);
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  /** Where it would lie: the half of the page under the hand says before or after. */
  private look(): void {
    const item = document.elementFromPoint(this.at.x, this.at.y)?.closest<HTMLElement>("[data-page]");
    const page = item && this.list.contains(item) ? Number(item.dataset["page"]) : null;
    const box = item?.getBoundingClientRect();
    if (page !== null && box && !this.pages.includes(page)) {
      this.spot = { page, side: this.at.x < box.left + box.width / 2 ? "before" : "after" };
    } else if (page !== null) {
      this.spot = null;
    }
    this.hands.held(this.pages, this.spot);
  }

  private scroll(): void {
    if (!this.isHolding) return;
    const below = this.at.y - (innerHeight - EDGE_PX);
    const above = EDGE_PX - this.at.y;
    const by = below > 0 ? below / 4 : above > 0 ? -above / 4 : 0;
    if (by) {
      scrollBy(0, by);
      this.look();
    }
    this.frame = requestAnimationFrame(() => this.scroll());
  }
}
