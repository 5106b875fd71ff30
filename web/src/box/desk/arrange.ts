// The pages of a scan as a clerk lays them on the table: turned, put elsewhere, put aside, cut into documents.
// Nothing here knows of the screen or the server; every edit takes a list and gives the next.
//
//   moved(list, [7, 8], { page: 3, side: "before" })   pages 7 and 8 now lie before page 3
//
// A mark "a document begins here" belongs to the place between two pages, not to the sheet: taking the first page of
// a document away leaves the mark with the page that is first now.

import type { Placed } from "../../api/types";

/** Beside which page something is put down. */
export interface Spot {
  page: number;
  side: "before" | "after";
}

export type List = readonly Placed[];

const placed = ({ page, turn, opens, straighten, keep_edges }: Placed): Placed => ({
  page,
  turn,
  opens,
  straighten: straighten ?? null,
  keep_edges,
});

/** The bare list of what is shown. */
export function listOf(pages: List): Placed[] {
  return pages.map(placed);
}

export function same(one: List, other: List): boolean {
  return (
    one.length === other.length &&
    one.every((left, at) => {
      const right = other[at];
      if (!right || left.page !== right.page || left.turn !== right.turn || left.opens !== right.opens) return false;
      return (left.straighten ?? null) === (right.straighten ?? null) && left.keep_edges === right.keep_edges;
    })
  );
}

export function turned(list: List, pages: readonly number[], by: 90 | -90 | 180): Placed[] {
  const chosen = new Set(pages);
  return list.map((each) => (chosen.has(each.page) ? { ...each, turn: (each.turn + by + 360) % 360 } : each));
}

/** Made straight by tenths of a degree, 0: as it lies, `null`: as the box has seen it. */
export function straightened(list: List, by: ReadonlyMap<number, number | null>): Placed[] {
  return list.map((each) => (by.has(each.page) ? { ...each, straighten: by.get(each.page) ?? null } : { ...each }));
}

export function edgesKept(list: List, page: number, keep_edges: boolean): Placed[] {
  return list.map((each) => (each.page === page ? { ...each, keep_edges } : each));
}

/** Without these pages; where a document began with one of them, it begins with its next one. */
export function without(list: List, pages: readonly number[]): Placed[] {
  const gone = new Set(pages);
  const left: Placed[] = [];
  let begins = false;
  for (const each of list) {
    if (each.opens) begins = false;
    if (gone.has(each.page)) begins ||= each.opens;
    else {
      left.push(begins ? { ...each, opens: true } : each);
      begins = false;
    }
  }
  return left;
}

/** With pages of the bin back where they were scanned: behind the page that came before each. */
export function takenBack(list: List, pages: List): Placed[] {
  let next = listOf(list);
  for (const page of [...pages].sort((one, other) => one.page - other.page)) {
    const before = next.reduce((best, each) => (each.page < page.page && each.page > best ? each.page : best), 0);
    const at = next.findIndex((each) => each.page === before) + 1;
    next = [...next.slice(0, at), { ...placed(page), opens: false }, ...next.slice(at)];
  }
  return next;
}

/** The pages as one block beside another page. Put before the first page of a document, they begin it. */
export function moved(list: List, pages: readonly number[], spot: Spot): Placed[] {
  const chosen = new Set(pages);
  if (chosen.has(spot.page)) return listOf(list);
  const rest = without(list, pages);
  const block = list.filter((each) => chosen.has(each.page)).map((each) => ({ ...each, opens: false }));
  const target = rest.findIndex((each) => each.page === spot.page);
  const [first] = block;
  if (target < 0 || !first) return listOf(list);
  const beside = rest[target];
  if (spot.side === "before" && beside?.opens) {
    block[0] = { ...first, opens: true };
    rest[target] = { ...beside, opens: false };
  }
  const at = spot.side === "before" ? target : target + 1;
  return [...rest.slice(0, at), ...block, ...rest.slice(at)];
}

/** The pages one place on or back; over the border of a document they change sides before they change places. */
export function shifted(list: List, pages: readonly number[], by: 1 | -1): Placed[] {
  const chosen = new Set(pages);
  const places = list.flatMap((each, at) => (chosen.has(each.page) ? [at] : []));
  const first = places[0];
  const last = places.at(-1);
  if (first === undefined || last === undefined) return listOf(list);
  const neighbour = list[by < 0 ? first - 1 : last + 1];
  const gathered = last - first + 1 === places.length;
  if (!gathered) return neighbourless(list, pages, chosen, by);
  if (!neighbour) return listOf(list);
  if (by < 0 && list[first]?.opens) return crossed(list, first, last + 1);
  if (by > 0 && neighbour.opens) return crossed(list, last + 1, first);
  return moved(list, pages, { page: neighbour.page, side: by < 0 ? "before" : "after" });
}

/** A selection with gaps first comes together at its leading end. */
function neighbourless(list: List, pages: readonly number[], chosen: Set<number>, by: 1 | -1): Placed[] {
  const members = list.filter((each) => chosen.has(each.page));
  const lead = by < 0 ? members[0] : members.at(-1);
  if (!lead) return listOf(list);
  const others = pages.filter((page) => page !== lead.page);
  return moved(list, others, { page: lead.page, side: by < 0 ? "after" : "before" });
}

/** The mark goes from one place to another; at the end of the list or on another mark it is gone. */
function crossed(list: List, from: number, to: number): Placed[] {
  return list.map((each, at) => (at === from ? { ...each, opens: false } : at === to && at > 0 ? { ...each, opens: true } : each));
}

export function marked(list: List, page: number, opens: boolean): Placed[] {
  return list.map((each, at) => (each.page === page && at > 0 ? { ...each, opens } : each));
}

export interface Part {
  /** From 1. */
  number: number;
  first: number;
  pages: number;
}

/** The documents the marks make of the list; one when there are none. */
export function partsOf(list: List): Part[] {
  const parts: Part[] = [];
  list.forEach((each, at) => {
    const last = parts.at(-1);
    if (!last || (each.opens && at > 0)) parts.push({ number: parts.length + 1, first: each.page, pages: 1 });
    else last.pages += 1;
  });
  return parts;
}

/** With pages that came meanwhile: at the end where they came at the end, else behind the page they lie behind in `fresh`. */
function withNew(list: List, fresh: List, isNew: (page: number) => boolean): Placed[] {
  const result = listOf(list);
  const tail = fresh.reduce((found, each, at) => (isNew(each.page) ? found : at + 1), 0);
  fresh.forEach((each, at) => {
    if (!isNew(each.page)) return;
    const behind = result.findIndex((one) => one.page === fresh[at - 1]?.page);
    const first = at === 0 && tail > 0;
    result.splice(at >= tail ? result.length : first || behind >= 0 ? behind + 1 : result.length, 0, placed(each));
  });
  return result;
}

/**
 * What was edited on top of `base`, now that the box says `fresh`: the same edit with the pages that came since.
 * `null` when more than that has changed, so that the edit would undo somebody else's.
 */
export function rebased(edited: List, base: List, fresh: List): Placed[] | null {
  if (same(base, fresh)) return listOf(edited);
  const known = Math.max(0, ...base.map((each) => each.page), ...edited.map((each) => each.page));
  const isNew = (page: number): boolean => page > known;
  if (!same(base, fresh.filter((each) => !isNew(each.page)))) return null;
  return withNew(edited, fresh, isNew);
}

/** One edit as it can be taken back. */
export interface Edit {
  before: List;
  after: List;
  /** What it did, in words. */
  said: string;
}

/** The list before the edit, with what came since; `null` when others have changed it and it cannot be taken back. */
export function undone(edit: Edit, now: List): Placed[] | null {
  return rebased(edit.before, edit.after, now);
}
