import { expect, it } from "vitest";
import type { Scan, ScanState } from "../../api/types";
import { list, line, page, scan } from "./made";
import { degrees, flagged, flagsOf, isFileOnly, isStopped, isUsable, pagesOf, queueWords, standing, straightOf, tenthsOf } from "./sheets";

const paper = { id: "p", name: "n", pages: 4, bytes: 1, signed: false };

it.each([
  ["a fresh scan", scan("1 2"), 2, false],
  ["a scan already put together", scan("1", { paper: { ...paper, pages: 1 } }), 1, false],
  ["a file that was brought", scan("", { from: "file", paper }), 4, true],
  ["photos that were brought", scan("1 2 3", { from: "photo" }), 3, false],
  ["nothing yet", scan(""), 0, false],
])("counts the pages of %s", (_what, lying: Scan, pages, fileOnly) => {
  expect([pagesOf(lying), isFileOnly(lying)]).toEqual([pages, fileOnly]);
});

it("knows what can be gone on with, and what can go to the book", () => {
  const states: ScanState[] = ["queued", "scanning", "turning", "done", "failed", "cancelled", "filed", "discarded", "merged"];
  expect(states.filter((state) => isStopped(scan("1", { state })))).toEqual(["failed", "cancelled"]);
  expect(states.filter((state) => isUsable(scan("1", { state })))).toEqual(["done", "failed", "cancelled"]);
  expect(isUsable(scan(""))).toBe(false);
});

it.each([
  [line({ state: "queued", queue_place: 3 }), "chờ máy quét, thứ 3 trong hàng"],
  [line({ state: "scanning", pages_total: 4 }), "đang quét trang 5"],
  [line({ state: "scanning", pages_total: 4, feeding: { page: 7, lines_done: 1, lines_of: null } }), "đang quét trang 7"],
  [line({ state: "turning", pages_total: 12 }), "đã có 12 mặt trước, chờ quét mặt sau"],
  [line({ state: "failed", pages_total: 37 }), "dừng giữa chừng, còn giữ 37 trang"],
  [line({ state: "failed", pages_total: 0 }), "chưa quét được trang nào"],
  [line({ pages_total: 1200 }), "1.200 trang, chưa vào sổ"],
])("says where a scan stands: %#", (lying, said) => expect(standing(lying, null)).toBe(said));

it("says how many are before it in the queue", () => {
  expect(queueWords(1)).toContain("Sắp đến lượt");
  expect(queueWords(3)).toContain("còn 2 bản");
});

it("finds pages by their verdict, and shows a verdict it does not know by its sentence", () => {
  const flags = [{ code: "page.blank", sentence: "Trang này có vẻ trắng." }, { code: "page.torn", sentence: "Tờ này bị rách." }];
  const blank = page(list("2")[0] ?? { page: 2, turn: 0, opens: false, keep_edges: false }, 2, { flags, skew_degrees: 0 });
  expect(flagged([...scan("1").pages, blank], "page.blank")).toEqual([2]);
  expect(flagsOf(blank).map((flag) => [flag.word, flag.sentence])).toEqual([
    ["Trang trắng?", "Trang này có vẻ trắng."],
    ["Cần xem", "Tờ này bị rách."],
  ]);
});

it.each([
  // What the box would do, what the clerk says, how the lines fall: how it stands, how it could stand.
  [-7, null, 0.7, -7, -7],
  [-7, 0, 0.7, 0, -7],
  [-7, -9, 0.7, -9, -7],
  [0, null, 0.7, 0, -7],
  [0, null, 0.14, 0, 0],
  [0, null, 14, 0, 0],
  [0, null, 0, 0, 0],
])("made straight by the box %d, by the clerk %j, lines at %d: stands at %d of %d", (box, clerk, skew_degrees, now, could) => {
  const [placed] = list("1");
  const shown = { ...page(placed!, 1, { flags: [], skew_degrees }), straight_by: box, straighten: clerk };
  expect([tenthsOf(shown), straightOf(shown) + 0]).toEqual([now, could]);
});

it("says angles as people write them", () => {
  expect([degrees(-7), degrees(12), degrees(100)]).toEqual(["0,7°", "1,2°", "10,0°"]);
});
