import { expect, it } from "vitest";
import { moved } from "./signers";

it("whoever is moved changes places with her neighbour, and stays at the ends", () => {
  const list = ["a", "b", "c"];
  expect(moved(list, 1, -1)).toEqual(["b", "a", "c"]);
  expect(moved(list, 1, 1)).toEqual(["a", "c", "b"]);
  expect(moved(list, 0, -1)).toEqual(list);
  expect(moved(list, 2, 1)).toEqual(list);
  expect(moved(list, 7, 1)).toEqual(list);
});
