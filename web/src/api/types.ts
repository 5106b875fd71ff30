// The words of the API as screens use them: the generated schemas, and where the server says only "string" the words
// there are. A change in Rust changes `schema.d.ts` (`npm run api`) and surfaces here or where it is used.

import type { components, operations } from "./schema";

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
export type SearchResult = Schema<"SearchResult">;
export type SearchHit = Schema<"SearchHit">;
export type SearchExcerpt = Schema<"SearchExcerpt">;
/** A sheet of labels for stamps, as the box names it. */
export type Marking = operations["get_letters_marked"]["parameters"]["query"]["mark"];
export type LabelSheet = NonNullable<NonNullable<operations["get_marks_stamps"]["parameters"]["query"]>["labels"]>;
export type LetterFile = Schema<"FileView">;
/** Phụ lục in a file of its own. */
export type Annex = With<Schema<"AnnexView">, { state: SealState }>;
export type Step = With<Schema<"StepView">, { tone: Tone }>;
export type SealState = "none" | "requested" | "prepared" | "sealed" | "failed";
export type SignatureState = "requested" | "prepared" | "signed" | "failed";
export type Signature = With<Schema<"SignatureView">, { state: SignatureState }>;
/** How far somebody is who has to sign. */
export type SignerState = "signed" | "on_paper" | "due" | "waits";
export type SigningOrder = Schema<"SigningOrder">;
export type AboveState = "local" | "waiting" | "received";
export type Letter = With<
  Schema<"LetterView">,
  {
    way: Step[];
    signatures: Signature[];
    annexes: Annex[];
    signers: With<Schema<"SignerView">, { state: SignerState }>[];
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
export type ReaderState = "ready" | "missing" | "no_vietnamese" | "broken" | "off";
export type Home = With<
  Schema<"Home">,
  {
    counters: Counter[];
    today: LetterLine[];
    link: Link;
    clock: Clock;
    scanner: { state: ScannerState; sentence: string };
    reader: { state: ReaderState; sentence: string };
  }
>;

export type Source = "flatbed" | "feeder" | "feeder_duplex";
export type Colour = "colour" | "grey" | "black_white";
/** How a scan is asked for; `sheets_expected` is what the clerk counted beforehand. */
export type ScanOrder = With<Schema<"StartScan">, { source: Source; colour: Colour }>;
export type Told = Schema<"ScanSaying">;
export type DeviceState = "ready" | "scanning" | "gone" | "failed";
export type Device = With<
  Schema<"DeviceView">,
  { state: DeviceState; sources: Source[]; colours: Colour[]; last?: Partial<ScanOrder> | null }
>;
export type Scanners = With<Schema<"ScannerList">, { state: ScannerState; devices: Device[] }>;
/**
 * Where a page stands among the others and how it lies: `turn` is clockwise, `opens` begins a document, `straighten` is
 * in tenths of a degree clockwise, or `null` for what the box has seen.
 */
export type Placed = Required<Omit<Schema<"PlacedPage">, "straighten">> & { straighten?: number | null };
export type Corners = [[number, number], [number, number], [number, number], [number, number]];
export type ScanPage = With<Schema<"PageView">, { corners?: Corners | null }>;
export type ScanState = Schema<"ScanState">;
export type Feeding = Schema<"Feeding">;
interface ScanWords {
  from: "scanner" | "file" | "photo" | "folder" | "stick";
  source?: Source | null;
  colour?: Colour | null;
  counts?: With<Schema<"ScanCounts">, { tone: "calm" | "late" }> | null;
}
export type Scan = With<Schema<"ScanView">, ScanWords & { pages: ScanPage[]; bin: ScanPage[] }>;
/** A scan as the list of the desk has it. */
export type ScanLine = With<Schema<"ScanLine">, ScanWords & { first_page?: ScanPage | null }>;
export type Paper = Schema<"PaperView">;
/** How far a paper is with being made to fit. */
export type ScanFit = Schema<"ScanFit">;
export type SizeStep = Schema<"SizeStep">;
/** What a page seems to say of a column, and where. */
export type ScanProposal = Schema<"ScanProposal">;
/** Where the pages that come next go. */
export type Aim = { first: true } | { after: number } | { in_place_of: number };
export type Profile = With<
  Schema<"ProfileView">,
  { settings: With<Schema<"ProfileSettings">, { source: Source; colour: Colour }> }
>;
/** A profile as it is sent: its settings beside its name. */
export type ProfileForm = Profile["settings"] & { name: string; button: string | null };
export type UploadWay = "file" | "photo";
/** What came of a file that was brought. */
export interface Brought {
  scan: Scan;
  paper: Paper | null;
}
export type Inbox = Schema<"InboxView">;
export type Stick = Schema<"Stick">;
export type OnStick = Schema<"OnStick">;

/** Where a key is: a file or a token at the box, a token in one's own PC, anything else. */
export type KeyPlace = "file" | "token" | "helper" | "elsewhere";
export type Certificate = With<Schema<"CertificateView">, { state: "valid" | "expired" | "not_yet"; place: KeyPlace }>;
export type OnToken = With<Schema<"OnToken">, { pin: PinState }>;
export type PinState = "fine" | "few_tries" | "last_try" | "locked" | "not_ready";
export type Enlisting = Schema<"Enlist">;
/** Whose hand: a person's signature or the unit's seal. */
export type Hand = Schema<"Hand">;
export type Look = Schema<"SigningLook">;
export type LookKind = Schema<"LookKind">;
export type SigningPlace = Schema<"SigningPlace">;
export type Capacity = Schema<"Capacity">;
export type Level = Schema<"Level">;
export type Proposal = Schema<"Proposal">;
export type Impression = Schema<"ImpressionView">;
export type ImpressionKind = Schema<"ImpressionKind">;
export type SigningSettings = Schema<"SigningSettings">;
export type Trusted = With<Schema<"TrustedView">, { sort: "root" | "intermediate" | "crl" }>;
export type SigningLine = Schema<"SigningLine">;
export type BatchLine = Schema<"BatchLine">;
export type Batch = Schema<"Batch">;
export type SigningDigest = Schema<"Digest">;
export type Delegation = Schema<"DelegationView">;
export type Grant = Schema<"Grant">;
export type Verdict = Schema<"SignatureVerdict">;
export type Proof = Schema<"ProofView">;
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
  /** Phụ lục in files of their own, and those of them that are here. */
  annexes?: { title: string; pdf: string }[];
  annexes_here: string[];
}
