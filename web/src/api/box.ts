// Every call the box's page makes, by name. Screens know these functions and never a path.

import { address, request } from "./http";
import type * as t from "./types";

const get = <T>(path: string, query?: Record<string, string | number | boolean | null | undefined>) =>
  request<T>("GET", path, { query });
const post = <T = void>(path: string, json: unknown = {}) => request<T>("POST", path, { json });

/** A list may come bare or as a page; screens that want all of it do not care. */
const items = async <T>(list: Promise<T[] | t.Page<T>>): Promise<T[]> => {
  const value = await list;
  return Array.isArray(value) ? value : value.items;
};

export const door = () => get<t.Door>("/api/door");
export const signIn = (username: string, password: string) => post<t.Me>("/api/sessions", { username, password });
export const signOut = () => post("/api/sessions/end");
export const me = () => get<t.Me>("/api/me");
export const changePassword = (current: string, next: string) => post("/api/me/password", { current, new: next });
export const home = () => get<t.Home>("/api/home");
export const confirmClock = (now: string) => post("/api/clock/confirm", { now });

export const people = () => items(get<t.Person[]>("/api/people"));
export const accounts = () => items(get<t.Page<t.Account>>("/api/accounts"));
export const createAccount = (account: {
  username: string;
  name: string;
  role: t.Role;
  section?: string;
  password: string;
}) => post<t.Account>("/api/accounts", account);
export const resetAccount = (a: t.Account, password: string) =>
  post(`/api/accounts/${a.id}/reset`, { version: a.version, password });
export const closeAccount = (a: t.Account) => post(`/api/accounts/${a.id}/close`, { version: a.version });
export const reopenAccount = (a: t.Account) => post(`/api/accounts/${a.id}/reopen`, { version: a.version });

export const unit = () => get<t.Unit>("/api/unit");
export const amendUnit = (unit: t.Unit) => post("/api/unit/amend", unit);
export const documentTypes = () => items(get<t.DocumentType[]>("/api/document-types"));

export interface LetterFilter {
  book?: t.Book;
  year?: string;
  state?: string;
  waiting?: boolean;
  text?: string;
  after?: string;
  limit?: number;
}
export const letters = (filter: LetterFilter) => get<t.Page<t.LetterLine>>("/api/letters", { ...filter });
export const letter = (id: t.Uuid) => get<t.Letter>(`/api/letters/${id}`);
export const enterLetter = (draft: t.IncomingDraft | t.OutgoingDraft) => post<t.Letter>("/api/letters", draft);
export const books = () =>
  items(get<{ book: t.Book; year: number; count: number; last_number_text: string }[]>("/api/books"));

/** One step of a letter's way; the answer is the letter afterwards where the server gives it. */
export const step = (id: t.Uuid, verb: t.Verb, json: Record<string, unknown> = {}) =>
  post<t.Letter | undefined>(`/api/letters/${id}/${verb}`, json);

export const fileAddress = (id: t.Uuid, name: string, download = false) =>
  address(`/api/letters/${id}/files/${name}`, { download: download ? 1 : undefined });
export const letterPageAddress = (id: t.Uuid, page: number) => `/api/letters/${id}/pages/${page}.jpg`;

export const scanners = () => get<t.Scanners>("/api/scanners");
export interface ScanOrder {
  device: string;
  source: t.Source;
  colour: t.Colour;
  dpi: number;
  paper: string;
}
export const startScan = (order: ScanOrder) => post<t.Scan>("/api/scans", order);
export const openScans = () => items(get<t.Page<t.Scan>>("/api/scans"));
export const scan = (id: t.Uuid) => get<t.Scan>(`/api/scans/${id}`);
export const cancelScan = (id: t.Uuid) => post(`/api/scans/${id}/cancel`);
export const continueScan = (id: t.Uuid) => post(`/api/scans/${id}/continue`);
export const discardScan = (id: t.Uuid) => post(`/api/scans/${id}/discard`);
export const dropPage = (scan: t.Scan, number: number) =>
  post(`/api/scans/${scan.id}/drop-page`, { version: scan.version, number });
export const composeScan = (id: t.Uuid) => post<{ paper: t.Paper }>(`/api/scans/${id}/compose`);
export const scanPageAddress = (id: t.Uuid, page: number, small = false) =>
  address(`/api/scans/${id}/pages/${page}.jpg`, { size: small ? "small" : undefined });

export const upload = (file: File) =>
  request<{ paper: t.Paper }>("POST", "/api/uploads", {
    body: file,
    // Header values are bytes: Vietnamese file names travel percent-encoded.
    headers: { "Content-Type": file.type || "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) },
  });

export const link = () => get<t.Link>("/api/link");
export const linkDetails = () => get<t.LinkDetails>("/api/link/details");
export const enrol = (hub_url: string, code: string) => post("/api/link/enrol", { hub_url, code });
export const sendNow = () => post("/api/link/send-now");

export const certificates = () => items(get<t.Certificate[]>("/api/certificates"));
export const addCertificate = (file: File, passphrase: string) => {
  const body = new FormData();
  body.set("passphrase", passphrase);
  body.set("file", file);
  return request<t.Certificate>("POST", "/api/certificates", { body });
};
export const withdrawCertificate = (id: t.Uuid) => post(`/api/certificates/${id}/withdraw`);

export const audit = (after?: string) => get<t.Page<t.AuditLine>>("/api/audit", { after, limit: 50 });
