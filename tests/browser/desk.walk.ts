// The scan desk as the clerk has it before her: stacks with their count, pages put in order by hand, what jams, what is
// turned over. The scanner is `tray.ts`; every test lays its own paper and finds its own way of scanning by name.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { house } from './house';
import { OLD_PC, signIn, usableByEverybody } from './person';
import { hold, JAM, lay, letRun, sample, SCANNER } from './tray';

const { clerk } = house.staff;
const GREY = 'Công văn xám';
const BY_HAND = 'Hai mặt lật tay';

test.use({ viewport: OLD_PC });
test.afterEach(() => letRun());

async function toDesk(page: Page): Promise<void> {
  await page.goto('/desk');
  await page.getByLabel('Máy quét', { exact: true }).selectOption({ label: SCANNER });
}

/** The stack in the tray becomes a scan; the walker stands before it. */
async function begin(page: Page, way = GREY, sheets = ''): Promise<void> {
  await toDesk(page);
  await page.getByRole('group', { name: 'Cách quét đã nhớ' }).getByRole('button', { name: way }).click();
  await page.getByLabel('Bao nhiêu tờ?').fill(sheets);
  await page.keyboard.press('F2');
  await expect(page).toHaveURL(/\/desk\/[0-9a-f-]{36}$/);
}

const sheetsOf = (page: Page): Locator => page.getByRole('list', { name: 'Các trang đã quét' }).getByRole('button', { name: /^Xem to trang/ });
const sheetAt = (page: Page, place: number): Locator => page.getByRole('button', { name: `Xem to trang ${place}`, exact: true });

interface Told {
  state: string;
  pages: { page: number; turn: number; side: string }[];
  bin: { page: number }[];
}

async function told(page: Page): Promise<Told> {
  const id = /[0-9a-f-]{36}/.exec(page.url())?.[0];
  return (await (await page.request.get(`/api/scans/${id}`)).json()) as Told;
}

/** Waits until the box has the pages in this order; pages carry the number they came with. */
async function inOrder(page: Page, ...wanted: number[]): Promise<void> {
  await expect.poll(async () => (await told(page)).pages.map((each) => each.page)).toEqual(wanted);
}

test('a way of scanning gets a name and is one press from then on', async ({ page }) => {
  await signIn(page, clerk);
  await toDesk(page);
  const choices = page.getByRole('group', { name: 'Cách quét', exact: true });
  await choices.getByText('Khay nạp, một mặt').click();
  await choices.getByText('Xám').click();
  await choices.getByLabel('Độ nét (dpi)').selectOption('200');
  await choices.getByRole('checkbox', { name: /Hai mặt, lật tay/ }).uncheck();
  await remember(page, GREY);
  await choices.getByRole('checkbox', { name: /Hai mặt, lật tay/ }).check();
  await remember(page, BY_HAND);
  await expect(page.getByRole('button', { name: GREY })).toHaveAttribute('aria-pressed', 'false');

  await page.reload();
  await page.getByLabel('Máy quét', { exact: true }).selectOption({ label: SCANNER });
  await page.getByRole('button', { name: GREY }).click();
  await expect(page.getByRole('button', { name: GREY })).toHaveAttribute('aria-pressed', 'true');
  await expect(choices.getByLabel('Xám')).toBeChecked();
  await usableByEverybody(page, 'scan desk with ways of scanning');
  await page.getByRole('link', { name: 'Các cách quét đã nhớ' }).click();
  await expect(page.getByRole('list', { name: 'Cách quét đã nhớ' }).getByRole('listitem')).toHaveCount(2);
  await usableByEverybody(page, 'ways of scanning');
});

async function remember(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Ghi nhớ cách quét này' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Tên cách quét').fill(name);
  await dialog.getByRole('button', { name: 'Ghi nhớ' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name })).toHaveAttribute('aria-pressed', 'true');
}

test('a stack is counted, a second one waits, and a closed tab changes nothing', async ({ page, context }) => {
  await signIn(page, clerk);
  lay(sample(1), sample(2), sample(3));
  hold();
  await begin(page, GREY, '4');
  const first = page.url();
  await expect(page.getByRole('progressbar', { name: 'Đang quét trang 1' })).toBeVisible();
  await page.close();

  const other = await context.newPage();
  await begin(other);
  await expect(other.getByText('Sắp đến lượt bản này.')).toBeVisible();
  await usableByEverybody(other, 'scan that waits');
  await other.getByRole('button', { name: 'Thôi, không chờ nữa' }).click();
  await expect(other).toHaveURL(/\/desk$/);
  const busy = other.getByRole('region', { name: 'Đang ở máy quét' });
  await expect(busy.getByText('đang quét trang 1')).toBeVisible();
  await expect(busy.getByRole('listitem')).toHaveCount(1);
  await expect(other.getByText('chưa quét được trang nào'), 'who left the queue without a page leaves nothing behind').toHaveCount(0);
  await usableByEverybody(other, 'scan desk while the scanner works');
  await busy.getByRole('link').click();
  expect(other.url()).toBe(first);
  const coming = other.getByRole('progressbar', { name: 'Đang quét trang 1' });
  await expect.poll(async () => Number(await coming.getAttribute('aria-valuenow'))).toBeGreaterThan(4);
  await usableByEverybody(other, 'scan under way');
  letRun();
  await expect(sheetsOf(other)).toHaveCount(3);
  await expect(other.getByText(/4 tờ.*3 tờ|3 tờ.*4 tờ|3 trên 4/).first()).toBeVisible();
  await usableByEverybody(other, 'scan with a sheet missing');
});

test('pages are turned, moved, put aside and taken back', async ({ page }) => {
  await signIn(page, clerk);
  lay(sample(1), sample(2), sample(3), sample(4));
  await begin(page, GREY, '4');
  await expect(sheetsOf(page)).toHaveCount(4);
  await expect(page.getByRole('toolbar', { name: 'Sửa các trang' })).toBeVisible();

  await sheetAt(page, 1).focus();
  await page.keyboard.press(']');
  await expect.poll(async () => (await told(page)).pages[0]?.turn).toBe(90);
  await page.keyboard.press('Alt+ArrowRight');
  await inOrder(page, 2, 1, 3, 4);
  await expect(sheetAt(page, 2), 'the keyboard stays with the page').toBeFocused();

  const [last, first] = [await middle(sheetAt(page, 4)), await middle(sheetAt(page, 1))];
  await page.mouse.move(last.x, last.y);
  await page.mouse.down();
  await page.mouse.move(first.x, first.y, { steps: 6 });
  await page.mouse.move(first.x - first.width / 4, first.y);
  await page.mouse.up();
  await inOrder(page, 4, 2, 1, 3);

  await sheetAt(page, 3).focus();
  await page.keyboard.press('Delete');
  await inOrder(page, 4, 2, 3);
  await usableByEverybody(page, 'scan with a page put aside');
  await page.keyboard.press('Control+z');
  await inOrder(page, 4, 2, 1, 3);
  await page.getByRole('button', { name: 'Bỏ trang 1' }).click();
  await inOrder(page, 2, 1, 3);
  await page.getByText('Trang đã bỏ (1)').click();
  await page.getByRole('button', { name: 'Lấy lại trang đã bỏ 1' }).click();
  await expect.poll(async () => (await told(page)).pages.length).toBe(4);
  expect((await told(page)).bin).toEqual([]);

  await sheetAt(page, 2).click();
  const large = page.getByRole('dialog', { name: 'Trang 2 trên 4' });
  await expect(large.getByRole('img')).toBeVisible();
  await usableByEverybody(page, 'page shown large');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog', { name: 'Trang 3 trên 4' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheetAt(page, 3)).toBeFocused();
});

async function middle(sheet: Locator): Promise<{ x: number; y: number; width: number }> {
  await sheet.scrollIntoViewIfNeeded();
  const box = await sheet.boundingBox();
  if (!box) throw new Error('the page is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
}

test('a page is scanned again, another put in between, and one stack becomes two and one again', async ({ page }) => {
  await signIn(page, clerk);
  lay(sample(1), sample(2), sample(3));
  await begin(page);
  await expect(sheetsOf(page)).toHaveCount(3);

  await page.getByRole('checkbox', { name: 'Chọn trang 2' }).check();
  await usableByEverybody(page, 'page chosen');
  lay(sample(4));
  await page.getByRole('button', { name: 'Quét lại trang này' }).click();
  await usableByEverybody(page, 'question where the sheet is');
  await page.getByRole('dialog').getByRole('button', { name: 'Quét', exact: true }).click();
  await inOrder(page, 1, 4, 3);
  await expect(page.getByText('Trang đã bỏ (1)')).toBeVisible();

  await sheetAt(page, 1).click();
  lay(sample(2));
  await page.getByRole('dialog').getByRole('button', { name: 'Quét thêm vào sau' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Quét', exact: true }).click();
  await inOrder(page, 1, 5, 4, 3);
  await expect(sheetsOf(page)).toHaveCount(4);

  await sheetAt(page, 3).focus();
  await page.keyboard.press('t');
  await expect(page.getByRole('heading', { name: 'Văn bản 2 · 2 trang' })).toBeVisible();
  await usableByEverybody(page, 'scan to be split');
  await page.getByRole('button', { name: 'Tách thành 2 văn bản' }).click();
  await inOrder(page, 1, 5);
  const others = page.getByRole('region', { name: 'Các văn bản khác của tập giấy này' });
  await expect(others.getByRole('link', { name: 'Văn bản 2 trang' })).toBeVisible();
  await usableByEverybody(page, 'scan that was split');

  const here = /[0-9a-f-]{36}/.exec(page.url())?.[0];
  const there = (await others.getByRole('link').getAttribute('href'))?.split('/').at(-1);
  expect(there).not.toBe(here);
  await page.getByRole('button', { name: 'Ghép với…' }).click();
  const dialog = page.getByRole('dialog');
  await usableByEverybody(page, 'choice of what to merge');
  await dialog.getByRole('button', { name: /^Ghép/ }).first().click();
  await expect(sheetsOf(page)).toHaveCount(4);
  await expect(dialog).toHaveCount(0);
});

test('a jam says which sheet to lay on top, and the stack goes on', async ({ page }) => {
  await signIn(page, clerk);
  lay(sample(1), sample(2), JAM, sample(3));
  await begin(page, GREY, '4');
  await expect(page.getByText(/kẹt/).first()).toBeVisible();
  await expect(page.getByText(/Đã giữ 2 tờ.*tờ thứ 3/)).toBeVisible();
  await usableByEverybody(page, 'scan that jammed');
  lay(sample(3), sample(4));
  await page.getByRole('button', { name: 'Quét tiếp' }).click();
  await expect(sheetsOf(page)).toHaveCount(4);
  await expect.poll(async () => (await told(page)).state).toBe('done');
  await expect(page.getByText(/kẹt/)).toHaveCount(0);
});

test('both sides on a one-sided feeder: the stack is turned over, the pages find each other', async ({ page }) => {
  await signIn(page, clerk);
  lay(sample(1), sample(3));
  await begin(page, BY_HAND);
  await expect(page.getByText('Lật cả tập, đặt lại vào khay', { exact: false }).first()).toBeVisible();
  await usableByEverybody(page, 'stack to be turned over');
  // Turned over, the last sheet lies on top: one of its backs is missing.
  lay(sample(4));
  await page.keyboard.press('F2');
  await expect(page.getByRole('button', { name: 'Quét lại mặt sau' })).toBeVisible();
  await usableByEverybody(page, 'sides that do not match');
  lay(sample(4), sample(2));
  await page.getByRole('button', { name: 'Quét lại mặt sau' }).click();
  await expect.poll(async () => (await told(page)).state).toBe('done');
  await expect(sheetsOf(page)).toHaveCount(4);
  const sides = (await told(page)).pages.map((each) => each.side);
  expect(sides).toEqual(['front', 'back', 'front', 'back']);
  await usableByEverybody(page, 'both sides by hand');
});
