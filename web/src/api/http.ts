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

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Sends it with the mark of our own page; a foreign page cannot set it, and the server takes no change without. */
export async function reach(request: Request): Promise<Response> {
  if (request.method !== "GET") request.headers.set("X-Requested-With", "vanthu");
  try {
    const response = await fetch(request);
    listeners.reached(true);
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    listeners.reached(false);
    throw new Unreachable();
  }
}

/** The answer's value, or the refusal it carries. */
export async function told<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw refused(response, error);
}

function refused(response: Response, body: unknown): Refusal {
  // A wrong password at the door is no lost session, and says so with another status.
  if (response.status === 401) listeners.sessionLost();
  return new Refusal(response.status, typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {});
}

export interface Options {
  query?: Query;
  json?: unknown;
}

/** One untyped request; the hub has no document to generate types from. */
export async function request<T>(method: string, path: string, { query, json }: Options = {}): Promise<T> {
  const response = await reach(
    new Request(address(path, query), {
      method,
      headers: json === undefined ? {} : { "Content-Type": "application/json" },
      body: json === undefined ? undefined : JSON.stringify(json),
      cache: "no-store",
    }),
  );
  const value = await readJson(response);
  if (!response.ok) throw refused(response, value);
  return value as T;
}

async function readJson(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Saves a file the server makes, under the name it gives; a refusal is a sentence and not a page of JSON. */
export async function takeFile(path: string): Promise<void> {
  const response = await reach(new Request(path, { cache: "no-store", credentials: "same-origin" }));
  if (!response.ok) throw refused(response, await readJson(response));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(response.headers.get("Content-Disposition") ?? "");
  link.click();
  // The browser has taken the bytes when the click returns; a minute is for those that have not.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** RFC 8187: `filename*=UTF-8''S%E1%BB%95.pdf`. */
export function fileName(disposition: string): string {
  const coded = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
  return coded ? decodeURIComponent(coded) : "";
}

/** One file as the body of a request that tells how much of it has gone; `fetch` cannot. */
export function sendFile<T>(path: string, file: Blob, onsent?: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", path);
    sending.setRequestHeader("X-Requested-With", "vanthu");
    sending.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    // Header values are bytes: Vietnamese file names travel percent-encoded.
    if (file instanceof File) sending.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    sending.upload.onprogress = ({ loaded, total }) => onsent?.(total ? loaded / total : 0);
    sending.onerror = () => {
      listeners.reached(false);
      reject(new Unreachable());
    };
    sending.onload = () => {
      listeners.reached(true);
      const said = new Response(sending.responseText || null, { status: sending.status });
      void readJson(said).then((value) => (said.ok ? resolve(value as T) : reject(refused(said, value))));
    };
    sending.send(file);
  });
}

/** For answers that carry no sentence of their own: proxies, limits, a server that is just starting. */
function sentenceFor(status: number): string {
  switch (status) {
    case 401:
      return "Phiên làm việc đã hết. Hãy đăng nhập lại; những gì bạn nhập vẫn còn.";
    case 403:
      return "Bạn không có quyền làm việc này. Hãy hỏi hiệu trưởng hoặc người phụ trách CNTT.";
    case 404:
      return "Không tìm thấy. Có thể nội dung này đã chuyển chỗ hoặc bạn không được giao.";
    case 413:
      return "Tệp quá lớn. Hãy quét ở mức 300 điểm hoặc chia thành nhiều tệp.";
    case 507:
      return "Ổ đĩa của máy chủ đã đầy. Chưa có gì bị mất; hãy báo người phụ trách CNTT.";
    default:
      return "Máy chủ gặp trục trặc. Hãy thử lại; nếu vẫn vậy, báo người phụ trách CNTT.";
  }
}
