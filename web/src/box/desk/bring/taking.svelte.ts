import * as box from "../../../api/box";
import type { Scan, UploadWay, Uuid } from "../../../api/types";
import { Attempt } from "../../../kit/attempt.svelte";
import { isPicture, refusalOf, shareOf } from "./taking";

interface Refused {
  name: string;
  sentence: string;
}

/** Files that travel to the desk, one after the other; one that is refused does not hold back the others. */
export class Taking {
  /** What is on its way, in words; empty when nothing is. */
  words = $state("");
  /** How much of it all has gone, from 0 to 1. */
  share = $state(0);
  refused = $state.raw<Refused[]>([]);

  get busy(): boolean {
    return !!this.words;
  }

  /**
   * Brings papers, each of one or more files; those of one paper lie behind each other, behind the pages of `onto`
   * where it is named. Gives the papers that came of it.
   */
  async take(papers: readonly (readonly File[])[], way: UploadWay, onto?: Uuid): Promise<Scan[]> {
    if (this.busy) return [];
    this.refused = [];
    const all = papers.flat();
    const came = new Map<Uuid, Scan>();
    let at = 0;
    for (const paper of papers) {
      let scan = onto;
      for (const file of paper) {
        const lot = all.length > 1 ? ` (${at + 1} trên ${all.length})` : "";
        this.words = `Đang nhận ${way === "photo" ? "ảnh" : file.name}${lot}…`;
        const now = at++;
        const done = await this.send(file, way, scan, (share) => (this.share = shareOf(all, now, share)));
        if (!done) continue;
        came.set(done.id, done);
        scan = isPicture(file) ? done.id : scan;
      }
    }
    this.words = "";
    this.share = 0;
    return [...came.values()];
  }

  private async send(file: File, way: UploadWay, scan: Uuid | undefined, onsent: (share: number) => void): Promise<Scan | null> {
    const attempt = new Attempt();
    const never = refusalOf(file);
    const answer = never ? undefined : await attempt.run(() => box.upload(file, { way, scan }, onsent));
    if (answer) return answer.scan;
    this.refused = [...this.refused, { name: file.name, sentence: never ?? attempt.sentence ?? "" }];
    return null;
  }
}
