// Every call the box's page makes, by name. Screens know these functions and never a path.

import createClient from "openapi-fetch";
import { address, reach, sendFile, told } from "./http";
import type { paths } from "./schema";
import type * as t from "./types";

const box = createClient<paths>({ fetch: reach, cache: "no-store", credentials: "same-origin" });
type Versioned = { id: t.Uuid; version: number };
const of = (id: t.Uuid) => ({ params: { path: { id } } });

/** The document's words for states are the letter's or the scan's by where they stand. */
const as = <T>(answer: Promise<unknown>) => answer as Promise<T>;

export const door = () => as<t.Door>(told(box.GET("/api/door")));
export const signIn = (username: string, password: string): Promise<t.Me> =>
  told(box.POST("/api/sessions", { body: { username, password } }));
export const signOut = () => told(box.POST("/api/sessions/end"));
export const me = (): Promise<t.Me> => told(box.GET("/api/me"));
export const changePassword = (current: string, next: string) =>
  told(box.POST("/api/me/password", { body: { current, new: next } }));
export const health = (): Promise<t.Health> => told(box.GET("/healthz"));
export const home = () => as<t.Home>(told(box.GET("/api/home")));
export const confirmClock = (now: t.Time) => told(box.POST("/api/clock/confirm", { body: { now } }));

export const people = (): Promise<t.Person[]> => told(box.GET("/api/people"));
export const accounts = async (): Promise<t.Account[]> => (await told(box.GET("/api/accounts"))).items;
export const createAccount = (account: {
  username: string;
  name: string;
  role: t.Role;
  section?: string;
  password: string;
}): Promise<t.Account> => told(box.POST("/api/accounts", { body: account }));
export const resetAccount = ({ id, version }: t.Account, password: string) =>
  told(box.POST("/api/accounts/{id}/reset", { ...of(id), body: { version, password } }));
export const closeAccount = ({ id, version }: t.Account) =>
  told(box.POST("/api/accounts/{id}/close", { ...of(id), body: { version } }));
export const reopenAccount = ({ id, version }: t.Account) =>
  told(box.POST("/api/accounts/{id}/reopen", { ...of(id), body: { version } }));

export const unit = (): Promise<t.Unit> => told(box.GET("/api/unit"));
export const amendUnit = (unit: t.Unit) => told(box.POST("/api/unit/amend", { body: unit }));
export const documentTypes = (): Promise<t.DocumentType[]> => told(box.GET("/api/document-types"));
export const books = (): Promise<t.BookYear[]> => told(box.GET("/api/books"));

export interface LetterFilter {
  book?: t.Book;
  year?: number;
  state?: t.LetterState;
  waiting?: true;
  text?: string;
  after?: string;
  limit?: number;
}
export const letters = (filter: LetterFilter) =>
  as<t.Page<t.LetterLine>>(told(box.GET("/api/letters", { params: { query: filter as object } })));
export const search = (query: { q: string; limit?: number; after?: string }, signal?: AbortSignal): Promise<t.SearchResult> =>
  told(box.GET("/api/search", { params: { query }, signal }));
export const letter = (id: t.Uuid) => as<t.Letter>(told(box.GET("/api/letters/{id}", of(id))));
export const enterLetter = (draft: t.IncomingDraft | t.OutgoingDraft) =>
  as<t.Letter>(told(box.POST("/api/letters", { body: draft })));
/** Opening is reading: the server keeps who and when first. */
export const readLetter = (id: t.Uuid) => told(box.POST("/api/letters/{id}/read", of(id)));

/** One step of a letter's way, with what its form asked for; the answer is the letter afterwards. */
export const step = (id: t.Uuid, verb: t.Verb, fields: { version: number } & Record<string, unknown>) => {
  // All of these paths take the letter's version and answer with the letter.
  const path = `/api/letters/{id}/${verb}` as "/api/letters/{id}/release";
  return as<t.Letter>(told(box.POST(path, { ...of(id), body: fields })));
};

export const fileAddress = (id: t.Uuid, name: string, download = false) =>
  address(`/api/letters/${id}/files/${name}`, { download: download ? 1 : undefined });
export const letterPageAddress = (id: t.Uuid, page: number, annex?: t.Uuid) => address(`/api/letters/${id}/pages/${page}.jpg`, { annex });
export const addAnnex = ({ id, version }: Versioned, paper: t.Uuid, title: string) =>
  as<t.Letter>(told(box.POST("/api/letters/{id}/annexes", { ...of(id), body: { version, paper, title } })));
export const removeAnnex = ({ id, version }: Versioned, annex: t.Uuid) =>
  as<t.Letter>(told(box.POST("/api/letters/{id}/annexes/{annex}/remove", { params: { path: { id, annex } }, body: { version } })));

export const scanners = () => as<t.Scanners>(told(box.GET("/api/scanners")));
export const profiles = async () => (await as<t.Page<t.Profile>>(told(box.GET("/api/profiles")))).items;
export const saveProfile = (profile: t.ProfileForm) => as<t.Profile>(told(box.POST("/api/profiles", { body: profile })));
export const amendProfile = ({ id, version }: Versioned, profile: t.ProfileForm) =>
  as<t.Profile>(told(box.POST("/api/profiles/{id}/amend", { ...of(id), body: { version, ...profile } })));
export const removeProfile = ({ id, version }: Versioned) =>
  told(box.POST("/api/profiles/{id}/remove", { ...of(id), body: { version } }));
export const startScan = (order: t.ScanOrder) => as<t.Scan>(told(box.POST("/api/scans", { body: order })));
export const openScans = async () => (await as<t.Page<t.ScanLine>>(told(box.GET("/api/scans")))).items;
/** A scan with its pages, or with those from a place on. */
export const scan = (id: t.Uuid, from?: number) =>
  as<t.Scan>(told(box.GET("/api/scans/{id}", { params: { path: { id }, query: { from } } })));
export const cancelScan = (id: t.Uuid) => as<t.Scan>(told(box.POST("/api/scans/{id}/cancel", of(id))));
/** Goes on with it: where it stopped, or where `aim` says. */
export const continueScan = (id: t.Uuid, aim?: t.Aim) =>
  as<t.Scan>(told(box.POST("/api/scans/{id}/continue", { ...of(id), body: aim ?? {} })));
export const discardScan = (id: t.Uuid) => told(box.POST("/api/scans/{id}/discard", of(id)));
/** The pages as they shall be from now on; those not named go to the bin. */
export const arrangeScan = ({ id, version }: Versioned, pages: t.Placed[]) =>
  as<t.Scan>(told(box.POST("/api/scans/{id}/arrange", { ...of(id), body: { version, pages } })));
export const splitScan = async ({ id, version }: Versioned) =>
  (await as<t.Page<t.Scan>>(told(box.POST("/api/scans/{id}/split", { ...of(id), body: { version } })))).items;
export const mergeScan = ({ id, version }: Versioned, other: Versioned) =>
  as<t.Scan>(told(box.POST("/api/scans/{id}/merge", { ...of(id), body: { version, from: other.id, from_version: other.version } })));
/** Takes fronts and backs that do not match as they came. */
export const settleScan = ({ id, version }: Versioned) =>
  as<t.Scan>(told(box.POST("/api/scans/{id}/settle", { ...of(id), body: { version } })));
/** What the pages of a paper on the desk seem to say of the columns of a book. */
export const proposals = (id: t.Uuid) => told(box.GET("/api/scans/{id}/proposals", of(id)));
/** Begins to pack the paper until it has so many bytes; `null`: as usual again. How far it is, `fitOfScan` says. */
export const fitScan = (id: t.Uuid, most_bytes: number | null): Promise<t.ScanFit> =>
  told(box.POST("/api/scans/{id}/fit", { ...of(id), body: { most_bytes } }));
export const fitOfScan = (id: t.Uuid): Promise<t.ScanFit> => told(box.GET("/api/scans/{id}/fit", of(id)));
export const composeScan = (id: t.Uuid) => told(box.POST("/api/scans/{id}/compose", of(id)));
export const straightenPage = ({ id, version }: Versioned, page: number, corners: t.Corners | null) =>
  as<t.Scan>(
    told(box.POST("/api/scans/{id}/pages/{page}/straighten", { params: { path: { id, page } }, body: { version, corners } })),
  );
/** A page by its id, as it was scanned: whoever shows it turns it. `original` is a photo before it was straightened. */
export const scanPageAddress = (id: t.Uuid, page: number, { small = false, original = false } = {}) =>
  address(`/api/scans/${id}/pages/${page}.jpg`, { size: small ? "small" : undefined, original: original ? 1 : undefined });
export const scanPaperAddress = (id: t.Uuid) => `/api/scans/${id}/paper`;

/** Brings a file to the desk: pictures become pages (of `scan`, if named), a PDF a paper. */
export const upload = (file: File, query: { scan?: t.Uuid; way?: t.UploadWay } = {}, onsent?: (share: number) => void) =>
  sendFile<t.Brought>(address("/api/uploads", query), file, onsent);
export const inbox = (): Promise<t.Inbox> => told(box.GET("/api/inbox"));
export const sticks = async (): Promise<t.Stick[]> => (await told(box.GET("/api/sticks"))).items;
export const bringFromStick = (stick: string, path: string) =>
  as<t.Brought>(told(box.POST("/api/sticks/bring", { body: { stick, path } })));

/** The code that separates; with `letter`, that leads to a document: on a sheet before its paper, or in its stamp. */
export const markAddress = (kind: "separator" | "sheet" | "stamp", letter?: t.Uuid) =>
  letter ? `/api/marks/${kind}/${letter}.svg` : `/api/marks/${kind}.svg`;

/** Papers to print, as PDF. `from` and `to` are days, `yyyy-mm-dd`; without them the whole year. */
export const registerPdf = (book: t.Book, part: { year?: number; from?: string; to?: string }) => address(`/api/books/${book}/register.pdf`, part);
export const slipPdf = (letter: t.Uuid) => `/api/letters/${letter}/slip.pdf`;
/** A copy of the document of record with a mark laid over it. */
export const markedPdf = (letter: t.Uuid, asked: { mark: t.Marking; number?: string; title?: string; name?: string; words?: string }) =>
  address(`/api/letters/${letter}/marked.pdf`, asked);
export const stampsPdf = (letters: t.Uuid[], labels: t.LabelSheet, first: number) =>
  address("/api/marks/stamps.pdf", { letters: letters.join(","), labels, first });
export const separatorsPdf = (sheets: number, letter?: t.Uuid) => address("/api/marks/separators.pdf", { sheets, letter });

export const link = () => as<t.Link>(told(box.GET("/api/link")));
export const linkDetails = () => as<t.LinkDetails>(told(box.GET("/api/link/details")));
export const enrol = (hub_url: string, code: string) => told(box.POST("/api/link/enrol", { body: { hub_url, code } }));
export const sendNow = () => told(box.POST("/api/link/send-now"));

/** What the file on the desk is worth, before anybody registers it. */
export const scanVerdict = (id: t.Uuid) => told(box.GET("/api/scans/{id}/verdict", of(id)));
export const signingProposal = (id: t.Uuid, hand: t.Hand): Promise<t.Proposal> =>
  told(box.GET("/api/letters/{id}/signing-proposal", { params: { path: { id }, query: { hand } } }));
/** The page as it would be signed. */
export const signingPreview = (id: t.Uuid, hand: t.Hand, look: t.Look, right: { capacity?: t.Capacity; delegation?: t.Uuid }, page: number) =>
  as<Blob>(told(box.POST("/api/letters/{id}/signing-preview", { ...of(id), body: { hand, look, page, ...right }, parseAs: "blob" })));
export const signingDigest = (id: t.Uuid): Promise<t.SigningDigest> => told(box.GET("/api/letters/{id}/signing-digest", of(id)));
/** A raw signature over the attributes in base64, or a whole CMS as base64 or PEM. */
export const signingAnswer = (id: t.Uuid, prepared: string, answer: { signature: string } | { cms: string }) =>
  as<t.Letter>(told(box.POST("/api/letters/{id}/signing-answer", { ...of(id), body: { prepared, ...answer } })));
export const signBatch = (batch: t.Batch): Promise<t.BatchLine[]> => told(box.POST("/api/signing-batches", { body: batch }));
export const signings = (after?: string): Promise<t.Page<t.SigningLine>> =>
  told(box.GET("/api/signings", { params: { query: { after, limit: 50 } } }));

export const delegations = () => as<t.Delegation[]>(told(box.GET("/api/delegations")));
export const grantDelegation = (grant: t.Grant) => told(box.POST("/api/delegations", { body: grant }));
export const endDelegation = (id: t.Uuid) => told(box.POST("/api/delegations/{id}/end", of(id)));

export const certificates = () => as<t.Certificate[]>(told(box.GET("/api/certificates")));
interface Whose {
  mine: boolean;
  other_unit: boolean;
}
export const addCertificate = (file: File, passphrase: string, { mine, other_unit }: Whose) =>
  told(
    box.POST("/api/certificates", {
      body: { file: file as unknown as string, passphrase },
      bodySerializer: (body) => {
        const form = new FormData();
        form.set("passphrase", body.passphrase);
        if (mine) form.set("mine", "1");
        if (other_unit) form.set("other_unit", "1");
        form.set("file", body.file);
        return form;
      },
    }),
  );
export const enlistCertificate = (enlisting: t.Enlisting) => told(box.POST("/api/certificates/enlist", { body: enlisting }));
export const tokens = () => as<t.OnToken[]>(told(box.GET("/api/tokens")));
export const impressions = (): Promise<t.Impression[]> => told(box.GET("/api/impressions"));
export const impressionAddress = (id: t.Uuid) => `/api/impressions/${id}/picture.png`;
/** Cuts it out of a picture of paper, or out of a page of a scan on the desk. */
export const keepImpression = (kind: t.ImpressionKind, from: { file: File; dpi?: number } | { scan: t.Uuid; page: number }) =>
  sendFile<t.Impression>(
    address("/api/impressions", "file" in from ? { kind, dpi: from.dpi } : { kind, scan: from.scan, page: from.page }),
    "file" in from ? from.file : new Blob(),
  );
export const withdrawImpression = (id: t.Uuid) => told(box.POST("/api/impressions/{id}/withdraw", of(id)));
export const signingSettings = (): Promise<t.SigningSettings> => told(box.GET("/api/signing-settings"));
export const amendSigningSettings = (settings: t.SigningSettings): Promise<t.SigningSettings> =>
  told(box.POST("/api/signing-settings", { body: settings }));
export const trusted = () => as<t.Trusted[]>(told(box.GET("/api/trust")));
export const trust = (file: File) => sendFile<undefined>("/api/trust", file);
export const distrust = (id: t.Uuid) => told(box.POST("/api/trust/{id}/drop", of(id)));
export const withdrawCertificate = (id: t.Uuid) => told(box.POST("/api/certificates/{id}/withdraw", of(id)));

export const audit = (after?: string): Promise<t.Page<t.AuditLine>> =>
  told(box.GET("/api/audit", { params: { query: { after, limit: 50 } } }));
