// Paper that finds its own way: what the box prints and reads again out of a stack, and photographs of a phone.
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { house } from './house';
import { OLD_PC, PHONE, signIn, usableByEverybody } from './person';
import { lay, printed, sample, scan, stuckOn } from './tray';

const { clerk } = house.staff;
const STAMPED = 'Về việc kiểm tra phòng cháy, chữa cháy trường học';
/** On plain paper the first stamp has this place; the frame itself is 50 by 35. */
const STAMP = { left: 20, top: 13, width: 50, height: 35 };

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('a stack falls apart at its separators, and the stamped paper lands on its line of the book', async ({ page }) => {
    await signIn(page, clerk);
    await enter(page, STAMPED);
    await page.getByRole('link', { name: 'In tem đến' }).click();
    await expect(page.getByRole('img', { name: /^Mã của văn bản số/ })).toBeVisible();
    await usableByEverybody(page, 'arrival stamps');
    const [stamps] = await printed(page);
    await page.goto('/desk/separators');
    await page.getByLabel('Bao nhiêu tờ?').fill('1');
    await expect(page.getByRole('button', { name: 'In', exact: true })).toBeEnabled();
    await usableByEverybody(page, 'separators');
    const separators = await printed(page);
    expect(separators, 'one separator is one sheet of paper').toHaveLength(1);
    if (!stamps || !separators[0]) throw new Error('nothing was printed');

    lay(stuckOn(sample(1), stamps, STAMP, { left: 25, top: 30 }), sample(2), separators[0], sample(3), sample(4));
    await scan(page);
    const others = page.getByRole('region', { name: 'Các văn bản khác của tập giấy này' });
    await expect(others).toBeVisible();
    await usableByEverybody(page, 'stack that fell apart');
    await page.goto('/incoming');
    await page.getByRole('table').getByRole('link', { name: new RegExp(STAMPED) }).click();
    await expect(page.getByTitle(/^Bản giấy/)).toBeVisible();
    await expect(page.getByText(/^Bản quét · 2 trang/)).toBeVisible();
  });
});

/** Enters a document whose paper is still on the table; the walker stands before it. */
async function enter(page: Page, subject: string): Promise<void> {
  await page.goto('/new/incoming');
  const slip = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
  await slip.getByLabel('Tác giả (cơ quan ban hành)').fill('Công an xã Bình An');
  await slip.getByLabel('Số, ký hiệu').fill('52/CAX-PCCC');
  await slip.getByLabel('Ngày tháng văn bản').fill('04/11/2024');
  await slip.getByLabel('Trích yếu').fill(subject);
  await slip.getByRole('button', { name: 'Chỉ vào sổ' }).click();
  await page.getByRole('link', { name: 'Mở văn bản' }).click();
}

test.describe('clerk on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('two photographs become two pages; a corner is moved with a finger', async ({ page, browser }) => {
    const camera = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
    const photographs = [await photographed(camera, 1), await photographed(camera, 2)];
    await camera.close();
    await signIn(page, clerk);
    await page.goto('/desk');
    await expect(page.getByRole('button', { name: 'Chụp giấy', exact: true })).toBeVisible();
    await usableByEverybody(page, 'scan desk on a phone');
    await page.getByLabel('Ảnh chụp giấy').setInputFiles(
      photographs.map((buffer, at) => ({ name: `IMG_000${at + 1}.jpg`, mimeType: 'image/jpeg', buffer })),
    );
    await expect(page.getByRole('img', { name: 'Trang 2' })).toBeVisible();
    await usableByEverybody(page, 'photographs on a phone');

    await page.getByRole('button', { name: 'Xem to trang 1', exact: true }).tap();
    await usableByEverybody(page, 'photograph shown large on a phone');
    await page.getByRole('button', { name: 'Chỉnh bốn góc ảnh' }).tap();
    const dialog = page.getByRole('dialog', { name: 'Bốn góc của tờ giấy' });
    const corner = dialog.getByRole('button', { name: /^Góc/ }).first();
    await expect(corner).toBeVisible();
    await usableByEverybody(page, 'corners on a phone');
    const before = await corner.boundingBox();
    if (!before) throw new Error('the corner is not on the screen');
    await drag(page, { x: before.x + before.width / 2, y: before.y + before.height / 2 }, { x: 24, y: 30 });
    const after = await corner.boundingBox();
    expect(after?.x).toBeCloseTo(before.x + 24, 0);
    expect(after?.y).toBeCloseTo(before.y + 30, 0);
    await dialog.getByRole('button', { name: 'Xong' }).tap();
    await expect(dialog).toHaveCount(0);
    const id = /[0-9a-f-]{36}/.exec(page.url())?.[0];
    await expect.poll(async () => (await (await page.request.get(`/api/scans/${id}`)).json()).pages.length).toBe(2);
    await usableByEverybody(page, 'photographs with their corners');
  });
});

/** A sample page as it lies on a table, taken askew. */
async function photographed(camera: Page, number: number): Promise<Buffer> {
  const bytes = readFileSync(`../fixtures/pages/p0${number}.jpg`).toString('base64');
  await camera.setContent(`<body style="margin:0;background:#5d4634;height:100vh;overflow:hidden;perspective:1800px">
    <img style="width:860px;margin:190px 0 0 170px;transform:rotateX(16deg) rotateY(-9deg) rotate(3deg)" src="data:image/jpeg;base64,${bytes}">`);
  await camera.getByRole('img').evaluate((image: HTMLImageElement) => image.decode());
  return camera.screenshot({ type: 'jpeg', quality: 90 });
}

/** A finger comes down, moves by so much and is lifted: as slowly as one does that, or Chromium takes it for a flick and
 * swallows the next tap. */
async function drag(page: Page, from: { x: number; y: number }, by: { x: number; y: number }): Promise<void> {
  const hand = await page.context().newCDPSession(page);
  let timestamp = Date.now() / 1000 - 2;
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    hand.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: (timestamp += 0.3) });
  await touch('touchStart', [from]);
  for (const share of [0.25, 0.5, 0.75, 1]) await touch('touchMove', [{ x: from.x + by.x * share, y: from.y + by.y * share }]);
  await touch('touchEnd', []);
}
