import { expect, it } from "vitest";
import { placeOf, tolerate } from "./tolerate";

it.each([
  ["/van-ban?waiting=true&state=registered", "/incoming"],
  ["/van-ban?waiting=true&state=approved", "/outgoing"],
  ["/letters?waiting=true&state=submitted&book=outgoing", "/outgoing"],
  ["/van-ban?waiting=true", "/tasks"],
  ["/incoming/?text=a", "/incoming"],
  ["/", "/"],
])("%s is at %s", (href, place) => expect(placeOf(href)).toBe(place));

it("keeps the filters and drops the book", () => {
  expect(tolerate("/letters", { book: "outgoing", waiting: "true" })).toEqual({
    path: "/outgoing",
    query: { waiting: "true" },
  });
});
