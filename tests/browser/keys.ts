// Keys a walk needs, made by openssl on the spot: one that lies somewhere else, one on a token in the box (SoftHSM), one on a
// token in the PC of whoever walks, with the helper that lends it.
import { execFileSync } from 'node:child_process';
import { createHash, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { house } from './house';

/** Opens every token here. */
export const TOKEN_PIN = '246810';
const MODULES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so'];

export interface Key {
  name: string;
  /** Its certificate, as the authority would send it. */
  pem: Buffer;
  /** What its holder does with a message. */
  sign: (message: Buffer) => Buffer;
  folder: string;
}

/** A key of its own with a certificate that says so. */
export function key(name: string): Key {
  const folder = mkdtempSync(join(tmpdir(), 'vanthu-key-'));
  const subject = `/C=VN/O=${house.school.name}/CN=${name}`;
  const uses = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature,nonRepudiation'].flatMap((use) => ['-addext', use]);
  const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'certificate.pem'];
  run(folder, 'openssl', ['req', '-x509', '-utf8', '-days', '365', '-subj', subject, ...uses, ...made]);
  const [secret, pem] = ['key.pem', 'certificate.pem'].map((file) => readFileSync(join(folder, file))) as [Buffer, Buffer];
  return { name, pem, folder, sign: (message) => sign('sha256', message, secret) };
}

/** Plugs a token with this key into the box; the path of its vendor's library there. */
export function plugIn({ folder, name }: Key): string {
  const module = MODULES.find((path) => exists(path));
  if (!module) throw new Error('SoftHSM is missing (Debian package softhsm2)');
  run(folder, 'openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', 'key.pem', '-out', 'key.p8']);
  run(folder, 'openssl', ['x509', '-in', 'certificate.pem', '-outform', 'DER', '-out', 'certificate.der']);
  run(folder, 'softhsm2-util', ['--init-token', '--free', '--label', 'Con-dau', '--so-pin', '13579135', '--pin', TOKEN_PIN]);
  run(folder, 'softhsm2-util', ['--import', 'key.p8', '--token', 'Con-dau', '--label', name, '--id', 'a0', '--pin', TOKEN_PIN]);
  const put = ['--write-object', 'certificate.der', '--type', 'cert', '--id', 'a0', '--label', name];
  run(folder, 'pkcs11-tool', ['--module', module, '--token-label', 'Con-dau', '--login', '--pin', TOKEN_PIN, ...put]);
  return module;
}

/** The helper of this PC as the page sees it; it shows `code`, and lends `lent`. What it really does, its own tests say. */
export async function startHelper(page: Page, code: string, lent: Key): Promise<void> {
  const certificate = new X509Certificate(lent.pem);
  const facts = { subject_cn: lent.name, sha256_hex: createHash('sha256').update(certificate.raw).digest('hex') };
  const token = { label: 'Con-dau-may', serial: '1', pin: 'fine', pin_typed_elsewhere: false };
  const certificates = [{ facts, chain: [certificate.raw.toString('hex')] }];
  let [paired, showing] = [false, code];
  await page.route('http://127.0.0.1:9163/**', async (route) => {
    const asked = (route.request().postDataJSON() ?? {}) as { code?: string; pin?: string; documents?: string[] };
    const answer = (status: number, body: unknown): Promise<void> => route.fulfill({ status, json: body, headers: { 'Access-Control-Allow-Origin': '*' } });
    const refuse = (code: string, detail: string): Promise<void> => answer(422, { code, detail });
    switch (new URL(route.request().url()).pathname) {
      case '/v1/hello':
        return answer(200, { helper: 'vanthu-sign-helper', version: '1', paired, pairing: !!showing });
      case '/v1/pair':
        if (asked.code !== showing) return refuse('helper.code', 'Mã ghép không đúng. Hãy xem lại cửa sổ trình ký rồi gõ lại.');
        [paired, showing] = [true, ''];
        return answer(200, { secret: '00' });
      case '/v1/holders':
        return answer(200, { modules: [{ name: 'Token', path: '/token.so' }], files: [] });
      case '/v1/tokens':
        return answer(200, { tokens: [{ ...token, certificates }] });
      case '/v1/open':
        if (asked.pin !== TOKEN_PIN) return refuse('token.wrong_pin', 'Mã PIN của thẻ ký số không đúng. Hãy gõ lại.');
        return answer(200, { session: '1', chain: [] });
      case '/v1/sign':
        return answer(200, { results: (asked.documents ?? []).map((one) => ({ signature: lent.sign(Buffer.from(one, 'hex')).toString('hex') })) });
      default:
        return answer(200, {});
    }
  });
}

function exists(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

const run = (folder: string, program: string, words: string[]): Buffer =>
  execFileSync(program, words, { cwd: folder, env: { ...process.env, SOFTHSM2_CONF: house.tokens }, stdio: ['ignore', 'pipe', 'pipe'] });
