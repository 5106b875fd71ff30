// What the clerk lays over a copy, and the file that stands for a paper signed by hand.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { house } from './house';
import { born, Office } from './papers';
import { OLD_PC, PHONE, signIn, usableByEverybody } from './person';

const { clerk } = house.staff;

/** The words of a PDF that a button of the page brings. */
async function wordsOf(page: Page, button: string): Promise<string> {
  const going = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  return words(readFileSync(await (await going).path()));
}

const words = (pdf: Buffer): string => execFileSync('pdftotext', ['-', '-'], { input: pdf }).toString();

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('marks are laid over a copy, the paper in the book stays as it is', async ({ page }) => {
    const office = await Office.of(clerk);
    const subject = 'Công văn cần thêm dấu';
    const before = await born(page, subject);
    const letter = await office.register(subject, await office.bring(`${subject}.pdf`, before));
    await signIn(page, clerk);
    await page.goto(`/letters/${letter.id}`);
    await page.getByText('Tải bản có thêm dấu').click();
    await usableByEverybody(page, 'marks on a copy');
    expect(await wordsOf(page, 'Dấu ĐẾN')).toMatch(/ĐẾN/);
    expect(await wordsOf(page, 'Xem xong trả lại')).toContain('XEM XONG TRẢ LẠI');
    await page.getByLabel('Hình thức sao').selectOption({ label: 'Trích sao' });
    await page.getByLabel(/Họ tên người ký/).fill('Bùi Thị Thanh');
    const copy = await wordsOf(page, 'Tải bản trích sao');
    expect(copy).toContain('TRÍCH SAO');
    expect(copy).toContain('Bùi Thị Thanh');
    expect(words(await office.document(letter))).toBe(words(before));
    await page.setViewportSize(PHONE);
    await expect(page.getByRole('button', { name: 'Dấu ĐẾN' })).toBeVisible();
    await usableByEverybody(page, 'marks on a copy, on a phone');
  });

  test('signed by hand and no scanner: the file says so, and the one it was made of stays', async ({ page }) => {
    const office = await Office.of(clerk);
    const subject = 'Kế hoạch đã ký tay';
    const letter = await office.release(subject, await born(page, subject, 'blanks'));
    await signIn(page, clerk);
    await page.goto(`/letters/${letter.id}`);
    const button = 'Lập bản “(đã ký và đóng dấu)”';
    await page.getByRole('button', { name: button }).click();
    const form = page.getByRole('form', { name: button });
    await expect(form).toContainText('Tệp cũ giữ nguyên.');
    await usableByEverybody(page, 'form of a transcript');
    await form.getByRole('button', { name: button }).click();
    await expect(page.getByText('Đã lập bản điện tử.')).toBeVisible();
    await expect(page.getByRole('group', { name: 'Các tệp' }).getByRole('button')).toHaveCount(2);
    await usableByEverybody(page, 'a transcript');
    expect(words(await office.document(letter))).toContain('(đã ký và đóng dấu)');
  });
});
