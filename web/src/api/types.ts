// The box's and the hub's JSON, as the contract of the HTTP API has it.

export type Uuid = string;
export type Day = string; // yyyy-mm-dd
export type Time = string; // RFC 3339, +07:00

export type Role = "clerk" | "head" | "teacher" | "it";
export type Book = "incoming" | "outgoing";
export type Tone = "act" | "late" | "wait" | "calm";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Clock {
  state: "trusted" | "unset" | "behind";
  now: Time;
  last_entry?: Time | null;
}

export interface Door {
  unit: { name: string; parent_name: string; address_line: string };
  version: string;
  clock: Clock;
}

export interface Me {
  id: Uuid;
  username: string;
  name: string;
  role: Role;
  role_name: string;
  section: string | null;
  must_change_password: boolean;
  unit: { name: string };
}

export interface Person {
  id: Uuid;
  name: string;
  role: Role;
  role_name: string;
  section: string | null;
}

export interface Account extends Person {
  username: string;
  active: boolean;
  locked_until?: Time | null;
  last_sign_in?: Time | null;
  version: number;
}

export interface Unit {
  name: string;
  parent_name: string;
  address_line: string;
  abbreviation: string;
  place: string;
  url: string;
  version: number;
}

export interface DocumentType {
  id: string;
  name: string;
  abbreviation: string;
}

export interface LetterLine {
  id: Uuid;
  book: Book;
  year: number;
  number: number | null;
  number_text: string;
  reference_code: string;
  issue_date: Day | null;
  entered_on: Day | null;
  issuing_body: string;
  document_type: string;
  document_type_name: string;
  subject: string;
  urgency: string;
  urgency_name: string;
  signatory: string;
  recipients: string;
  due_date: Day | null;
  late: boolean;
  state: string;
  state_name: string;
  has_pdf: boolean;
  sealed: boolean;
  unread: boolean;
  copies: number | null;
  note: string;
  version: number;
}

export interface LetterFile {
  name: string;
  title: string;
  pages: number;
  bytes: number;
  kind: "scan" | "upload" | "sealed";
  signed: boolean;
}

export interface Step {
  at: Time;
  who: string;
  what: string;
  words?: string | null;
  tone: Tone;
}

export interface Assignment {
  person: { id: Uuid; name: string };
  role: "lead" | "cooperating";
  read_at?: Time | null;
  done_at?: Time | null;
  report?: string | null;
}

export type Verb =
  | "submit"
  | "direct"
  | "assign"
  | "read"
  | "complete"
  | "approve"
  | "return"
  | "release"
  | "void"
  | "attach"
  | "seal"
  | "amend";

export interface Letter extends LetterLine {
  files: LetterFile[];
  way: Step[];
  assignments: Assignment[];
  readers: { person: string | { id: Uuid; name: string }; at: Time }[];
  seal: { state: "none" | "requested" | "sealed" | "failed"; sentence?: string | null; certificate?: string | null };
  above: { state: "local" | "waiting" | "received"; at?: Time | null; sentence: string };
  may: Verb[];
}

export interface Link {
  state: "not_enrolled" | "idle" | "sending" | "waiting" | "refused";
  sentence: string;
  acknowledged_at: Time | null;
  waiting_documents: number;
  waiting_entries: number;
  waiting_blobs: number;
  last_error?: string | null;
  next_try_at?: Time | null;
  hub_name?: string | null;
}

export interface LinkDetails extends Link {
  notices: { at: Time; title: string; text: string }[];
}

export interface Counter {
  key: string;
  label: string;
  count: number;
  href: string;
  tone: Tone;
}

export interface Home {
  role: Role;
  counters: Counter[];
  today: LetterLine[];
  link: Link;
  clock: Clock;
  scanner: { state: ScannerState; sentence: string };
}

export type ScannerState = "ready" | "none" | "no_libsane" | "busy" | "failed";
export type Source = "flatbed" | "feeder" | "feeder_duplex";
export type Colour = "colour" | "grey" | "black_white";

export interface Device {
  id: string;
  label: string;
  sources: Source[];
  colours: Colour[];
  resolutions_dpi: number[];
}

export interface Scanners {
  state: ScannerState;
  sentence: string;
  devices: Device[];
}

export interface ScanPage {
  number: number;
  capture: string;
  width_px: number;
  height_px: number;
  dpi: number;
  kept_at: Time;
}

export interface Paper {
  id: Uuid;
  name: string;
  pages: number;
  bytes: number;
  signed?: boolean;
}

export interface Scan {
  id: Uuid;
  device_label: string;
  state: "queued" | "scanning" | "done" | "failed" | "cancelled" | "filed" | "discarded";
  started_at: Time;
  pages: ScanPage[];
  scanning_page?: number | null;
  lines_done?: number | null;
  lines_of?: number | null;
  error?: { code: string; sentence: string } | null;
  paper?: Paper | null;
  version: number;
}

export interface Certificate {
  id: Uuid;
  subject: string;
  organisation: string;
  issuer: string;
  not_after: Time;
  state: "valid" | "expired" | "not_yet";
  usable: boolean;
}

export interface AuditLine {
  seq: number;
  at: Time;
  who: string;
  kind: string;
  sentence: string;
}

export interface IncomingDraft {
  book: "incoming";
  issuing_body: string;
  reference_code: string;
  issue_date: Day;
  document_type: string;
  subject: string;
  signatory?: string;
  urgency?: string;
  secrecy?: string;
  due_date?: Day;
  copies?: number;
  note?: string;
  paper?: Uuid;
  duplicate_confirmed?: boolean;
}

export interface OutgoingDraft {
  book: "outgoing";
  document_type: string;
  subject: string;
  recipients: string;
  signatory?: string;
  urgency?: string;
  field?: string;
  due_date?: Day;
  copies?: number;
  note?: string;
  paper?: Uuid;
}

// The hub.

export interface FleetRow {
  unit: Uuid;
  name: string;
  last_seen: Time | null;
  head_seq: number;
  missing_blobs: number;
  lines: number;
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
