// One request to the server we came from. What can go wrong has three names: `Refusal` (the server says no, in a
// sentence for the person), `Unreachable` (no answer came) and a lost session, told to whoever listens.

export interface Problem {
  code: string;
  detail: string;
  fields?: Record<string, string>;
  incident?: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Record<string, string>;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    const problem = body as Partial<Problem>;
    const said = problem.detail || sentenceFor(status);
    super(problem.incident ? `${said} (mã sự cố ${problem.incident})` : said);
    this.status = status;
    this.code = problem.code ?? "fault";
    this.fields = problem.fields ?? {};
    this.body = body;
  }
}

export class Unreachable extends Error {
  constructor() {
    super("Chưa nối được với máy chủ. Những gì bạn nhập vẫn còn ở đây; hãy thử lại sau ít phút.");
  }
}

/** Told what every request learns about the line and the session. */
export const listeners = {
  reached: (_ok: boolean): void => {},
  sessionLost: (): void => {},
};

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.ok) return (response.status === 204 ? undefined : await readJson(response)) as T;
  const refusal = new Refusal(response.status, (await readJson(response)) ?? {});
  const signingIn = method === "POST" && path === "/api/sessions";
  if (response.status === 401 && !signingIn) listeners.sessionLost();
  throw refusal;
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  // A foreign page cannot set this header: the server takes no change without it.
  if (method !== "GET") headers["X-Requested-With"] = "vanthu";
  let body = options.body;
  if (options.json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.json);
  }
  try {
    const response = await fetch(address(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
    listeners.reached(true);
    return response;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    listeners.reached(false);
    throw new Unreachable();
  }
}

async function readJson(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** For answers that carry no sentence of their own: proxies, limits, a server that is just starting. */
function sentenceFor(status: number): string {
  switch (status) {
    case 401:
      return "Phiên làm việc đã hết. Hãy đăng nhập lại; những gì bạn nhập vẫn còn.";
    case 403:
      return "Bạn không có quyền làm việc này. Hãy hỏi hiệu trưởng hoặc cán bộ CNTT.";
    case 404:
      return "Không tìm thấy. Có thể nội dung này đã chuyển chỗ hoặc bạn không được giao.";
    case 413:
      return "Tệp quá lớn. Hãy quét ở mức 300 điểm hoặc chia thành nhiều tệp.";
    case 507:
      return "Ổ đĩa của máy chủ đã đầy. Chưa có gì bị mất; hãy báo cán bộ CNTT.";
    default:
      return "Máy chủ gặp trục trặc. Hãy thử lại; nếu vẫn vậy, báo cán bộ CNTT.";
  }
}
