import { describe, expect, it } from "vitest";
import { edgesKept, listOf, marked, moved, partsOf, rebased, same, shifted, straightened, takenBack, turned, undone, without } from "./arrange";
import { list, told } from "./made";

describe("turning", () => {
  it("goes round, and leaves the others", () => {
    expect(told(turned(list("1 2 3"), [2], 90))).toBe("1 2> 3");
    expect(told(turned(list("1 2 3"), [2], -90))).toBe("1 2< 3");
    const once = turned(list("1"), [1], 90);
    expect(told(turned(turned(turned(once, [1], 90), [1], 90), [1], 90))).toBe("1");
  });
});

describe("straightening", () => {
  it("is an edit of the pages that are meant, and goes along wherever they go", () => {
    const before = list("1 2 3");
    const after = straightened(before, new Map([[2, 0], [3, -12]]));
    expect(after.map((each) => each.straighten)).toEqual([null, 0, -12]);
    expect(same(before, after)).toBe(false);
    expect(moved(after, [3], { page: 1, side: "before" }).map((each) => each.straighten)).toEqual([-12, null, 0]);
    expect(straightened(after, new Map([[3, null]])).map((each) => each.straighten)).toEqual([null, 0, null]);
    expect(rebased(after, before, list("1 2 3 4"))?.map((each) => each.straighten)).toEqual([null, 0, -12, null]);
  });

  it("leaves dark edges where somebody wants them", () => {
    const kept = edgesKept(list("1 2"), 2, true);
    expect(listOf(kept).map((each) => each.keep_edges)).toEqual([false, true]);
    expect(same(list("1 2"), kept)).toBe(false);
  });
});

describe("taking away", () => {
  it.each([
    ["1 2 3", [2], "1 3"],
    // The first page of a document goes: the document begins with its next page.
    ["1 2 |3 4", [3], "1 2 |4"],
    ["1 |2 3 |4", [2, 3], "1 |4"],
    ["1 |2 |3", [2], "1 |3"],
    ["1 2 |3", [3], "1 2"],
    ["1", [1], ""],
  ])("from %s pages %j leaves %s", (before, pages, after) => expect(told(without(list(before), pages))).toBe(after));

  it("comes back where it was scanned", () => {
    expect(told(takenBack(list("1 3 4"), list("2")))).toBe("1 2 3 4");
    expect(told(takenBack(list("4 1 5"), list("3 2")))).toBe("4 1 2 3 5");
    expect(told(takenBack(list("2 3"), list("1")))).toBe("1 2 3");
    expect(told(takenBack([], list("2 1")))).toBe("1 2");
  });
});

describe("laying elsewhere", () => {
  it.each([
    ["1 2 3 4", [4], 1, "before", "4 1 2 3"],
    ["1 2 3 4", [1, 3], 4, "after", "2 4 1 3"],
    ["1 2 3", [2], 2, "after", "1 2 3"],
    // Before the first page of a document: it begins that document. After the last of the one before: it ends it.
    ["1 2 |3 4", [1], 3, "before", "2 |1 3 4"],
    ["1 2 |3 4", [1], 2, "after", "2 1 |3 4"],
    ["1 |2 3", [2], 1, "before", "2 1 |3"],
  ] as const)("in %s pages %j beside %d %s gives %s", (before, pages, page, side, after) =>
    expect(told(moved(list(before), pages, { page, side }))).toBe(after),
  );

  it.each([
    ["1 2 3", [2], -1, "2 1 3"],
    ["1 2 3", [2], 1, "1 3 2"],
    ["1 2 3", [1], -1, "1 2 3"],
    ["1 2 3", [3], 1, "1 2 3"],
    ["1 2 3 4", [2, 3], 1, "1 4 2 3"],
    // A selection with gaps comes together first.
    ["1 2 3 4", [1, 3], -1, "1 3 2 4"],
    ["1 2 3 4", [1, 3], 1, "2 1 3 4"],
    // Over the border of a document it changes sides first.
    ["1 2 |3 4", [3], -1, "1 2 3 |4"],
    ["1 2 |3 4", [2], 1, "1 |2 3 4"],
    ["1 2 |3", [3], -1, "1 2 3"],
  ] as const)("in %s pages %j by %d gives %s", (before, pages, by, after) => expect(told(shifted(list(before), pages, by))).toBe(after));
});

describe("cutting into documents", () => {
  it("counts documents by their marks; the first needs none", () => {
    expect(partsOf(list("1 2 |3 |4 5"))).toEqual([
      { number: 1, first: 1, pages: 2 },
      { number: 2, first: 3, pages: 1 },
      { number: 3, first: 4, pages: 2 },
    ]);
    expect(partsOf(list("|1 2"))).toHaveLength(1);
    expect(partsOf([])).toEqual([]);
    expect(told(marked(list("1 2 3"), 2, true))).toBe("1 |2 3");
    expect(told(marked(list("1 2 3"), 1, true))).toBe("1 2 3");
  });
});

describe("an edit while pages come", () => {
  it.each([
    ["nothing came", "2 1", "1 2", "1 2", "2 1"],
    ["a page came at the end", "2 1", "1 2", "1 2 3", "2 1 3"],
    ["a page came where one was to be scanned again", "3 1 2", "1 2 3", "1 4 2 3", "3 1 4 2"],
    ["pages came and one was put aside", "1 3", "1 2 3", "1 2 3 4 5", "1 3 4 5"],
    ["a page came behind one that was put aside", "1 2", "1 2 3", "1 2 3 4", "1 2 4"],
    ["the same edit was made already", "2 1", "2 1", "2 1", "2 1"],
    ["somebody else turned a page", "2 1", "1 2", "1> 2", null],
    ["somebody else put a page aside", "2 1 3", "1 2 3", "1 2", null],
  ])("when %s", (_what, edited, base, fresh, after) => {
    const atop = rebased(list(edited), list(base), list(fresh));
    expect(atop && told(atop)).toBe(after);
  });

  it("can be taken back with what came since, but not over somebody else's", () => {
    const edit = { before: list("1 2 3"), after: list("1 3"), said: "Đã bỏ trang 2." };
    expect(told(undone(edit, list("1 3 4")) ?? [])).toBe("1 2 3 4");
    expect(undone(edit, list("3 1"))).toBeNull();
  });

  it("knows whether two lists say the same", () => {
    expect(same(list("1 |2>"), list("1 |2>"))).toBe(true);
    expect(same(list("1 2>"), list("1 2"))).toBe(false);
    expect(same(list("1"), list("1 2"))).toBe(false);
  });
});
