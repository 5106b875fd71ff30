// Which pages are chosen: by a click, by a range, by the keyboard. Order is the order on the table.

export interface Selection {
  pages: ReadonlySet<number>;
  /** Where a range begins. */
  anchor: number | null;
}

export const NONE: Selection = { pages: new Set(), anchor: null };

export function toggled({ pages }: Selection, page: number): Selection {
  const next = new Set(pages);
  if (!next.delete(page)) next.add(page);
  return { pages: next, anchor: page };
}

/** Everything from the anchor to this page, besides what is chosen. */
export function reached({ pages, anchor }: Selection, page: number, order: readonly number[]): Selection {
  const from = anchor === null ? order.indexOf(page) : order.indexOf(anchor);
  const to = order.indexOf(page);
  if (from < 0 || to < 0) return toggled({ pages, anchor }, page);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { pages: new Set([...pages, ...range]), anchor: anchor ?? page };
}

export function everything(order: readonly number[]): Selection {
  return { pages: new Set(order), anchor: order[0] ?? null };
}

/** Only what is still on the table. */
export function among({ pages, anchor }: Selection, order: readonly number[]): Selection {
  const there = new Set(order);
  return {
    pages: new Set([...pages].filter((page) => there.has(page))),
    anchor: anchor !== null && there.has(anchor) ? anchor : null,
  };
}

/** What an action on this page is about: the chosen pages where it is one of them, else itself. */
export function meant({ pages }: Selection, page: number, order: readonly number[]): number[] {
  return pages.has(page) ? order.filter((each) => pages.has(each)) : [page];
}

/** Where the eye goes when these pages leave: the next one, else the one before, else nowhere. */
export function neighbour(gone: readonly number[], order: readonly number[]): number | null {
  const leaving = new Set(gone);
  const last = order.reduce((found, page, at) => (leaving.has(page) ? at : found), -1);
  const after = order.slice(last + 1).find((page) => !leaving.has(page));
  const before = order.slice(0, Math.max(last, 0)).filter((page) => !leaving.has(page));
  return after ?? before.at(-1) ?? null;
}

/** The page an arrow leads to on a table with so many pages beside each other. */
export function step(page: number, key: string, order: readonly number[], columns: number): number | null {
  const at = order.indexOf(page);
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  if (key === "Home") return order[0] ?? null;
  if (key === "End") return order.at(-1) ?? null;
  if (at < 0 || by === undefined) return null;
  return order[Math.min(Math.max(at + by, 0), order.length - 1)] ?? null;
}
