// The words of the API as screens use them: the generated schemas, and where the server says only "string" the words
// there are. A change in Rust changes `schema.d.ts` (`npm run api`) and surfaces here or where it is used.

import type { components } from "./schema";

type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
type With<Whole, Part> = Omit<Whole, keyof Part> & Part;

export type Uuid = string;
export type Day = string; // yyyy-mm-dd
export type Time = string; // RFC 3339, +07:00
export type Tone = "act" | "late" | "wait" | "calm";

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export type Role = Schema<"Role">;
export type Book = Schema<"BookName">;
export type Urgency = Schema<"Urgency">;
export type Verb = Schema<"Verb">;
export type Clock = With<Schema<"ClockView">, { state: "trusted" | "unset" | "behind" }>;
export type Door = With<Schema<"Door">, { clock: Clock }>;
export type Health = Schema<"Health">;
export type Me = Schema<"Me">;
export type Person = Schema<"PersonView">;
export type Account = Schema<"AccountView"> & { locked_until?: Time | null };
export type Unit = Schema<"UnitView">;
export type DocumentType = Schema<"DocumentType">;
export type BookYear = Schema<"BookView">;

export type LetterState = Schema<"LetterState">;
export type LetterLine = Schema<"LetterLine">;
export type LetterFile = Schema<"FileView">;
export type Step = With<Schema<"StepView">, { tone: Tone }>;
export type SealState = "none" | "requested" | "sealed" | "failed";
export type AboveState = "local" | "waiting" | "received";
export type Letter = With<
  Schema<"LetterView">,
  {
    way: Step[];
    seal: With<Schema<"SealView">, { state: SealState }>;
    above: With<Schema<"Above">, { state: AboveState }>;
  }
>;
export type IncomingDraft = Schema<"Register"> & { book: "incoming" };
export type OutgoingDraft = Schema<"Draft"> & { book: "outgoing" };

export type LinkState = "not_enrolled" | "idle" | "sending" | "waiting" | "refused";
export type Link = With<Schema<"LinkBrief">, { state: LinkState }>;
export type LinkDetails = Link & { notices: Schema<"Notice">[] };

export type Counter = With<Schema<"Counter">, { tone: Tone }>;
export type ScannerState = "ready" | "none" | "no_libsane" | "busy" | "failed";
export type Home = With<
  Schema<"Home">,
  {
    counters: Counter[];
    today: LetterLine[];
    link: Link;
    clock: Clock;
    scanner: { state: ScannerState; sentence: string };
  }
>;

export type Source = "flatbed" | "feeder" | "feeder_duplex";
export type Colour = "colour" | "grey" | "black_white";
/** How a scan is asked for; `sheets_expected` is what the clerk counted beforehand. */
export interface ScanOrder {
  device: string;
  source: Source;
  colour: Colour;
  dpi: number;
  paper: string;
  sheets_expected?: number | null;
  both_sides_by_hand?: boolean;
  turn_backs?: boolean;
  profile?: string | null;
}
export interface Told {
  code: string;
  sentence: string;
}
export type DeviceState = "ready" | "scanning" | "gone" | "failed";
export interface Device {
  id: string;
  label: string;
  state: DeviceState;
  sentence: string;
  sources: Source[];
  colours: Colour[];
  resolutions_dpi: number[];
  papers: string[];
  buttons: string[];
  last?: Partial<ScanOrder> | null;
}
export interface Scanners {
  state: ScannerState;
  sentence: string;
  devices: Device[];
  troubles: Told[];
  queue_length: number;
}
/** Where a page stands among the others and how it lies: `turn` is clockwise, `opens` begins a document. */
export interface Placed {
  page: number;
  turn: number;
  opens: boolean;
}
export interface Seen {
  flags: Told[];
  skew_degrees: number;
  mark?: { kind: "separator" | "sheet" | "stamp"; letter?: Uuid | null } | null;
}
export type Corners = [[number, number], [number, number], [number, number], [number, number]];
export interface ScanPage extends Placed {
  place: number;
  side: "front" | "back";
  capture: string;
  width_px: number;
  height_px: number;
  dpi: number;
  kept_at: Time;
  photo: boolean;
  corners?: Corners | null;
  seen?: Seen | null;
}
export type ScanState = "queued" | "scanning" | "turning" | "done" | "failed" | "cancelled" | "filed" | "discarded" | "merged";
export interface Feeding {
  scan: Uuid;
  page: number;
  lines_done: number;
  lines_of?: number | null;
}
export interface Scan {
  id: Uuid;
  from: "scanner" | "file" | "photo" | "folder" | "stick";
  device: string;
  device_label: string;
  owner: { id: Uuid; name: string };
  state: ScanState;
  started_at: Time;
  source?: Source | null;
  colour?: Colour | null;
  dpi?: number | null;
  paper_size?: string | null;
  sheets_expected?: number | null;
  both_sides_by_hand: boolean;
  pass: "fronts" | "backs";
  queue_place?: number | null;
  feeding?: Omit<Feeding, "scan"> | null;
  pages: ScanPage[];
  pages_total: number;
  bin: ScanPage[];
  sheets_got: number;
  counts?: { expected: number; got: number; tone: "calm" | "late"; sentence: string } | null;
  warnings: (Told & { pages: number[] })[];
  error?: Told | null;
  resume?: { sheet: number; sheets_left?: number | null; sentence: string } | null;
  note?: Told | null;
  bound_to?: { letter: Uuid; number_text: string; subject: string } | null;
  parted_from?: Uuid | null;
  paper?: Paper | null;
  version: number;
}
/** A scan as the list of the desk has it. */
export type ScanLine = Omit<Scan, "pages" | "bin"> & { first_page?: ScanPage | null };
export type Paper = Schema<"PaperView">;
/** Where the pages that come next go. */
export type Aim = { first: true } | { after: number } | { in_place_of: number };
export interface Profile {
  id: Uuid;
  name: string;
  settings: Required<Pick<ScanOrder, "device" | "source" | "colour" | "dpi" | "paper">> & {
    device_label: string;
    both_sides_by_hand: boolean;
    turn_backs: boolean;
  };
  button?: string | null;
  version: number;
}
export type UploadWay = "file" | "photo";

export type Certificate = With<Schema<"CertificateView">, { state: "valid" | "expired" | "not_yet" }>;
export type AuditLine = Schema<"AuditLine">;

// The hub says its own; it has no generated document.

export interface FleetRow {
  unit: Uuid;
  name: string;
  last_seen: Time | null;
  head_seq: number;
  missing_blobs: number;
  lines: number;
  version?: string;
  shut_out?: boolean;
  alarm?: string | null;
}

export interface HubLine {
  unit: Uuid;
  unit_name: string;
  document: Uuid;
  book: Book;
  year: number;
  number: number;
  reference_code: string;
  issue_date: Day;
  entered_on: Day;
  issuing_body: string;
  document_type: string;
  subject: string;
  signatory: string;
  recipients: string;
  urgency: string;
  state: string;
  pdf: string | null;
  note: string;
  received_at: Time;
  has_pdf: boolean;
}
