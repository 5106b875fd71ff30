// Papers a walk needs and nobody scanned: born in an office program, drawn by hand, or broken in a way of their own; and
// what the clerk does with them where a walk is about something else.
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, request } from '@playwright/test';
import { house, type Person } from './house';

const BLANKS = '<p>Số: &nbsp; &nbsp; &nbsp; &nbsp; /KH-THCSHP</p><p><i>Bình An, ngày &nbsp; &nbsp; &nbsp; tháng &nbsp; &nbsp; &nbsp; năm 2026</i></p>';

/** A document as a word processor leaves it, with the head's title and name to be found; or with blanks for number and day. */
export async function born(page: Page, subject: string, kind?: 'blanks'): Promise<Buffer> {
  const desk = await page.context().newPage();
  await desk.setContent(`<meta charset="utf-8"><style>body { font: 14pt serif; margin: 2cm } .block { margin: 3cm 0 0 9cm; text-align: center }</style>
    <p><b>TRƯỜNG THCS HOA PHƯỢNG</b></p>${kind ? BLANKS : ''}<h2>KẾ HOẠCH</h2><p>${subject}</p><p>Căn cứ nhiệm vụ năm học, nhà trường tổ chức thực hiện.</p>
    <div class="block"><b>HIỆU TRƯỞNG</b><br><br><br><br><br><b>Nghiêm Xuân Trường</b></div>`);
  const bytes = await desk.pdf({ format: 'A4' });
  await desk.close();
  return bytes;
}

/** The minutes of a meeting: secretary at the left, chair at the right. */
export async function minutes(page: Page, subject: string, [secretary, chair]: [string, string]): Promise<Buffer> {
  const desk = await page.context().newPage();
  const block = (title: string, name: string): string => `<td><b>${title}</b><br><br><br><br><br><b>${name}</b></td>`;
  await desk.setContent(`<meta charset="utf-8"><style>body { font: 14pt serif; margin: 2cm } table { width: 100%; margin-top: 2cm; text-align: center }</style>
    <p><b>TRƯỜNG THCS HOA PHƯỢNG</b></p><h2>BIÊN BẢN</h2><p>${subject}</p><p>Cuộc họp bắt đầu lúc 8 giờ và kết thúc lúc 10 giờ cùng ngày.</p>
    <table><tr>${block('THƯ KÝ', secretary)}${block('CHỦ TỌA', chair)}</tr></table>`);
  const bytes = await desk.pdf({ format: 'A4' });
  await desk.close();
  return bytes;
}

/** An impression on white paper at 300 dots per inch: a round seal of 36 mm, or a stroke of a blue pen. */
export async function drawn(page: Page, kind: 'seal' | 'signature'): Promise<Buffer> {
  const address = await page.evaluate((kind) => {
    const sheet = document.createElement('canvas');
    [sheet.width, sheet.height] = [1000, 800];
    const pen = sheet.getContext('2d')!;
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.lineCap = 'round';
    if (kind === 'seal') {
      pen.strokeStyle = '#cc1f24';
      for (const [radius, width] of [[208, 9], [190, 3], [140, 4]] as const) {
        pen.lineWidth = width;
        pen.beginPath();
        pen.arc(500, 400, radius, 0, 2 * Math.PI);
        pen.stroke();
      }
      pen.fillStyle = '#cc1f24';
      pen.fillRect(460, 360, 80, 80);
    } else {
      pen.strokeStyle = '#1c3c9a';
      pen.lineWidth = 8;
      pen.beginPath();
      for (let step = 0; step <= 200; step++) {
        const t = step / 200;
        pen.lineTo(280 + 440 * t, 400 - 110 * Math.sin(t * 21) * (1 - t) + 25 * Math.sin(t * 55));
      }
      pen.stroke();
    }
    return sheet.toDataURL('image/png');
  }, kind);
  return Buffer.from(address.split(',')[1] ?? '', 'base64');
}

/** A dynamic form (XFA): every reader shows something else, so nobody may sign it. */
export function unsignable(): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /XFA 4 0 R >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>',
    '<< /Length 43 >>\nstream\n<xdp xmlns="http://ns.adobe.com/xdp/"></xdp>\nendstream',
  ];
  let text = '%PDF-1.7\n';
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  return Buffer.from(`${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
}

export interface Letter {
  id: string;
  version: number;
  files: { name: string }[];
  signatures: { state: string }[];
}

/** A desk of its own beside the page that walks: the clerk's work by the same API. */
export class Office {
  private constructor(private readonly api: APIRequestContext) {}

  static async of(person: Person): Promise<Office> {
    const api = await request.newContext({ baseURL: house.school.url, extraHTTPHeaders: { 'X-Requested-With': 'vanthu' } });
    const office = new Office(api);
    await office.post('/api/sessions', { username: person.username, password: person.password });
    return office;
  }

  /** Lays a PDF on the desk; the id of what lies there. */
  async bring(name: string, bytes: Buffer): Promise<string> {
    const headers = { 'Content-Type': 'application/pdf', 'X-File-Name': encodeURIComponent(name) };
    const answer = await this.api.post('/api/uploads', { headers, data: bytes });
    if (!answer.ok()) throw new Error(`${name}: ${await answer.text()}`);
    return ((await answer.json()) as { scan: { id: string } }).scan.id;
  }

  /** An outgoing document with its number; `to` approves it where somebody is named. */
  async release(subject: string, bytes: Buffer, to?: string): Promise<Letter> {
    const paper = await this.bring(`${subject}.pdf`, bytes);
    const facts = { document_type: 'plan', subject, recipients: 'Lưu: VT', signatory: 'Nghiêm Xuân Trường', urgency: 'normal', copies: 1 };
    let letter = await this.post<Letter>('/api/letters', { book: 'outgoing', ...facts, paper });
    if (to) letter = await this.post<Letter>(`/api/letters/${letter.id}/submit`, { version: letter.version, to });
    return this.post<Letter>(`/api/letters/${letter.id}/release`, { version: letter.version });
  }

  /** The head's own signature, with the key the house has furnished her with. */
  async sign(letter: Letter): Promise<void> {
    const certificates = (await (await this.api.get('/api/certificates')).json()) as { id: string; mine: boolean; place: string }[];
    const own = certificates.find((each) => each.mine && each.place === 'file');
    if (!own) throw new Error('she has no key');
    const now = (await (await this.api.get(`/api/letters/${letter.id}`)).json()) as Letter;
    const ask = { version: now.version, certificate: own.id, pin: house.headPin, keep_open: false, capacity: 'own' };
    await this.post(`/api/letters/${letter.id}/sign`, ask);
    await expect.poll(async () => ((await (await this.api.get(`/api/letters/${letter.id}`)).json()) as Letter).signatures.at(-1)?.state).toBe('signed');
  }

  async register(subject: string, paper: string): Promise<Letter> {
    const facts = { issuing_body: 'Trường THCS Sao Mai', reference_code: '14/KH-THCSSM', issue_date: '2026-09-05', document_type: 'plan', subject };
    return this.post<Letter>('/api/letters', { book: 'incoming', ...facts, urgency: 'normal', copies: 1, paper, duplicate_confirmed: true });
  }

  /** The document of record, as it lies in the box now. */
  async document(letter: Letter): Promise<Buffer> {
    const now = (await (await this.api.get(`/api/letters/${letter.id}`)).json()) as Letter;
    return (await this.api.get(`/api/letters/${letter.id}/files/${now.files[0]?.name}`)).body();
  }

  async idOf(person: Person): Promise<string> {
    const people = (await (await this.api.get('/api/people')).json()) as { id: string; name: string }[];
    const found = people.find((each) => each.name === person.name);
    if (!found) throw new Error(`${person.name} does not work here`);
    return found.id;
  }

  private async post<T>(path: string, data: unknown): Promise<T> {
    const answer = await this.api.post(path, { data });
    if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json().catch(() => undefined)) as T;
  }
}
