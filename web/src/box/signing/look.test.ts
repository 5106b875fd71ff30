import { expect, it } from "vitest";
import type { Impression, Look } from "../../api/types";
import { A4, imageOf, looks, nudged, placedAt, sizeOf, withKind } from "./look";

const seal: Impression = { id: "b", kind: "seal", mine: false, width_mm: 36, height_mm: 36 };
const place = { page: 2, left_mm: 120, top_mm: 200, width_mm: 36, height_mm: 36 };

it("knows A4 by the pixels of its preview", () => {
  const page = sizeOf(909, 1286);
  expect(page.width_mm).toBeCloseTo(210, 0);
  expect(page.height_mm).toBeCloseTo(297, 0);
});

it("moves by millimetres and never out of reach", () => {
  expect(nudged(place, 1, -1, A4)).toMatchObject({ page: 2, left_mm: 121, top_mm: 199 });
  expect(placedAt(place, 900, -900, A4)).toMatchObject({ left_mm: 200, top_mm: -26 });
});

it("offers an image only where there is one", () => {
  expect(looks("seal", null).map((look) => look.value)).toEqual(["corner", "hidden"]);
  expect(looks("sign", seal).map((look) => look.value)).toEqual(["picture", "corner", "hidden"]);
  expect(looks("seal", seal, true).map((look) => look.value), "a copy bears text").toEqual(["corner", "corner_seal"]);
});

it("uses the last image that was brought, of the right kind", () => {
  const others: Impression[] = [seal, { ...seal, id: "a" }, { ...seal, id: "c", kind: "signature", mine: true }];
  expect(imageOf("seal", others)?.id).toBe("b");
  expect(imageOf("sign", others)?.id).toBe("c");
  expect(imageOf("sign", [seal])).toBeNull();
});

it("keeps the place while another look is tried, and a decision about a second seal only where an image shows", () => {
  const before: Look = { kind: "picture", impression: "b", place, second_seal: true };
  const corner = withKind(before, "corner", seal, place, 3);
  expect(corner).toEqual({ kind: "corner", impression: undefined, place: undefined, second_seal: false });
  expect(withKind(corner, "picture", seal, place, 3).place).toEqual(place);
  expect(withKind(corner, "picture", seal, null, 3).place?.page).toBe(3);
});
