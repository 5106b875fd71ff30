import { expect, it } from "vitest";
import { page, list, scan } from "./made";
import { askFrom, joined } from "./watching";

const known = scan("1 2 3", { state: "scanning", version: 10 });
const from = (place: number, text: string, with_ = {}) => ({
  ...scan(text, { state: "scanning" as const, version: 11, pages_total: 4, ...with_ }),
  pages: list(text).map((placed, at) => page(placed, place + at)),
});

it("asks for new pages only, and for the newest that wait for their verdict", () => {
  expect(askFrom(known)).toBe(3);
  expect(askFrom(scan(""))).toBe(1);
  const [first, second, third] = known.pages;
  if (!first || !second || !third) throw new Error("made with three pages");
  expect(askFrom({ ...known, pages: [first, { ...second, seen: null }, third] })).toBe(2);
});

it("joins what came", () => {
  expect(joined(known, 3, from(3, "3 4"))?.pages.map((each) => each.page)).toEqual([1, 2, 3, 4]);
});

it.each([
  ["the scan ended", from(3, "3 4", { state: "done" })],
  ["a page it knew was turned", from(3, "3> 4")],
  ["a page before was put aside", from(3, "4", { pages_total: 3 })],
  ["somebody edited pages it did not ask for", from(3, "3 4", { version: 12 })],
])("asks for all when %s", (_what, answer) => expect(joined(known, 3, answer)).toBeNull());
