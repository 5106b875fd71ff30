import { expect, it } from "vitest";
import { formVerbs, leadsOn } from "./verbs";

it("offers the head her directive before everything destructive, and nothing that does not hold", () => {
  expect(formVerbs(["void", "assign", "direct"])).toEqual(["direct", "assign", "void"]);
});

it("makes the key whose turn it is the main action, and only for what goes out", () => {
  const main = (book: "incoming" | "outgoing", awaits: "sign" | "seal" | null) =>
    formVerbs(["attach", "sign", "seal", "void"]).find((verb) => leadsOn(verb, { book, awaits }));
  expect(main("outgoing", "sign")).toBe("sign");
  expect(main("outgoing", "seal")).toBe("seal");
  expect(main("incoming", null)).toBeUndefined();
});
