// What the box sees on the pages and does with them: it reads the slip off the first page, lays crooked ones straight and
// makes a paper fit. Each time the hand has the last word.
import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { house } from './house';
import { OLD_PC, PHONE, signIn, usableByEverybody } from './person';
import { crooked, grains, lay, sample, scan, upsideDown } from './tray';

const { clerk } = house.staff;
/** A page is read by the box's own slow means. */
const READ = { timeout: 60_000 };

interface Told {
  pages: { page: number; turn: number; straighten: number | null }[];
  paper: { bytes: number; made: { step: string; most_bytes: number | null } | null } | null;
}

async function told(page: Page): Promise<Told> {
  const id = /[0-9a-f-]{36}/.exec(page.url())?.[0];
  return (await (await page.request.get(`/api/scans/${id}`)).json()) as Told;
}

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('the slip is offered what the page says; F8 takes it, and the page shows where it stands', async ({ page }) => {
    await signIn(page, clerk);
    lay(sample(1));
    await scan(page);
    await page.getByRole('button', { name: 'Vào sổ văn bản đến' }).click();
    const form = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
    const reference = form.getByLabel('Số, ký hiệu');
    const offered = form.getByRole('button', { name: /^Đọc được.*: 147\/PNV-VTLT/ });
    await expect(offered).toBeVisible(READ);
    await expect(reference, 'nothing is filled in unasked').toHaveValue('');
    await usableByEverybody(page, 'slip with what was read');

    await reference.focus();
    const frame = page.getByRole('region', { name: 'Các trang, cuộn được' }).locator('.places i');
    await expect(frame).toHaveCount(1);
    await page.keyboard.press('F8');
    await expect(reference).toHaveValue('147/PNV-VTLT');
    await expect(reference, 'the hand stays where it was').toBeFocused();
    await expect(offered).toHaveCount(0);
    await liesOn(page.getByRole('img', { name: /^Trang 1 / }), frame, '147/PNV-VTLT');
    await usableByEverybody(page, 'slip with the place on the page');

    await form.getByLabel('Trích yếu').fill('Do tay viết');
    await expect(form.getByRole('button', { name: /^Đọc được.*: .*số hóa hồ sơ/i }), 'never over what a hand has written').toHaveCount(0);
    const day = form.getByRole('button', { name: /^Đọc được.*: 12\/03\/2024/ });
    await day.click();
    await expect(form.getByLabel('Ngày tháng văn bản')).toHaveValue('12/03/2024');
    await expect(form.getByLabel('Ngày tháng văn bản')).toBeFocused();
  });

  test('a crooked page is laid straight and one head downwards is offered to be turned; one tap has either back', async ({ page }) => {
    await signIn(page, clerk);
    lay(crooked(sample(4), 2), upsideDown(sample(2)), sample(1));
    await scan(page);
    const sheets = page.getByRole('list', { name: 'Các trang đã quét' });
    // The sample itself lies a little askew.
    await expect(sheets.getByRole('listitem').first()).toContainText(/Đã nắn (1,[5-9]|2,[0-5])°/);
    await sheets.getByRole('button', { name: 'Xoay lại trang 2' }).click(READ);
    await expect.poll(async () => (await told(page)).pages[1]?.turn).toBe(180);
    await page.getByRole('button', { name: 'Hoàn tác' }).click();
    await expect.poll(async () => (await told(page)).pages[1]?.turn).toBe(0);
    await page.getByRole('checkbox', { name: 'Chọn trang 2' }).check();
    await expect(page.getByRole('toolbar', { name: 'Các trang đã chọn' }).getByRole('button', { name: 'Không nắn' })).toBeVisible();
    await usableByEverybody(page, 'pages straightened and turned');

    await page.getByRole('button', { name: 'Xem to trang 1', exact: true }).click();
    const large = page.getByRole('dialog', { name: 'Trang 1 trên 3' });
    await expect(large.getByText(/^Đã nắn .* cho thẳng; ảnh quét gốc vẫn giữ nguyên\.$/)).toBeVisible();
    await usableByEverybody(page, 'straightened page shown large');
    await large.getByRole('button', { name: 'Giữ nguyên, không nắn' }).click();
    await expect.poll(async () => (await told(page)).pages[0]?.straighten).toBe(0);
    await large.getByRole('button', { name: 'Hoàn tác' }).click();
    await expect.poll(async () => (await told(page)).pages[0]?.straighten).toBe(null);
    await expect(large.getByText(/^Đã nắn /)).toBeVisible();
  });

  test('a paper is made to fit step by step; where no step fits, it says what hands can do', async ({ page }) => {
    await signIn(page, clerk);
    lay(sample(2), sample(4));
    await scan(page);
    await page.getByRole('button', { name: 'Cho vừa … MB' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cho tệp vừa cỡ' });
    await expect(dialog.getByText('Tệp bây giờ:')).toBeVisible(READ);
    await dialog.getByRole('button', { name: '1 MB', exact: true }).click();
    const steps = dialog.getByRole('region', { name: 'Các bước' }).getByRole('listitem');
    await expect(steps).toHaveText([/^Như thường .*, vừa$/, /^Gọn không cần$/, /^Gọn nhất không cần$/], READ);
    await usableByEverybody(page, 'paper that fits');
    await dialog.getByLabel('Cỡ khác, MB').fill('0,01');
    await dialog.getByRole('button', { name: 'Cho vừa', exact: true }).click();
    await expect(dialog.getByLabel('Cỡ khác, MB')).toHaveAccessibleDescription(/từ 0,1 đến 1\.000/);
    await dialog.getByRole('button', { name: 'Xong' }).click();
    await expect(dialog).toHaveCount(0);

    lay(grains());
    await scan(page);
    await page.getByRole('button', { name: 'Cho vừa … MB' }).click();
    await expect(dialog.getByText('Tệp bây giờ:')).toBeVisible(READ);
    const before = (await told(page)).paper?.bytes;
    await dialog.getByLabel('Cỡ khác, MB').fill('0,1');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText(/^Gọn nhất vẫn còn .* quá .* so với 100 KB\. Tệp giữ như trước\. Hãy /, READ);
    await expect(steps).toHaveText([/^Như thường .*, quá /, /^Gọn .*, quá /, /^Gọn nhất .*, quá /]);
    await usableByEverybody(page, 'paper that does not fit');
    await dialog.getByRole('button', { name: 'Xong' }).click();
    expect((await told(page)).paper?.bytes, 'what was stays').toBe(before);
  });
});

/** A frame on the page is around the word of the sample page 1, give or take a word's height. */
async function liesOn(picture: Locator, frame: Locator, word: string): Promise<void> {
  const lines = readFileSync('../fixtures/pages/p01.tsv', 'utf8').split('\n').map((line) => line.split('\t'));
  const whole = lines[1]?.slice(6, 10).map(Number);
  const place = lines.find((line) => line[11] === word)?.slice(6, 10).map(Number);
  const [page, marked] = [await picture.boundingBox(), await frame.boundingBox()];
  if (!whole || !place || !page || !marked) throw new Error('there is nothing to compare');
  const [, , width, height] = whole as [number, number, number, number];
  const [left, top, wide, high] = place as [number, number, number, number];
  const middle = { x: page.x + ((left + wide / 2) / width) * page.width, y: page.y + ((top + high / 2) / height) * page.height };
  expect(middle.x).toBeGreaterThan(marked.x);
  expect(middle.x).toBeLessThan(marked.x + marked.width);
  expect(middle.y).toBeGreaterThan(marked.y);
  expect(middle.y).toBeLessThan(marked.y + marked.height);
  expect(marked.height, 'around a line, not a paragraph').toBeLessThan((4 * high * page.height) / height);
}

test.describe('clerk on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('what was read is taken by a finger, and so is a size', async ({ page }) => {
    await signIn(page, clerk);
    lay(sample(4));
    await scan(page);
    await expect(page.getByRole('img', { name: 'Trang 1' }), 'the pages are what one comes to see').toBeInViewport({ ratio: 0.5 });
    await usableByEverybody(page, 'scan on a phone');
    await page.getByRole('button', { name: 'Cho vừa … MB' }).tap();
    const dialog = page.getByRole('dialog', { name: 'Cho tệp vừa cỡ' });
    await expect(dialog.getByText('Tệp bây giờ:')).toBeVisible(READ);
    await dialog.getByRole('button', { name: '1 MB', exact: true }).tap();
    await expect(dialog.getByText(/, vừa$/)).toBeVisible(READ);
    await usableByEverybody(page, 'paper that fits on a phone');
    await dialog.getByRole('button', { name: 'Xong' }).tap();
    expect((await told(page)).paper?.made?.most_bytes).toBe(1_000_000);

    await page.getByRole('button', { name: 'Vào sổ văn bản đến' }).tap();
    const form = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
    await form.getByRole('button', { name: /^Đọc được.*: 09\/TTr-UBND/ }).tap(READ);
    await expect(form.getByLabel('Số, ký hiệu')).toHaveValue('09/TTr-UBND');
    await usableByEverybody(page, 'slip with what was read on a phone');
  });
});
