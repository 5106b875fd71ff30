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
export type Device = With<Schema<"DeviceView">, { sources: Source[]; colours: Colour[] }>;
export type Scanners = With<Schema<"ScannerList">, { state: ScannerState; devices: Device[] }>;
export type ScanOrder = With<Schema<"StartScan">, { source: Source; colour: Colour }>;
export type ScanState = Schema<"ScanState">;
export type Scan = Schema<"ScanView">;
export type Paper = Schema<"PaperView">;
export type Feeding = Schema<"Feeding">;
export type Kept = Schema<"Kept">;

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
