// Keys that are not a file in the box: anywhere else, on a token in the box's USB port, on a token in the clerk's own PC.
import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { house } from './house';
import { key, plugIn, startHelper, TOKEN_PIN } from './keys';
import { born, type Letter, Office } from './papers';
import { OLD_PC, PHONE, signIn, usableByEverybody } from './person';

const { clerk, head, it } = house.staff;

/** What the head has signed, so that the clerk may seal it. */
async function signed(page: Page, subject: string): Promise<Letter> {
  const letter = await (await Office.of(clerk)).release(subject, await born(page, subject));
  await (await Office.of(head)).sign(letter);
  return letter;
}

/** Chooses the key that lies `where`, however many there are of that name. */
async function chooseKey(form: Locator, where: string): Promise<void> {
  const option = form.getByLabel('Chứng thư số').locator('option', { hasText: where });
  await expect(option).toHaveCount(1);
  await form.getByLabel('Chứng thư số').selectOption((await option.getAttribute('value')) ?? '');
}

test.describe('head on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('her key is elsewhere: the digest goes out, a wrong signature is refused in words, the right one is taken', async ({ page }) => {
    const [own, other] = [key(head.name), key('Người khác')];
    const subject = 'Kế hoạch ký ở nơi khác';
    const letter = await (await Office.of(clerk)).release(subject, await born(page, subject));
    await signIn(page, head);
    await page.goto('/certificates');
    const adding = page.getByRole('form', { name: 'Thêm chứng thư số' });
    await adding.getByLabel('Khóa ở đâu').selectOption('elsewhere');
    await adding.getByRole('button', { name: 'Thêm chứng thư số' }).click();
    await expect(adding.getByText('Chưa chọn tệp.')).toBeVisible();
    await page.getByLabel('Tệp chứng thư (.cer, .crt, .pem)').setInputFiles({ name: 'hieu-truong.pem', mimeType: 'application/x-pem-file', buffer: own.pem });
    await adding.getByRole('button', { name: 'Thêm chứng thư số' }).click();
    await expect(adding.getByText('Đã thêm.')).toBeVisible();
    await usableByEverybody(page, 'a certificate whose key is elsewhere');

    await page.goto(`/letters/${letter.id}`);
    await page.getByRole('button', { name: 'Ký số', exact: true }).click();
    const form = page.getByRole('form', { name: 'Ký số' });
    await chooseKey(form, 'khóa ở nơi khác');
    await expect(form.getByLabel('Mã PIN', { exact: true })).toHaveCount(0);
    await form.getByRole('button', { name: 'Ký số' }).click();
    const going = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Tải tệp mã băm' }).click();
    const file = await going;
    expect(file.suggestedFilename()).toMatch(/^ma-bam-.*\.json$/);
    const { attributes } = JSON.parse(readFileSync(await file.path(), 'utf8')) as { attributes: string };
    const brought = (signature: Buffer): Promise<void> =>
      page.getByLabel('Tệp chữ ký (.p7s)').setInputFiles({ name: 'chu-ky.p7s', mimeType: 'application/pkcs7-signature', buffer: signature });

    await brought(other.sign(Buffer.from(attributes, 'hex')));
    await expect(page.getByRole('alert')).toContainText('không phải của chứng thư này');
    await usableByEverybody(page, 'a signature of somebody else');
    await brought(own.sign(Buffer.from(attributes, 'hex')));
    await expect(page.getByText(/đã ký số lúc/).first()).toBeVisible();
    await expect(page.getByText('Hiện không còn việc gì cần bạn.')).toBeVisible();
    await usableByEverybody(page, 'signed by a key elsewhere');
  });
});

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('a token in the box: who looks after it names its library, a wrong PIN is told, the right one seals', async ({ page, browser }) => {
    const module = plugIn(key(house.school.name));
    const letter = await signed(page, 'Kế hoạch đóng dấu bằng thẻ');
    const desk = await browser.newContext({ viewport: OLD_PC });
    const office = await desk.newPage();
    await signIn(office, it);
    await office.goto('/certificates');
    const settings = office.getByRole('form', { name: 'Cách ký' });
    await settings.getByLabel(/Thư viện của thẻ cắm ở hộp/).fill(module);
    await settings.getByRole('button', { name: 'Lưu cách ký' }).click();
    await expect(settings.getByText('Đã lưu.')).toBeVisible();
    await usableByEverybody(office, 'how the unit signs');
    await desk.close();

    await signIn(page, clerk);
    await page.goto('/certificates');
    const adding = page.getByRole('form', { name: 'Thêm chứng thư số' });
    await adding.getByLabel('Khóa ở đâu').selectOption('token');
    await expect(adding.getByLabel('Chứng thư trên thẻ')).toContainText('Con-dau');
    await adding.getByRole('button', { name: 'Thêm chứng thư số' }).click();
    await expect(adding.getByText('Đã thêm.')).toBeVisible();
    await page.getByText('Cách ký của đơn vị và nơi được tin').click();
    await usableByEverybody(page, 'a certificate on a token in the box');

    await page.goto(`/letters/${letter.id}`);
    await page.getByRole('button', { name: 'Đóng dấu', exact: true }).click();
    const form = page.getByRole('form', { name: 'Đóng dấu' });
    await chooseKey(form, 'thẻ cắm ở hộp');
    await form.getByLabel('Mã PIN', { exact: true }).fill('111111');
    await page.keyboard.press('Control+s');
    await expect(form.getByText(/Mã PIN của thẻ ký số không đúng/)).toBeVisible();
    await usableByEverybody(page, "a token's PIN refused");
    await form.getByLabel('Mã PIN', { exact: true }).fill(TOKEN_PIN);
    await page.keyboard.press('Control+s');
    await expect(page.getByText(/Đã đóng dấu lúc/).first()).toBeVisible();
  });

  test('a token in this PC: paired once, one PIN for a stack', async ({ page }) => {
    const letters = [await signed(page, 'Thông báo họp tổ'), await signed(page, 'Thông báo nghỉ lễ')];
    await signIn(page, clerk);
    await page.goto('/certificates');
    const adding = page.getByRole('form', { name: 'Thêm chứng thư số' });
    await adding.getByLabel('Khóa ở đâu').selectOption('helper');
    await expect(adding.getByText(/Không thấy trình ký trên máy này/)).toBeVisible();
    await usableByEverybody(page, 'no helper on this PC');

    await startHelper(page, '127489', key(house.school.name));
    await adding.getByRole('button', { name: 'Tìm lại' }).click();
    await adding.getByLabel('Mã ghép').fill('000 000');
    await adding.getByLabel('Mã ghép').press('Enter');
    await expect(adding.getByText(/Mã ghép không đúng/)).toBeVisible();
    await usableByEverybody(page, 'a wrong pairing code');
    await adding.getByLabel('Mã ghép').fill('127 489');
    await adding.getByRole('button', { name: 'Ghép' }).click();
    await expect(adding.getByLabel('Chứng thư trên máy này')).toContainText('Con-dau-may');
    await adding.getByRole('button', { name: 'Thêm chứng thư số' }).click();
    await expect(adding.getByText('Đã thêm.')).toBeVisible();

    await page.goto('/signing');
    const waiting = page.getByRole('region', { name: 'Chờ đóng dấu' });
    for (const letter of letters) await waiting.locator(`input[value="${letter.id}"]`).check();
    await waiting.getByRole('button', { name: 'Đóng dấu cả loạt (2)' }).click();
    await chooseKey(page.getByRole('form', { name: 'Đóng dấu cả loạt' }), 'thẻ ở máy người ký');
    await page.keyboard.press('Control+s');
    const form = page.getByRole('form', { name: 'Ký bằng thẻ trên máy này' });
    await form.getByLabel('Mã PIN của thẻ').fill('111111');
    await form.getByRole('button', { name: /^Ký bằng thẻ trên máy này/ }).click();
    await expect(form.getByText(/Mã PIN của thẻ ký số không đúng/)).toBeVisible();
    await usableByEverybody(page, "the PIN of this PC's token refused");
    await form.getByLabel('Mã PIN của thẻ').fill(TOKEN_PIN);
    await form.getByRole('button', { name: /^Ký bằng thẻ trên máy này/ }).click();
    await expect(waiting.getByText('Đã đóng dấu 2 trên 2 văn bản.')).toBeVisible();
    await usableByEverybody(page, 'a stack sealed by a token of this PC');
  });
});
