// Pages and scans for tests, as the box tells them.

import type { Placed, Scan, ScanLine, ScanPage } from "../../api/types";

/** `"1 2> |3"`: page 2 lies turned to the right, a document begins at page 3. */
export function list(text: string): Placed[] {
  return text.split(" ").filter(Boolean).map((word) => ({
    page: Number(word.replace(/\D/g, "")),
    turn: word.endsWith(">") ? 90 : word.endsWith("<") ? 270 : 0,
    opens: word.startsWith("|"),
    straighten: null,
    keep_edges: false,
  }));
}

export function told(pages: readonly Placed[]): string {
  return pages.map(({ page, turn, opens }) => `${opens ? "|" : ""}${page}${turn === 90 ? ">" : turn === 270 ? "<" : ""}`).join(" ");
}

export function page(placed: Placed, place: number, seen: ScanPage["seen"] = { flags: [], skew_degrees: 0 }): ScanPage {
  return {
    ...placed,
    place,
    straight_by: 0,
    side: "front",
    capture: `c${placed.page}`,
    width_px: 210,
    height_px: 297,
    dpi: 300,
    kept_at: "2026-11-21T14:05:00+07:00",
    photo: false,
    seen,
  };
}

export function scan(text: string, with_: Partial<Scan> = {}): Scan {
  const pages = list(text).map((placed, at) => page(placed, at + 1));
  return {
    id: "s",
    from: "scanner",
    device: "usb:1",
    device_label: "Máy thử",
    owner: { id: "o", name: "Cô Thử" },
    state: "done",
    started_at: "2026-11-21T14:05:00+07:00",
    both_sides_by_hand: false,
    pass: "fronts",
    pages,
    pages_total: pages.length,
    bin: [],
    parts: [],
    sheets_got: pages.length,
    warnings: [],
    version: 1,
    ...with_,
  };
}

export function line(with_: Partial<ScanLine> = {}): ScanLine {
  const { pages: _pages, bin: _bin, ...rest } = scan("");
  return { ...rest, ...with_ };
}
