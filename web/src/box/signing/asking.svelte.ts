import * as box from "../../api/box";
import type { Capacity, Certificate, Delegation, Hand, Impression, Look, LookKind, Me, Proposal, SigningPlace } from "../../api/types";
import { Loaded } from "../../kit/loaded.svelte";
import { isHere, openKeys, usable } from "./keys.svelte";
import { imageOf, withKind } from "./look";

/** In whose place somebody signs: in her own right, or by a delegation. */
export interface Right {
  capacity?: Capacity;
  delegation?: string;
}

/** The key a person is about to use: which, its PIN, and in whose place she signs. One document or a stack of them. */
export class Asking {
  readonly hand: Hand;
  readonly certificates = new Loaded<Certificate[]>();
  certificate = $state("");
  pin = $state("");
  keepOpen = $state(false);
  /** `own`, `tm`, `q` for the head; the id of a delegation for whoever signs in her place. */
  capacity = $state("own");
  delegations = $state.raw<Delegation[]>([]);
  /** She is named to sign: in her own right, whatever she may sign for others. */
  named = $state(false);
  /** Of several documents some name her and others do not. */
  mixed = $state(false);
  private readonly me: Me;

  constructor(hand: Hand, me: Me) {
    this.hand = hand;
    this.me = me;
    if (me.role === "head") this.capacity = "own";
  }

  /** For an effect: what there is to choose from. */
  look(): void {
    this.certificates.load(async () => {
      const found = await box.certificates();
      const usables = usable(this.hand, found);
      if (!usables.some((each) => each.id === this.certificate)) this.certificate = usables[0]?.id ?? "";
      return found;
    });
    if (this.hand === "sign") void this.lookForDelegations();
  }

  get usable(): Certificate[] {
    return usable(this.hand, this.certificates.value ?? []);
  }

  get chosen(): Certificate | undefined {
    return this.usable.find((found) => found.id === this.certificate);
  }

  /** Nothing to type where the key is open, or not at the box. */
  get needsPin(): boolean {
    return isHere(this.chosen) && !openKeys.has(this.certificate);
  }

  get isHead(): boolean {
    return this.me.role === "head";
  }

  /** Whether she signs in her own right. */
  get own(): boolean {
    return this.isHead || (this.named && !(this.mixed && this.delegations.length > 0));
  }

  /** In whose place she signs. */
  get right(): Right {
    if (this.hand === "seal") return {};
    if (this.own) return { capacity: this.capacity as Capacity };
    return { delegation: this.delegations.some((held) => held.id === this.capacity) ? this.capacity : undefined };
  }

  /** What the box wants to know of it. */
  body(): { certificate: string; pin: string; keep_open: boolean } & Right {
    const key = { certificate: this.certificate, pin: this.needsPin ? this.pin : "", keep_open: this.needsPin && this.keepOpen };
    return { ...key, ...this.right };
  }

  /** The box has taken it; a PIN stays in no page. */
  taken(): void {
    if (this.needsPin && this.keepOpen) openKeys.note(this.certificate);
    this.pin = "";
  }

  /** The box has refused it. What was thought open may be open no more. */
  refused(code: string | null): void {
    this.pin = "";
    if (code?.startsWith("seal.")) openKeys.forget(this.certificate);
  }

  private async lookForDelegations(): Promise<void> {
    const all = await box.delegations().catch(() => []);
    this.delegations = all.filter((held) => held.holds && held.to.id === this.me.id);
    if (!this.own) this.capacity = this.delegations[0]?.id ?? "own";
  }
}

/** How one document would look, as the box proposes it and as this person changes it. */
export class Showing {
  readonly proposed = new Loaded<Proposal>();
  /** How it would look; nothing until the box has said what it proposes. */
  wanted = $state.raw<Look | null>(null);
  image = $state.raw<Impression | null>(null);
  /** Stands in the text block. */
  right = $state.raw<Right>({});
  readonly hand: Hand;
  private readonly letter: string;
  /** Where the image was put, also while another look is tried. */
  private last: SigningPlace | null = null;

  constructor(letter: string, hand: Hand) {
    this.letter = letter;
    this.hand = hand;
  }

  /** For an effect. */
  look(): void {
    this.proposed.load(async () => {
      const [proposal, images] = await Promise.all([box.signingProposal(this.letter, this.hand), box.impressions()]);
      this.image = imageOf(this.hand, images);
      this.wanted ??= proposal.look;
      this.last ??= proposal.look.place ?? null;
      return proposal;
    });
  }

  get pages(): number {
    return this.proposed.value?.pages ?? 1;
  }

  /** The page where something of it is seen. */
  get page(): number {
    return this.wanted?.place?.page ?? 1;
  }

  choose(kind: LookKind): void {
    if (this.wanted) this.wanted = withKind(this.wanted, kind, this.image, this.last, this.pages);
  }

  put(place: SigningPlace): void {
    this.last = place;
    if (this.wanted) this.wanted = { ...this.wanted, place };
  }

  /** The clerk answers for a signature nobody vouches for. */
  trust(untrusted_signer: boolean): void {
    if (this.wanted) this.wanted = { ...this.wanted, untrusted_signer };
  }

  insist(second_seal: boolean): void {
    if (this.wanted) this.wanted = { ...this.wanted, second_seal };
  }
}
