import * as box from "../../api/box";
import type { ScanProposal } from "../../api/types";

/** What is read on the pages of a paper, and which of it the hand or the eye is at. */
export class Read {
  items = $state.raw<ScanProposal[]>([]);
  /** Pages are still being read. */
  reading = $state(false);
  /** Shown on the page. */
  at = $state.raw<ScanProposal | null>(null);
  private paper: string | null = null;
  private turn = 0;

  /** Asks for what is read on a paper; nothing of another stays. An answer that fails is no answer. */
  async look(paper: string | null): Promise<void> {
    const turn = ++this.turn;
    if (paper !== this.paper) this.clear();
    this.paper = paper;
    if (!paper) return;
    const found = await box.proposals(paper).catch(() => null);
    if (!found || turn !== this.turn) return;
    this.reading = found.reading;
    // The same answer again would take the mark off the page under somebody's eyes.
    if (JSON.stringify(found.items) !== JSON.stringify(this.items)) this.items = found.items;
  }

  private clear(): void {
    this.items = [];
    this.reading = false;
    this.at = null;
  }
}
