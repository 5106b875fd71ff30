// The four corners of a sheet in a photograph, as shares of its width and height: top left, top right, bottom right,
// bottom left. The box flattens what lies between them.

import type { Corners } from "../../../api/types";

export type Point = readonly [number, number];

export const CORNER_NAMES = ["trên bên trái", "trên bên phải", "dưới bên phải", "dưới bên trái"] as const;
export const WHOLE: Corners = [[0, 0], [1, 0], [1, 1], [0, 1]];

/** Where hands begin when no sheet was found: a little inside, so that each corner can be got hold of. */
export const START: Corners = [[0.08, 0.08], [0.92, 0.08], [0.92, 0.92], [0.08, 0.92]];

/** Least area of a sheet, as a share of the photograph: anything smaller is a slip of the hand. */
const LEAST_AREA = 0.02;

const within = (value: number): number => Math.min(1, Math.max(0, value));

/** With one corner put elsewhere; it stays in the picture. */
export function placed(corners: Corners, at: number, [x, y]: Point): Corners {
  return corners.map((corner, index) => (index === at ? [within(x), within(y)] : corner)) as Corners;
}

/** With one corner moved by a share of the picture. */
export function nudged(corners: Corners, at: number, [dx, dy]: Point): Corners {
  const [x, y] = corners[at] ?? [0, 0];
  return placed(corners, at, [x + dx, y + dy]);
}

/** Whether the sheet can be flattened: its corners go round once, and it is no sliver. */
export function isSheet(corners: Corners): boolean {
  const turns = corners.map((corner, at) => {
    const [next, after] = [corners[(at + 1) % 4] ?? corner, corners[(at + 2) % 4] ?? corner];
    return (next[0] - corner[0]) * (after[1] - next[1]) - (next[1] - corner[1]) * (after[0] - next[0]);
  });
  return turns.every((turn) => turn > 0) && areaOf(corners) >= LEAST_AREA;
}

function areaOf(corners: Corners): number {
  const twice = corners.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % 4] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  return twice / 2;
}

/** The corner next to a point, for a finger that missed it; `ratio` is the picture's width by its height. */
export function nearest(corners: Corners, [x, y]: Point, ratio: number): number {
  const far = corners.map(([cx, cy]) => Math.hypot((cx - x) * ratio, cy - y));
  return far.indexOf(Math.min(...far));
}

/**
 * Where the magnifier stands, in pixels from the picture's upper left: above the finger, or beside it where there is
 * no room above; never under the hand and never outside.
 */
export function lensAt([x, y]: Point, width: number, height: number, lens: number): { left: number; top: number } {
  const gap = lens * 0.75;
  const inside = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most - lens));
  if (y - gap - lens / 2 >= -lens / 2) return { left: inside(x - lens / 2, width), top: inside(y - gap - lens / 2, height) };
  const left = x + gap + lens <= width ? x + gap : x - gap - lens;
  return { left: inside(left, width), top: inside(y - lens / 2, height) };
}
