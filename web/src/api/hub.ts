// Every call the hub's page makes.

import { request } from "./http";
import type * as t from "./types";

export const signIn = (password: string) => request<void>("POST", "/api/sessions", { json: { password } });
export const signOut = () => request<void>("POST", "/api/sessions/end", { json: {} });

export const fleet = async (): Promise<t.FleetRow[]> => {
  const rows = await request<t.FleetRow[] | t.Page<t.FleetRow>>("GET", "/api/fleet");
  return Array.isArray(rows) ? rows : rows.items;
};
export const lines = (filter: { unit?: string; book?: string; after?: string; limit?: number }) =>
  request<t.Page<t.HubLine>>("GET", "/api/lines", { query: { ...filter } });
export const blobAddress = (sha: string) => `/api/blobs/${sha}`;
export const enrolCode = (unit_name: string) =>
  request<{ code: string; valid_until: t.Time }>("POST", "/api/enrol-codes", { json: { unit_name } });
/** Takes nothing from a unit any more, or takes it again. */
export const admit = (unit: string, welcome: boolean) =>
  request<void>("POST", `/api/units/${unit}/${welcome ? "let-in" : "shut-out"}`, { json: {} });
export const notice = (unit: string | null, title: string, text: string) =>
  request<void>("POST", "/api/notices", { json: { unit, title, text } });
