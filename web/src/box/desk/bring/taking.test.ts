import { describe, expect, it } from "vitest";
import { papersOf, refusalOf, shareOf } from "./taking";

const file = (name: string) => ({ name, type: name.endsWith(".pdf") ? "application/pdf" : "image/jpeg" });
const names = (papers: { name: string }[][]): string => papers.map((paper) => paper.map((each) => each.name).join(" ")).join(" | ");

describe("files that are brought", () => {
  it.each([
    ["b.jpg a.jpg", true, "a.jpg b.jpg"],
    ["10.jpg 9.jpg", true, "9.jpg 10.jpg"],
    ["b.jpg a.jpg", false, "a.jpg | b.jpg"],
    ["c.pdf b.jpg d.jpg a.pdf", true, "a.pdf | b.jpg d.jpg | c.pdf"],
    ["a.pdf", true, "a.pdf"],
  ])("%s (pictures together: %s) make the papers %s", (given, together, expected) => {
    expect(names(papersOf(given.split(" ").map(file), together))).toBe(expected);
  });

  it("are refused before they travel when the box would refuse them", () => {
    expect(refusalOf({ size: 0 })).toContain("trống");
    expect(refusalOf({ size: 64 * 1024 * 1024 })).toBeNull();
    expect(refusalOf({ size: 80_000_000 })).toContain("80 MB");
  });

  it("say how far they are by their weight, not their number", () => {
    const lot = [{ size: 10 }, { size: 80 }, { size: 10 }];
    expect(shareOf(lot, 0, 0)).toBe(0);
    expect(shareOf(lot, 1, 0.5)).toBe(0.5);
    expect(shareOf(lot, 2, 1)).toBe(1);
    expect(shareOf([{ size: 0 }], 0, 1)).toBe(0);
  });
});
