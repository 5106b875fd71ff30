import { describe, expect, it } from "vitest";
import type { Corners } from "../../../api/types";
import { isSheet, lensAt, nearest, nudged, placed, START, WHOLE } from "./corners";

describe("the corners of a sheet", () => {
  it("stay in the picture wherever the hand goes", () => {
    expect(placed(START, 0, [-0.5, 0.2])[0]).toEqual([0, 0.2]);
    expect(nudged(WHOLE, 2, [0.1, -0.1])[2]).toEqual([1, 0.9]);
    expect(nudged(START, 1, [0, 0.01])[0]).toEqual(START[0]);
  });

  it.each<[string, Corners, boolean]>([
    ["the whole picture", WHOLE, true],
    ["where hands begin", START, true],
    ["a sheet seen from its side", [[0.3, 0.2], [0.7, 0.25], [0.95, 0.9], [0.05, 0.95]], true],
    ["two corners changed places", [[0.9, 0.1], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9]], false],
    ["one corner pushed beyond the others", [[0.8, 0.8], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]], false],
    ["a sliver", [[0.1, 0.5], [0.9, 0.5], [0.9, 0.51], [0.1, 0.51]], false],
    ["all in one place", [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]], false],
  ])("%s can be flattened: %#", (_name, corners, sheet) => expect(isSheet(corners)).toBe(sheet));

  it("come to a finger that missed them", () => {
    expect(nearest(START, [0.2, 0.15], 0.7)).toBe(0);
    expect(nearest(START, [0.6, 0.8], 0.7)).toBe(2);
  });
});

describe("the magnifier", () => {
  it.each<[string, [number, number], { left: number; top: number }]>([
    ["stands above the finger", [200, 300], { left: 140, top: 150 }],
    ["moves in at the edge", [10, 300], { left: 0, top: 150 }],
    ["steps aside at the top", [40, 20], { left: 130, top: 0 }],
    ["steps to the other side in the far corner", [390, 20], { left: 180, top: 0 }],
  ])("%s", (_name, point, place) => expect(lensAt(point, 400, 600, 120)).toEqual(place));
});
