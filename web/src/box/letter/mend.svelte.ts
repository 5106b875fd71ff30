import * as box from "../../api/box";
import type { Letter } from "../../api/types";
import { Attempt } from "../../kit/attempt.svelte";
import { carriedOver, type Columns, columnsOf, incomingDraft, outgoingDraft } from "../intake/columns";
import { forget, keep, kept, mendSlot } from "../state/drafts";

interface Kept {
  columns: Columns;
  /** What stood in the document when the hand began; a slip that comes from the intake was filled from none. */
  from?: Columns;
}

/** The slip of a document that is being mended: what is typed, and what it was filled from. */
export class Mend {
  columns: Columns = $state()!;
  /** Somebody else has meanwhile written another thing in a column typed here. */
  clash = $state(false);
  readonly attempt = new Attempt();
  private from: Columns = $state.raw()!;
  private letter: Letter;
  private readonly person: string;
  private readonly slot: string;

  constructor(letter: Letter, person: string) {
    this.letter = letter;
    this.person = person;
    this.slot = mendSlot(letter.id);
    const before = kept<Kept>(person, this.slot);
    this.from = before?.from ?? columnsOf(letter);
    this.columns = before?.columns ?? this.from;
    this.follow(letter);
  }

  /** Keeps what is typed in this browser until it is written. For an effect. */
  keep(): void {
    keep<Kept>(this.person, this.slot, { columns: $state.snapshot(this.columns), from: this.from });
  }

  /** The document as it stands now: another person's step must neither undo this mend nor be undone by it. */
  follow(letter: Letter): void {
    const now = columnsOf(letter);
    const over = carriedOver($state.snapshot(this.columns), this.from, now);
    this.letter = letter;
    this.columns = over.columns;
    this.clash ||= over.clash;
    this.from = now;
  }

  /** Writes it. Whether it is written; otherwise `attempt` says why not. */
  async write(duplicate_confirmed?: boolean): Promise<boolean> {
    const { id, version, book } = this.letter;
    const columns = $state.snapshot(this.columns);
    const slip = book === "incoming" ? { ...incomingDraft(columns), duplicate_confirmed } : outgoingDraft(columns);
    const written = await this.attempt.run(() => box.step(id, "amend", { version, ...slip }));
    if (written) this.drop();
    return !!written;
  }

  drop(): void {
    forget(this.person, this.slot);
  }
}
