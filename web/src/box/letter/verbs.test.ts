import { expect, it } from "vitest";
import { formVerbs, leadsOn } from "./verbs";

it("offers the head her directive before everything destructive, and nothing that does not hold", () => {
  expect(formVerbs(["void", "assign", "direct"])).toEqual(["direct", "assign", "void"]);
});

it("makes the seal the main action only for what goes out", () => {
  const main = (book: "incoming" | "outgoing") => formVerbs(["attach", "seal", "void"]).find((verb) => leadsOn(verb, book));
  expect(main("outgoing")).toBe("seal");
  expect(main("incoming")).toBeUndefined();
});
