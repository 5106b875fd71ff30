import * as box from "../../api/box";
import { Refusal, Unreachable } from "../../api/http";
import type { Placed, ScanPage } from "../../api/types";
import { type Edit, listOf, rebased, same, undone } from "./arrange";
import type { Watched } from "./scan.svelte";

/** Pages keep coming while an edit travels: so many times it is laid on top of them and sent again. */
const TRIES = 6;
const EDITED_ELSEWHERE = "Ở máy khác vừa có người sắp xếp các trang này, nên trang đã tải lại. Hãy xem lại rồi làm tiếp; thao tác vừa rồi của bạn chưa ghi.";

/**
 * The pages under a clerk's hands. An edit shows at once and is sent as the whole list as it shall be; the next edit
 * does not wait for the answer. Taking back is an edit like any other.
 */
export class Arranging {
  /** What was done last and can be taken back, in words. */
  readonly said = $derived.by(() => this.lastUndoable()?.said ?? null);
  sentence = $state<string | null>(null);
  /** Read out to those who do not see the table. */
  aloud = $state("");
  private readonly watched: Watched;
  /** The list as it shall be, and the one of the box it was made from; nothing while there is nothing to send. */
  private wanted = $state.raw<Placed[] | null>(null);
  private base = $state.raw<Placed[]>([]);
  /** What is on its way: the box may show it before it has answered. */
  private sent = $state.raw<Placed[] | null>(null);
  private edits = $state.raw<Edit[]>([]);
  private travelling: Promise<void> | null = null;

  private readonly known = $derived.by(() => {
    const scan = this.watched.scan;
    return new Map([...(scan?.pages ?? []), ...(scan?.bin ?? [])].map((page) => [page.page, page]));
  });
  private readonly fresh = $derived.by(() => listOf(this.watched.scan?.pages ?? []));
  /** What is wanted, on top of what the box has now; nothing where the two do not go together. */
  private readonly atop = $derived.by(() => this.onto(this.fresh));
  private readonly list = $derived(this.atop ?? this.fresh);

  /** The pages on the table, in their order. */
  readonly pages: ScanPage[] = $derived.by(() =>
    this.list.flatMap((placed, at) => {
      const page = this.known.get(placed.page);
      return page ? [{ ...page, ...placed, place: at + 1 }] : [];
    }),
  );
  readonly order: number[] = $derived(this.list.map((placed) => placed.page));
  /** What was put aside, in the order it was scanned. */
  readonly bin: ScanPage[] = $derived.by(() => {
    const there = new Set(this.order);
    return [...this.known.values()].filter((page) => !there.has(page.page)).sort((one, other) => one.page - other.page);
  });

  constructor(watched: Watched) {
    this.watched = watched;
  }

  /** The place of a page as it is called on the screen. */
  placeOf(page: number): number {
    return this.order.indexOf(page) + 1;
  }

  edit(change: (list: Placed[]) => Placed[], said: string): void {
    const before = this.list;
    const after = change(before);
    if (same(before, after)) return;
    this.edits = [...this.edits, { before, after, said }];
    this.aloud = said;
    this.want(after);
  }

  undo(): void {
    const edit = this.lastUndoable();
    const back = edit && undone(edit, this.list);
    if (!edit || !back) return;
    this.edits = this.edits.slice(0, -1);
    this.aloud = "Đã hoàn tác.";
    this.want(back);
  }

  /** The strip is put away; the bin still has everything. */
  forget(): void {
    this.edits = [];
  }

  /** Waits until the box has every edit; whatever is done with the paper next holds them. */
  async settled(): Promise<boolean> {
    while (this.wanted && !this.sentence) await (this.travelling ?? this.send());
    return !this.sentence;
  }

  private lastUndoable(): Edit | undefined {
    const edit = this.edits.at(-1);
    return edit && undone(edit, this.list) ? edit : undefined;
  }

  private want(list: Placed[]): void {
    this.sentence = null;
    this.base = this.fresh;
    this.wanted = list;
    this.travelling ??= this.send();
  }

  private async send(): Promise<void> {
    try {
      for (let tries = 0; this.wanted && this.atop && tries < TRIES; tries += 1) {
        if (await this.tell(this.atop)) tries = 0;
      }
      if (this.wanted) this.giveUp(EDITED_ELSEWHERE);
    } catch (error) {
      const known = error instanceof Refusal || error instanceof Unreachable;
      if (!known) console.error(error);
      this.giveUp(known ? error.message : "Trang gặp trục trặc. Hãy tải lại trang; những gì đã lưu vẫn còn.");
    } finally {
      this.sent = null;
      this.travelling = null;
    }
  }

  /** Whether the box took the list; where it has a newer one, that is what the next attempt is laid upon. */
  private async tell(list: Placed[]): Promise<boolean> {
    const scan = this.watched.scan;
    if (!scan) return false;
    this.sent = list;
    const answer = await box.arrangeScan(scan, list).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === "version.stale") return null;
      throw error;
    });
    const fresh = answer ?? (await box.scan(scan.id));
    const wanted = this.onto(listOf(fresh.pages));
    this.watched.take(fresh);
    if (wanted) {
      this.base = this.fresh;
      this.wanted = same(wanted, this.fresh) ? null : wanted;
    }
    return !!answer;
  }

  private onto(fresh: Placed[]): Placed[] | null {
    if (!this.wanted) return fresh;
    return rebased(this.wanted, this.base, fresh) ?? (this.sent && rebased(this.wanted, this.sent, fresh));
  }

  private giveUp(sentence: string): void {
    this.wanted = null;
    this.edits = [];
    this.sentence = sentence;
  }
}
