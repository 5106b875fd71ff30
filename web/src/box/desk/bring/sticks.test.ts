import { expect, it } from "vitest";
import { folderOf, found, stillThere } from "./sticks";

const file = (path: string) => ({ path, name: path.split("/").at(-1) ?? "", bytes: 1, modified: "2026-11-21T14:05:00+07:00" });
const files = ["Công văn/Kế hoạch thi đua.pdf", "ke hoach.pdf", "ảnh/IMG_1.jpg"].map(file);

it("a file is found by folder or name, with or without marks", () => {
  expect(found(files, "ke hoach").map((each) => each.path)).toEqual(["Công văn/Kế hoạch thi đua.pdf", "ke hoach.pdf"]);
  expect(found(files, "cong thi")).toHaveLength(1);
  expect(found(files, "")).toHaveLength(3);
});

it("a folder is told apart from the name", () => {
  expect(files.map(folderOf)).toEqual(["Công văn", "", "ảnh"]);
});

it("what was chosen and is gone is not brought", () => {
  expect(stillThere(files, new Set(["ảnh/IMG_1.jpg", "gone.pdf", "ke hoach.pdf"])).map((each) => each.name)).toEqual(["ke hoach.pdf", "IMG_1.jpg"]);
});
