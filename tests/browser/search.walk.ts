// A document is found by what the book says and by what its pages say, typed without marks as one types in a hurry.
import { expect, test, type Page } from '@playwright/test';
import { house } from './house';
import { OLD_PC, PHONE, signIn, usableByEverybody } from './person';
import { lay, sample, scan } from './tray';

const { clerk, otherTeacher } = house.staff;
const SUBJECT = 'Về việc trang bị máy quét cho bộ phận văn thư';
/** Stands in a column of the book. */
const BY_COLUMN = 'may quet bo phan van thu';
/** Stands on the page and in no column. */
const ON_THE_PAGE = '"ho so dia chinh"';
const READ = { timeout: 60_000 };

/** A sheet is scanned and registered; what is found by its words is there as soon as they are read. */
async function registered(page: Page): Promise<void> {
  // Another walk has done it, or this one's first try.
  if ((await found(page, ON_THE_PAGE)).includes(SUBJECT)) return;
  lay(sample(4));
  await scan(page);
  await page.getByRole('button', { name: 'Vào sổ văn bản đến' }).click();
  const form = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
  await form.getByLabel('Tác giả (cơ quan ban hành)').fill('Ủy ban nhân dân xã An Lạc Thượng');
  await form.getByLabel('Số, ký hiệu').fill('09/TTr-UBND');
  await form.getByLabel('Ngày tháng văn bản').fill('18/04/2024');
  await form.getByLabel('Trích yếu').fill(SUBJECT);
  await form.getByRole('button', { name: 'Chỉ vào sổ' }).click();
  await expect(page.getByRole('link', { name: 'Mở văn bản' })).toBeVisible();
  await expect.poll(async () => found(page, ON_THE_PAGE), READ).toContain(SUBJECT);
}

async function found(page: Page, q: string): Promise<string[]> {
  const answer = await page.request.get('/api/search', { params: { q } });
  return ((await answer.json()) as { items: { letter: { subject: string } }[] }).items.map((hit) => hit.letter.subject);
}

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('finds a document from the top bar, by its column and by its page', async ({ page }) => {
    await signIn(page, clerk);
    await registered(page);
    await page.goto('/');
    const field = page.getByRole('combobox', { name: 'Tìm văn bản' });
    await expect(field).toBeVisible();
    await page.keyboard.press('/');
    await expect(field).toBeFocused();
    await field.pressSequentially(BY_COLUMN);
    const hits = page.getByRole('listbox', { name: 'Văn bản tìm thấy' }).getByRole('option');
    await expect(hits.first()).toContainText(SUBJECT);
    await expect(hits.first().locator('mark').filter({ hasText: 'máy quét' })).toBeVisible();
    await usableByEverybody(page, 'what is found, under the field');

    await field.fill(ON_THE_PAGE);
    await expect(hits.first().locator('mark').filter({ hasText: 'hồ sơ địa chính' })).toBeVisible();
    await expect(hits.first()).toContainText('trong trang:');
    await field.press('ArrowDown');
    await expect(hits.first()).toHaveAttribute('aria-selected', 'true');
    await usableByEverybody(page, 'words of a page found');
    await field.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: new RegExp(SUBJECT) })).toBeVisible();
    await expect(field).toHaveValue('');

    await field.fill('khongcochunaonhuvay');
    await expect(page.getByRole('status').filter({ hasText: 'Không tìm thấy “khongcochunaonhuvay”.' })).toBeVisible();
    await usableByEverybody(page, 'nothing found');
    await field.press('Escape');
    await expect(page.getByText('Không tìm thấy'), 'the first Escape puts the list away').toBeHidden();
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('the clerk finds it by its page', async ({ page }) => {
    await signIn(page, clerk);
    await registered(page);
    await page.goto('/');
    await page.getByRole('link', { name: 'Tìm văn bản' }).tap();
    const field = page.getByRole('searchbox', { name: 'Tìm văn bản' });
    await expect(field).toBeFocused();
    await usableByEverybody(page, 'search on a phone');
    await field.fill(ON_THE_PAGE);
    const hits = page.getByRole('list', { name: 'Văn bản tìm thấy' }).getByRole('listitem');
    await expect(hits.filter({ hasText: SUBJECT }).locator('mark')).toHaveText('hồ sơ địa chính');
    await usableByEverybody(page, 'what is found on a phone');
    await hits.getByRole('link', { name: new RegExp(SUBJECT) }).tap();
    await expect(page.getByRole('heading', { level: 1, name: new RegExp(SUBJECT) })).toBeVisible();
    await page.goBack();
    await expect(field).toHaveValue(ON_THE_PAGE);
  });

  test('a teacher it was not given to does not', async ({ page }) => {
    await signIn(page, otherTeacher);
    await page.goto(`/search?${new URLSearchParams({ q: ON_THE_PAGE })}`);
    await expect(page.getByText('Bạn tìm được văn bản giao cho bạn và dự thảo của bạn.')).toBeVisible();
    await expect(page.getByText(SUBJECT)).toHaveCount(0);
    await usableByEverybody(page, 'nothing found on a phone');
  });
});
