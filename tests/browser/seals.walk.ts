// Signing as the people of a school do it: the head with her own key, then the clerk's seal, a stack with one PIN, a deputy
// in the head's place, and a file somebody has tampered with. Each test begins where the one before it ended.
import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { house, type Person } from './house';
import { born, drawn, type Letter, minutes, Office, unsignable } from './papers';
import { OLD_PC, PHONE, signIn, usableByEverybody } from './person';

const { clerk, head, teacher } = house.staff;
const KEYS = '../fixtures/pki';
const HEAD_PIN = 'hieu-truong';
const SIGNED = 'Về việc tổ chức ngày hội đọc sách';
const STACK = ['Kế hoạch kiểm tra nội bộ', 'Kế hoạch bồi dưỡng thường xuyên', 'Biểu mẫu động từ nơi khác'] as const;
const WITH_ANNEXES = 'Kế hoạch tuyển sinh lớp 6';
const BY_DEPUTY = 'Kế hoạch trực hè';

const pin = (form: Locator): Locator => form.getByLabel('Mã PIN', { exact: true });
const stack = (page: Page, title: string): Locator => page.getByRole('region', { name: title });

async function choose(page: Page, label: string, file: { name: string; bytes: Buffer; type: string }): Promise<void> {
  await page.getByLabel(label).setInputFiles({ name: file.name, mimeType: file.type, buffer: file.bytes });
}

/** Her own certificate, from a key file; the house may have furnished her with it. */
async function addKey(page: Page, file: string): Promise<void> {
  await page.goto('/certificates');
  const own = page.getByRole('list', { name: 'Chứng thư số cá nhân' }).getByText('của bạn');
  await expect(own.or(page.getByText('Bạn chưa có chứng thư số cá nhân nào.'))).toBeVisible();
  if (await own.count()) return;
  const form = page.getByRole('form', { name: 'Thêm chứng thư số' });
  await choose(page, 'Tệp khóa (.p12 hoặc .pfx)', { name: file, bytes: readFileSync(`${KEYS}/${file}`), type: 'application/x-pkcs12' });
  await form.getByLabel('Mật khẩu của tệp khóa').fill(HEAD_PIN);
  await form.getByRole('button', { name: 'Thêm chứng thư số' }).click();
  await expect(form.getByText('Đã thêm.')).toBeVisible();
}

/** An image cut out of a picture that does not say how fine it is. */
async function addImage(page: Page, kind: 'seal' | 'signature'): Promise<void> {
  const form = page.getByRole('form', { name: 'Thêm hình dấu hoặc chữ ký' });
  const button = kind === 'seal' ? 'Thêm hình dấu' : 'Thêm hình chữ ký';
  await choose(page, 'Ảnh quét', { name: `${kind}.png`, bytes: await drawn(page, kind), type: 'image/png' });
  await form.getByRole('button', { name: button }).click();
  await form.getByLabel('Đã quét ở bao nhiêu dpi').fill('300');
  await form.getByRole('button', { name: button }).click();
  await expect(page.getByRole('img', { name: kind === 'seal' ? 'Hình dấu của đơn vị' : 'Hình chữ ký của bạn' })).toBeVisible();
}

test.describe('signing on an old PC', () => {
  test.use({ viewport: OLD_PC });
  let signed: Letter;

  test('the clerk keeps the image of the seal', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/certificates');
    await expect(page.getByRole('list', { name: 'Chứng thư số của đơn vị' })).toContainText('Còn hạn');
    await addImage(page, 'seal');
    await usableByEverybody(page, "certificates, clerk's");
  });

  test('the head adds her own key, and the image of her signature', async ({ page }) => {
    await signIn(page, head);
    await page.goto('/certificates');
    const form = page.getByRole('form', { name: 'Thêm chứng thư số' });
    await choose(page, 'Tệp khóa (.p12 hoặc .pfx)', { name: 'k.p12', bytes: readFileSync(`${KEYS}/head-p256.p12`), type: 'application/x-pkcs12' });
    await form.getByLabel('Mật khẩu của tệp khóa').fill('nhầm');
    await form.getByRole('button', { name: 'Thêm chứng thư số' }).click();
    await expect(form.getByText(/Mật khẩu của tệp khóa không đúng/)).toBeVisible();
    await usableByEverybody(page, 'a key file refused');
    await addKey(page, 'head-p256.p12');
    await expect(page.getByRole('list', { name: 'Chứng thư số cá nhân' })).toContainText('của bạn');
    await addImage(page, 'signature');
    await usableByEverybody(page, "certificates, head's");
  });

  test('the head sees the page as it will be, moves her signature, and signs', async ({ page }) => {
    const office = await Office.of(clerk);
    signed = await office.release(SIGNED, await born(page, SIGNED));
    await signIn(page, head);
    await page.getByRole('link', { name: new RegExp(SIGNED) }).first().click();
    await page.getByRole('button', { name: 'Ký số', exact: true }).click();
    const form = page.getByRole('form', { name: 'Ký số' });
    const image = page.getByRole('button', { name: /^Hình chữ ký: / });
    await expect(image).toBeVisible();
    const before = (await image.getAttribute('aria-label')) ?? '';
    await image.focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await expect(image).not.toHaveAttribute('aria-label', before);
    await expect(page.getByText(/sẽ ký đúng như hình dưới/)).toBeVisible();
    await usableByEverybody(page, 'signing form');

    // By hand, too: the image follows the mouse.
    const moved = (await image.getAttribute('aria-label')) ?? '';
    const at = await image.boundingBox();
    if (!at) throw new Error('the image is nowhere');
    await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
    await page.mouse.down();
    await page.mouse.move(at.x + at.width / 2 + 40, at.y + at.height / 2 + 10, { steps: 4 });
    await page.mouse.up();
    await expect(image).not.toHaveAttribute('aria-label', moved);

    await pin(form).fill('nhầm');
    await page.keyboard.press('Control+s');
    await expect(form.getByText(/không đúng/)).toBeVisible();
    await usableByEverybody(page, 'signing form after a wrong PIN');
    await pin(form).fill(HEAD_PIN);
    await page.keyboard.press('Control+s');
    await expect(page.getByText(/đã ký số lúc/).first()).toBeVisible();
    await expect(page.getByText('Đã ký (B-B):')).toBeVisible();
    await usableByEverybody(page, 'document the head has signed');
  });

  test('the clerk seals it, and its proof is told', async ({ page }) => {
    await signIn(page, clerk);
    await page.getByRole('link', { name: new RegExp(SIGNED) }).first().click();
    await page.getByRole('button', { name: 'Đóng dấu', exact: true }).click();
    const form = page.getByRole('form', { name: 'Đóng dấu' });
    await expect(page.getByRole('button', { name: /^Hình dấu: / })).toBeVisible();
    await form.getByLabel('Khung chữ ở góc trên bên phải trang đầu').check();
    await expect(page.getByRole('button', { name: /^Hình dấu: / })).toHaveCount(0);
    await form.getByLabel('Hình dấu đỏ trên chữ ký').check();
    await expect(page.getByRole('button', { name: /^Hình dấu: / })).toBeVisible();
    await usableByEverybody(page, 'sealing form');
    await pin(form).fill(house.sealPin);
    await page.keyboard.press('Control+s');
    await expect(page.getByText(/Đã đóng dấu lúc/).first()).toBeVisible();
    await page.goto('/signing');
    await expect(page.getByRole('list', { name: 'Chữ ký và bằng chứng' })).toContainText(SIGNED);
    await usableByEverybody(page, 'signatures and their proof');
  });

  test('annexes go with a document, and one key signs them all', async ({ page }) => {
    const office = await Office.of(clerk);
    const letter = await office.release(WITH_ANNEXES, await born(page, WITH_ANNEXES));
    await signIn(page, clerk);
    await page.goto(`/letters/${letter.id}`);
    const annexes = page.getByRole('region', { name: 'Phụ lục', exact: true });
    for (const title of ['Phụ lục I: Danh sách học sinh', 'Phụ lục II: Dự toán']) {
      await annexes.getByRole('button', { name: 'Thêm phụ lục' }).click();
      const form = annexes.getByRole('form', { name: 'Thêm phụ lục' });
      await form.locator('input[type=file]').setInputFiles({ name: `${title}.pdf`, mimeType: 'application/pdf', buffer: await born(page, title) });
      await form.getByLabel('Tên phụ lục').fill(title);
      await expect(form.getByText(`${title}.pdf`).first()).toBeVisible();
      await usableByEverybody(page, 'form of an annex');
      await form.getByRole('button', { name: 'Thêm phụ lục' }).click();
      await expect(annexes.getByRole('link', { name: `Mở PDF: ${title}` })).toBeVisible();
    }
    await (await Office.of(head)).sign(letter);
    await page.reload();
    await page.getByRole('button', { name: 'Đóng dấu', exact: true }).click();
    await pin(page.getByRole('form', { name: 'Đóng dấu' })).fill(house.sealPin);
    await page.keyboard.press('Control+s');
    await expect(annexes.getByText(/^Đã có chữ ký của cơ quan lúc/)).toHaveCount(2);
    await expect(annexes.getByRole('button', { name: 'Thêm phụ lục' })).toHaveCount(0);
    await page.getByRole('group', { name: 'Các tệp' }).getByRole('button', { name: 'Phụ lục II: Dự toán' }).click();
    await usableByEverybody(page, 'a sealed document with its annexes');
  });

  test('a stack of three has one PIN; the one that cannot be signed fails alone', async ({ page }) => {
    const office = await Office.of(clerk);
    for (const subject of STACK) {
      await office.release(subject, subject === STACK[2] ? unsignable() : await born(page, subject));
    }
    await signIn(page, head);
    const waiting = stack(page, 'Chờ tôi ký số');
    for (const subject of STACK) await waiting.getByRole('checkbox', { name: new RegExp(subject) }).check();
    await waiting.getByRole('button', { name: 'Ký số cả loạt (3)' }).click();
    const form = page.getByRole('form', { name: 'Ký số cả loạt' });
    await usableByEverybody(page, 'form of a stack');
    await pin(form).fill(HEAD_PIN);
    await form.getByLabel('Nhớ mã PIN 15 phút').check();
    await form.getByRole('button', { name: /^Ký số 3 văn bản/ }).click();
    await expect(waiting.getByText('Đã ký số 2 trên 3 văn bản, 1 chưa được.')).toBeVisible();
    await expect(waiting.getByRole('listitem').filter({ hasText: STACK[2] }).last()).toContainText('XFA');
    await usableByEverybody(page, 'a stack that is through');
  });

  test('a file somebody has changed is told before it is in the book', async ({ page }) => {
    const office = await Office.of(clerk);
    const bytes = await office.document(signed);
    // One digit of a date nobody sees.
    const at = bytes.indexOf('D:20');
    expect(at).toBeGreaterThan(0);
    bytes[at + 5] = bytes[at + 5] === 0x39 ? 0x38 : 0x39;
    await signIn(page, clerk);
    await office.bring('Đã bị sửa.pdf', bytes);
    await page.goto('/desk');
    await page.getByRole('link', { name: 'Đã bị sửa.pdf', exact: true }).click();
    await expect(page.getByText('Chữ ký số: Đã bị sửa.')).toBeVisible();
    await usableByEverybody(page, 'a changed file on the desk');
    await page.getByRole('button', { name: 'Trả lại', exact: true }).click();
    await page.getByRole('button', { name: 'Bỏ hẳn' }).click();
    await expect(page.getByRole('button', { name: 'Đưa tệp lên bàn' })).toBeVisible();

    await office.register('Văn bản bị sửa trên đường', await office.bring('Đã bị sửa.pdf', bytes));
    await page.goto('/incoming');
    await page.getByRole('link', { name: /Văn bản bị sửa trên đường/ }).click();
    await page.getByRole('button', { name: 'Trả lại nơi gửi' }).click();
    await expect(page.getByRole('form', { name: 'Trả lại nơi gửi' }).getByLabel('Lý do')).toHaveValue(/^Trả lại nơi gửi: /);
    await usableByEverybody(page, 'a changed document sent back');
  });
});

test.describe('in the place of the head', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('the head lets a deputy sign', async ({ page }) => {
    await signIn(page, head);
    await page.goto('/delegations');
    const form = page.getByRole('form', { name: 'Giao ký thay' });
    await form.getByRole('button', { name: 'Giao ký thay' }).click();
    await expect(form.getByText('Chưa chọn ai.')).toBeVisible();
    await form.getByLabel('Người ký thay').selectOption({ label: await optionOf(form, 'Người ký thay', teacher) });
    await usableByEverybody(page, 'form of a delegation');
    await form.getByRole('button', { name: 'Giao ký thay' }).click();
    await expect(page.getByRole('list', { name: 'Những người được ký thay' })).toContainText(`KT. ${teacher.name}`);
  });

  test('the deputy signs on her phone', async ({ page }) => {
    const office = await Office.of(clerk);
    await office.release(BY_DEPUTY, await born(page, BY_DEPUTY), await office.idOf(teacher));
    await signIn(page, teacher);
    await addKey(page, 'head-p384.p12');
    await page.goto('/');
    await page.getByRole('link', { name: new RegExp(BY_DEPUTY) }).first().click();
    await page.getByRole('button', { name: 'Ký số', exact: true }).click();
    const form = page.getByRole('form', { name: 'Ký số' });
    await expect(form.getByLabel('Ký thay theo')).toContainText('KT.');
    await usableByEverybody(page, 'signing form on a phone');
    await pin(form).fill(HEAD_PIN);
    await form.getByRole('button', { name: 'Ký số' }).click();
    await expect(page.getByText(/đã ký số lúc/).first()).toBeVisible();
  });

  test('the head takes it back', async ({ page }) => {
    await signIn(page, head);
    await page.goto('/delegations');
    await page.getByRole('button', { name: `Thôi giao: ${teacher.name}` }).click();
    await page.getByRole('button', { name: 'Thôi giao hẳn' }).click();
    await expect(page.getByRole('list', { name: 'Những người được ký thay' })).toContainText('Đã thôi');
    await usableByEverybody(page, 'delegations');
  });
});

test.describe('secretary and chair', () => {
  const MINUTES = 'Biên bản họp hội đồng trường';

  test('the clerk names who signs the minutes', async ({ page }) => {
    await page.setViewportSize(OLD_PC);
    const office = await Office.of(clerk);
    await office.release(MINUTES, await minutes(page, MINUTES, [teacher.name, head.name]));
    await signIn(page, clerk);
    await page.goto('/outgoing');
    await page.getByRole('link', { name: new RegExp(MINUTES) }).first().click();
    await page.getByRole('button', { name: 'Người ký', exact: true }).click();
    const form = page.getByRole('form', { name: 'Người ký' });
    for (const [person, title] of [[head, 'Chủ tọa'], [teacher, 'Thư ký']] as const) {
      await form.getByLabel('Thêm người ký').selectOption({ label: await optionOf(form, 'Thêm người ký', person) });
      await form.getByRole('button', { name: 'Thêm', exact: true }).click();
      await form.getByRole('group', { name: person.name }).getByLabel('Chức danh trên giấy').fill(title);
    }
    await form.getByRole('group', { name: teacher.name }).getByRole('button', { name: 'Lên trước' }).click();
    await usableByEverybody(page, 'form of the signers');
    await form.getByRole('button', { name: 'Nêu người ký' }).click();
    const named = page.getByRole('list', { name: 'Người ký' }).getByRole('listitem');
    await expect(named).toHaveText([new RegExp(`${teacher.name} · Thư ký.*Đang chờ ký`), new RegExp(`${head.name} · Chủ tọa.*Ký sau`)]);
    await expect(page.getByText(`Chờ ${teacher.name} và ${head.name} ký số`).first()).toBeVisible();
    await usableByEverybody(page, 'a document with named signers');
  });

  test('the secretary finds them on her phone and signs over her own name', async ({ page }) => {
    await page.setViewportSize(PHONE);
    await signIn(page, teacher);
    await expect(stack(page, 'Chờ tôi ký số').getByRole('checkbox', { name: new RegExp(MINUTES) })).toBeVisible();
    await page.getByRole('link', { name: new RegExp(MINUTES) }).first().click();
    await page.getByRole('button', { name: 'Ký số', exact: true }).click();
    const form = page.getByRole('form', { name: 'Ký số' });
    await expect(form.getByLabel('Quyền hạn ký')).toHaveValue('own');
    await form.getByLabel('Khung chữ ở góc trên bên phải trang đầu').check();
    await usableByEverybody(page, 'signing form of one who is named');
    await pin(form).fill(HEAD_PIN);
    await form.getByRole('button', { name: 'Ký số' }).click();
    await expect(page.getByRole('list', { name: 'Người ký' }).getByRole('listitem').first()).toContainText('Đã ký số lúc');
  });

  test('then it is the turn of the chair', async ({ page }) => {
    await page.setViewportSize(OLD_PC);
    await signIn(page, head);
    await page.getByRole('link', { name: new RegExp(MINUTES) }).first().click();
    await page.getByRole('button', { name: 'Ký số', exact: true }).click();
    const form = page.getByRole('form', { name: 'Ký số' });
    await expect(form.getByText(new RegExp(`CHỦ TỌA, ${head.name}`))).toBeVisible();
    await pin(form).fill(HEAD_PIN);
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('list', { name: 'Người ký' }).getByText('Đã ký số lúc')).toHaveCount(2);
    await usableByEverybody(page, 'minutes that both have signed');
  });

  test('and of the seal', async ({ page }) => {
    await signIn(page, clerk);
    await expect(stack(page, 'Chờ đóng dấu').getByRole('checkbox', { name: new RegExp(MINUTES) })).toBeVisible();
  });
});

async function optionOf(form: Locator, label: string, person: Person): Promise<string> {
  const option = form.getByLabel(label).locator('option', { hasText: person.name });
  await expect(option).toHaveCount(1);
  return (await option.textContent()) ?? '';
}
