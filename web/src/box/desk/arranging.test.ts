import { beforeEach, expect, it, vi } from "vitest";
import * as box from "../../api/box";
import { Refusal } from "../../api/http";
import type { Placed, Scan } from "../../api/types";
import { marked, turned, without } from "./arrange";
import { Arranging } from "./arranging.svelte";
import { list, page, scan, told } from "./made";
import { Watched } from "./scan.svelte";

vi.mock("../../api/box");

/** The box as it answers: it has a list and a version, and says no to an older one. */
class Answering {
  version = 1;
  pages: Placed[];
  sent: string[] = [];

  constructor(text: string) {
    this.pages = list(text);
    vi.mocked(box.scan).mockImplementation(async () => this.now());
    vi.mocked(box.arrangeScan).mockImplementation(async ({ version }, pages) => {
      await Promise.resolve();
      if (version !== this.version) throw new Refusal(409, { code: "version.stale", detail: "Vừa có người khác thay đổi." });
      this.sent.push(told(pages));
      this.become(told(pages));
      return this.now();
    });
  }

  become(text: string): void {
    this.pages = list(text);
    this.version += 1;
  }

  now(): Scan {
    const all = list("1 2 3 4 5");
    const bin = all.filter((each) => !this.pages.some((one) => one.page === each.page)).map((each) => page(each, 0));
    return { ...scan(""), pages: this.pages.map((each, at) => page(each, at + 1)), bin, pages_total: this.pages.length, version: this.version };
  }
}

let answering: Answering;
let watched: Watched;
let arranging: Arranging;
const shown = (): string => told(arranging.pages);

beforeEach(() => {
  answering = new Answering("1 2 3");
  watched = new Watched();
  watched.take(answering.now());
  arranging = new Arranging(watched);
});

it("shows an edit at once and sends the whole list", async () => {
  arranging.edit((pages) => without(pages, [2]), "Đã bỏ trang 2.");
  expect([shown(), arranging.bin.map((each) => each.page).includes(2)]).toEqual(["1 3", true]);
  expect(await arranging.settled()).toBe(true);
  expect([answering.sent, shown(), arranging.said]).toEqual([["1 3"], "1 3", "Đã bỏ trang 2."]);
});

it("does not make the hand wait: edits during an answer go with the next one", async () => {
  arranging.edit((pages) => turned(pages, [1], 90), "a");
  arranging.edit((pages) => turned(pages, [2], -90), "b");
  arranging.edit((pages) => marked(pages, 3, true), "c");
  expect(shown()).toBe("1> 2< |3");
  await arranging.settled();
  expect(answering.sent).toEqual(["1> 2 3", "1> 2< |3"]);
});

it("takes back one edit after the other", async () => {
  arranging.edit((pages) => without(pages, [1]), "a");
  arranging.edit((pages) => without(pages, [2]), "b");
  await arranging.settled();
  arranging.undo();
  expect(shown()).toBe("2 3");
  arranging.undo();
  await arranging.settled();
  expect([told(answering.pages), arranging.said]).toEqual(["1 2 3", null]);
});

it("lays an edit on top of pages that came meanwhile", async () => {
  answering.become("1 2 3 4");
  arranging.edit((pages) => without(pages, [2]), "Đã bỏ trang 2.");
  expect(await arranging.settled()).toBe(true);
  expect([told(answering.pages), shown()]).toEqual(["1 3 4", "1 3 4"]);
});

it("does not write over what somebody else did, and says so", async () => {
  answering.become("3 2 1");
  arranging.edit((pages) => without(pages, [2]), "Đã bỏ trang 2.");
  expect(await arranging.settled()).toBe(false);
  expect([told(answering.pages), shown(), arranging.said]).toEqual(["3 2 1", "3 2 1", null]);
  expect(arranging.sentence).toContain("Ở máy khác");
});

it("shows the pages as they were when the box says no", async () => {
  vi.mocked(box.arrangeScan).mockRejectedValueOnce(new Refusal(409, { code: "scan.at_work", detail: "Máy đang quét. Hãy chờ xong." }));
  arranging.edit((pages) => without(pages, [2]), "Đã bỏ trang 2.");
  await arranging.settled();
  expect([shown(), arranging.sentence]).toEqual(["1 2 3", "Máy đang quét. Hãy chờ xong."]);
});
