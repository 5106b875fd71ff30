import { describe, expect, it } from "vitest";
import { laidOut, numberTyped, perSheet, SHEETS, spotOf, STAMP } from "./labels";

const A4 = { width: 210, height: 297 };

describe("sheets of labels", () => {
  it.each(SHEETS)("$name keeps every stamp on the paper and apart from the next", (labels) => {
    for (let place = 0; place < perSheet(labels); place++) {
      const { left, top } = spotOf(labels, place);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + STAMP.width).toBeLessThanOrEqual(A4.width);
      expect(top + STAMP.height).toBeLessThanOrEqual(A4.height);
    }
    expect(labels.across).toBeGreaterThanOrEqual(STAMP.width);
    expect(labels.down).toBeGreaterThanOrEqual(STAMP.height);
    expect(labels.left + labels.columns * labels.across - (labels.across - labels.width)).toBeLessThanOrEqual(A4.width);
  });

  it.each([
    [1, 1, [1]],
    [21, 1, [21]],
    [22, 1, [21, 1]],
    [3, 20, [2, 1]],
    [1, 21, [1]],
    [1, 99, [1]],
    [0, 5, []],
  ])("%i stamps from label %i take sheets of %j", (stamps, first, sheets) => {
    const all = Array.from({ length: stamps }, (_, at) => at);
    expect(laidOut(SHEETS[0], all, first).map((sheet) => sheet.length)).toEqual(sheets);
  });

  it("begin where the used labels end", () => {
    const [[only] = []] = laidOut(SHEETS[0], ["a"], 5);
    expect(only).toMatchObject(spotOf(SHEETS[0], 4));
  });
});

it.each([["3", 3], [" 12 ", 12], ["", null], ["0", null], ["25", null], ["một", null], ["1.5", null]])("%s is typed", (text, expected) => {
  expect(numberTyped(text, 24)).toBe(expected);
});
