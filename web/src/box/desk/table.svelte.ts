import { tick } from "svelte";
import type { ScanPage } from "../../api/types";
import { edgesKept, type List, marked, moved, partsOf, shifted, type Spot, straightened, takenBack, turned, without } from "./arrange";
import { Arranging } from "./arranging.svelte";
import type { Watched } from "./scan.svelte";
import { degrees, MOST_TENTHS, straightOf, tenthsOf } from "./sheets";
import { among, everything, meant, neighbour, NONE, reached, type Selection, step, toggled } from "./selection";

/** What a clerk does with the pages on the table, whichever way she asks: key, button, or hand. */
export class Table {
  readonly arranging: Arranging;
  /** The page the keyboard is at. */
  at = $state<number | null>(null);
  /** The page that is shown large. */
  large = $state<number | null>(null);
  /** Finds a page's button; the list that shows them sets it. */
  find: (page: number) => HTMLElement | null = () => null;
  private chosen = $state.raw<Selection>(NONE);
  readonly selection: Selection = $derived.by(() => among(this.chosen, this.arranging.order));
  readonly selected: number[] = $derived.by(() => this.arranging.order.filter((page) => this.selection.pages.has(page)));
  readonly parts = $derived.by(() => partsOf(this.arranging.pages));
  /** The page the Tab key comes to. */
  readonly reachable: number | null = $derived.by(() => {
    const { order } = this.arranging;
    return this.at !== null && order.includes(this.at) ? this.at : (order[0] ?? null);
  });

  constructor(watched: Watched) {
    this.arranging = new Arranging(watched);
  }

  page(id: number | null): ScanPage | undefined {
    return this.arranging.pages.find((page) => page.page === id);
  }

  /** What is meant when this page is acted on. */
  meant(page: number): number[] {
    return meant(this.selection, page, this.arranging.order);
  }

  choose(page: number, range: boolean): void {
    this.at = page;
    this.chosen = range ? reached(this.selection, page, this.arranging.order) : toggled(this.selection, page);
  }

  chooseAll(): void {
    this.chosen = everything(this.arranging.order);
  }

  chooseNone(): void {
    this.chosen = NONE;
  }

  /** Leads the keyboard from a page to another; with `range` everything between is chosen. */
  walk(page: number, key: string, columns: number, range: boolean): void {
    const to = step(page, key, this.arranging.order, columns);
    if (to === null) return;
    if (range) {
      const from = this.selection.anchor === null ? toggled(this.selection, page) : this.selection;
      this.chosen = reached(from, to, this.arranging.order);
    }
    this.stand(to);
  }

  turn(pages: readonly number[], by: 90 | -90): void {
    this.edit((list) => turned(list, pages, by), `Đã quay ${this.called(pages)} sang ${by > 0 ? "phải" : "trái"}.`);
  }

  /** Turns a page the way its writing says it stands. */
  setUpright(page: ScanPage): void {
    const by = page.turn_by === 270 ? -90 : page.turn_by === 180 ? 180 : 90;
    this.edit((list) => turned(list, [page.page], by), `Đã xoay lại trang ${page.place}.`);
  }

  /** Straight by what was seen, or as they lie. */
  straighten(pages: readonly number[], straight: boolean): void {
    const each = pages.flatMap((id) => this.page(id) ?? []);
    const by = new Map(each.map((page) => [page.page, straight ? (page.straight_by ? null : straightOf(page)) : 0]));
    const said = straight ? `Đã nắn thẳng ${this.called(pages)}.` : `Giữ nguyên ${this.called(pages)} như khi quét.`;
    this.edit((list) => straightened(list, by), said);
  }

  /** Straightens the pages that are not, or leaves them as they lie if all are. */
  toggleStraight(pages: readonly number[]): void {
    const crooked = pages.filter((id) => {
      const page = this.page(id);
      return page && !tenthsOf(page) && straightOf(page);
    });
    if (crooked.length) this.straighten(crooked, true);
    else this.straighten(pages, false);
  }

  /** A tenth of a degree more, by hand. */
  nudge(page: ScanPage, by: 1 | -1): void {
    const tenths = Math.max(-MOST_TENTHS, Math.min(MOST_TENTHS, tenthsOf(page) + by));
    this.edit((list) => straightened(list, new Map([[page.page, tenths]])), `Đã nắn trang ${page.place} ${degrees(tenths)}.`);
  }

  keepEdges(page: ScanPage, keep: boolean): void {
    this.edit((list) => edgesKept(list, page.page, keep), keep ? `Giữ nguyên mép trang ${page.place}.` : `Làm sạch mép trang ${page.place}.`);
  }

  drop(pages: readonly number[]): void {
    const next = neighbour(pages, this.arranging.order);
    const said = `Đã bỏ ${this.called(pages)}.`;
    if (this.large !== null && pages.includes(this.large)) this.large = next;
    this.edit((list) => without(list, pages), said, next);
  }

  takeBack(pages: readonly ScanPage[]): void {
    this.edit((list) => takenBack(list, pages), `Đã lấy lại ${pages.length} trang.`, pages[0]?.page ?? null);
  }

  put(pages: readonly number[], spot: Spot): void {
    const said = `Đã chuyển ${this.called(pages)}.`;
    this.edit((list) => moved(list, pages, spot), said, pages[0] ?? null);
  }

  shift(pages: readonly number[], by: 1 | -1): void {
    const said = `Đã chuyển ${this.called(pages)} ${by < 0 ? "lên trước" : "ra sau"}.`;
    this.edit((list) => shifted(list, pages, by), said, this.at);
  }

  /** A document begins with this page, or no longer. */
  mark(page: number, opens: boolean): void {
    const place = this.arranging.placeOf(page);
    this.edit((list) => marked(list, page, opens), opens ? `Tách văn bản từ trang ${place}.` : `Không tách ở trang ${place} nữa.`);
  }

  undo(): void {
    this.arranging.undo();
    this.refocus();
  }

  /** The keyboard goes to this page. */
  stand(page: number | null): void {
    this.at = page;
    this.refocus(true);
  }

  private edit(change: (list: List) => ReturnType<typeof turned>, said: string, then: number | null = this.at): void {
    this.arranging.edit(change, said);
    this.at = then;
    this.refocus();
  }

  /** A page that moved or left takes the focus with it: it is given back to where the keyboard was. */
  private refocus(always = false): void {
    const page = this.at;
    const active = document.activeElement;
    const mine = always || !active || active === document.body || !!active.closest("[data-page]");
    if (page === null || !mine || this.large !== null) return;
    void tick().then(() => this.find(page)?.focus());
  }

  private called(pages: readonly number[]): string {
    const [only] = pages;
    return pages.length === 1 && only !== undefined ? `trang ${this.arranging.placeOf(only)}` : `${pages.length} trang`;
  }
}
