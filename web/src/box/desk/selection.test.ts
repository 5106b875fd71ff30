import { expect, it } from "vitest";
import { among, everything, meant, neighbour, NONE, reached, step, toggled } from "./selection";

const order = [5, 3, 9, 1];
const chosen = (selection: { pages: ReadonlySet<number> }): number[] => order.filter((page) => selection.pages.has(page));

it("is made by clicks and ranges in the order on the table", () => {
  const one = toggled(NONE, 3);
  expect(chosen(one)).toEqual([3]);
  expect(chosen(toggled(one, 3))).toEqual([]);
  expect(chosen(reached(one, 1, order))).toEqual([3, 9, 1]);
  expect(chosen(reached(one, 5, order))).toEqual([5, 3]);
  expect(chosen(reached(NONE, 9, order))).toEqual([9]);
  expect(chosen(everything(order))).toEqual(order);
});

it("forgets pages that left", () => {
  const { pages, anchor } = among(toggled(toggled(NONE, 3), 9), [5, 3, 1]);
  expect([[...pages], anchor]).toEqual([[3], null]);
});

it("goes along when one of it is acted on, and is left alone otherwise", () => {
  const two = toggled(toggled(NONE, 9), 5);
  expect(meant(two, 9, order)).toEqual([5, 9]);
  expect(meant(two, 3, order)).toEqual([3]);
});

it.each([
  [[3], 9],
  [[9, 1], 3],
  [[5, 3, 9, 1], null],
  [[5, 1], 9],
])("leads on from pages %j to %s when they leave", (gone, next) => expect(neighbour(gone, order)).toBe(next));

it.each([
  [3, "ArrowRight", 9],
  [3, "ArrowLeft", 5],
  [5, "ArrowLeft", 5],
  [5, "ArrowDown", 9],
  [1, "ArrowUp", 3],
  [3, "ArrowDown", 1],
  [9, "Home", 5],
  [9, "End", 1],
  [9, "x", null],
])("walks from page %d with %s to %s, two beside each other", (from, key, to) => expect(step(from, key, order, 2)).toBe(to));
