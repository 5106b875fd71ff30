// One paper's way as the three people see it: the clerk on an old PC, the head on a phone, the teacher on a laptop,
// and at the end the office above. The same house throughout: each test begins where the one before it ended, so the
// first failure is the one to look at.
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { house } from './house';
import { act, LAPTOP, OLD_PC, PHONE, signIn, usableByEverybody } from './person';

const INCOMING = 'V/v hướng dẫn số hóa hồ sơ, tài liệu lưu trữ cấp xã';
const OUTGOING = 'Về việc thành lập Tổ số hóa tài liệu lưu trữ';
const { clerk, head, teacher, otherTeacher } = house.staff;

/** From the scan desk to the form, with the scanned pages seen on the way. */
async function scanInto(page: Page, button: string): Promise<void> {
  await page.keyboard.press('F2');
  await expect(page.getByRole('heading', { level: 1, name: 'Bàn quét' })).toBeVisible();
  await expect(page.getByLabel('Máy quét', { exact: true })).toBeVisible();
  await usableByEverybody(page, 'scan desk');
  await page.getByRole('button', { name: 'Quét', exact: false }).and(page.locator('[aria-keyshortcuts=F2]')).click();
  const first = page.getByRole('img', { name: 'Trang 1' });
  await expect(first).toBeVisible();
  await expect.poll(() => first.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(page.getByRole('button', { name: button })).toBeEnabled();
  await usableByEverybody(page, 'scan desk with pages');
  await page.getByRole('button', { name: button }).click();
}

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('a wrong password is told in words, and where to go', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByText(house.school.name)).toBeVisible();
    await usableByEverybody(page, 'sign-in');
    await page.getByLabel('Tên đăng nhập').fill(clerk.username);
    await page.getByLabel('Mật khẩu').fill('không phải mật khẩu này');
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await expect(page.getByRole('alert')).toContainText('mật khẩu');
    await usableByEverybody(page, 'sign-in after a refusal');
  });

  test('scans, registers and submits what came', async ({ page }) => {
    await signIn(page, clerk);
    await expect(page.getByRole('link', { name: /^Nối với cấp trên:/ })).toBeVisible();
    await usableByEverybody(page, "clerk's home");
    await scanInto(page, 'Vào sổ văn bản đến');

    const form = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
    await expect(page.getByRole('img', { name: /^Trang 1 / })).toBeVisible();
    await form.getByLabel('Tác giả (cơ quan ban hành)').fill('Phòng Nội vụ huyện Thanh Hà Sơn');
    await form.getByLabel('Số, ký hiệu').fill('147/PNV-VTLT');
    await form.getByLabel('Ngày tháng văn bản').fill('12/03/2024');
    await form.getByLabel('Trích yếu').fill(INCOMING);
    await usableByEverybody(page, 'intake of what came');
    // By keyboard, as she does it all day.
    await page.keyboard.press('Control+s');
    await expect(page.getByText('Số đến 1')).toBeVisible();
    await usableByEverybody(page, 'after registering');
  });

  test('turns the pages of the book by keyboard, the paper beside it', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/incoming');
    await expect(page.getByRole('table').getByRole('link', { name: new RegExp(INCOMING) })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    const beside = page.getByRole('complementary', { name: 'Bản giấy bên cạnh' });
    const paper = beside.getByRole('img', { name: /^Trang 1 trên / });
    await expect.poll(() => paper.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await expect(beside).toContainText('Đã trình');
    await usableByEverybody(page, 'register with the paper beside');
    await page.keyboard.press('Escape');
    await expect(beside).toHaveCount(0);
    await page.getByRole('button', { name: 'Xem giấy bên cạnh' }).click();
    await expect(beside).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: new RegExp(INCOMING) })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Ai đã đọc' })).toBeVisible();
    await usableByEverybody(page, 'document on an old PC');
  });

  test('lays a file on the desk by dropping it, and takes it away again', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/desk');
    await expect(page.getByRole('button', { name: 'Đưa tệp lên bàn' })).toBeVisible();
    const files = await page.evaluateHandle((bytes) => {
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(bytes)], 'Giấy mời họp.jpg', { type: 'image/jpeg' }));
      carried.items.add(new File(['không phải văn bản'], 'ghi chú.txt', { type: 'text/plain' }));
      return carried;
    }, [...readFileSync('../fixtures/pages/p01.jpg')]);
    await page.dispatchEvent('main', 'dragover', { dataTransfer: files });
    await page.dispatchEvent('main', 'drop', { dataTransfer: files });
    await expect(page.getByRole('alert')).toContainText('ghi chú.txt');
    await usableByEverybody(page, 'desk with a file on it');
    await page.getByRole('link', { name: 'Giấy mời họp.jpg', exact: true }).click();
    await expect(page.getByRole('img', { name: 'Trang 1' })).toBeVisible();
    await usableByEverybody(page, 'a file on the desk');
    await page.getByRole('button', { name: 'Bỏ tệp này' }).click();
    await page.getByRole('button', { name: 'Bỏ hẳn' }).click();
    await expect(page.getByRole('button', { name: 'Đưa tệp lên bàn' })).toBeVisible();
    await expect(page.getByText('Giấy mời họp.jpg')).toHaveCount(0);
  });

  test('is warned when the same number of the same issuer comes again', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/new/incoming');
    const form = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
    await form.getByLabel('Tác giả (cơ quan ban hành)').fill('Phòng Nội vụ huyện Thanh Hà Sơn');
    await form.getByLabel('Số, ký hiệu').fill('147/PNV-VTLT');
    await form.getByLabel('Ngày tháng văn bản').fill('12/03/2024');
    await form.getByLabel('Trích yếu').fill('Cùng một văn bản, gửi lần thứ hai');
    await form.getByRole('button', { name: 'Vào sổ và trình' }).click();
    await expect(form.getByText(INCOMING)).toBeVisible();
    await usableByEverybody(page, 'warning of a duplicate');
    await page.getByRole('button', { name: 'Xóa phiếu' }).click();
  });

  test('scans a decision and submits its draft', async ({ page }) => {
    await signIn(page, clerk);
    await scanInto(page, 'Làm văn bản đi');
    const form = page.getByRole('form', { name: 'Soạn văn bản đi' });
    await form.getByLabel('Tên loại').selectOption({ label: 'Quyết định (QĐ)' });
    await form.getByLabel('Trích yếu').fill(OUTGOING);
    await form.getByLabel('Nơi nhận').fill('Như Điều 5; Lưu: VT');
    await usableByEverybody(page, 'draft of what goes out');
    await form.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await expect(page.getByText('Đã lưu dự thảo')).toBeVisible();
  });
});

test.describe('head on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('reads the paper, gives a word and names who is to do it', async ({ page }) => {
    await signIn(page, head);
    await usableByEverybody(page, "head's home");
    await page.getByRole('link', { name: `Xem văn bản: ${INCOMING}` }).click();
    await page.getByRole('tab', { name: 'Bản giấy' }).click();
    const paper = page.getByRole('img', { name: /^Trang 1 trên / });
    await expect.poll(() => paper.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await usableByEverybody(page, 'document on a phone');

    await page.getByRole('link', { name: 'Trang chủ' }).click();
    await page.getByRole('button', { name: `Cho ý kiến: ${INCOMING}` }).click();
    const form = page.getByRole('form', { name: 'Cho ý kiến' });
    await form.getByLabel('Ý kiến chỉ đạo').fill('Giao cô Ngân chủ trì, báo cáo trước ngày 30.');
    const choices = form.getByLabel('Người chủ trì');
    const chosen = choices.locator('option', { hasText: teacher.name });
    await choices.selectOption(await chosen.getAttribute('value'));
    await usableByEverybody(page, 'form of the directive on a phone');
    await form.getByRole('button', { name: 'Cho ý kiến' }).click();
    await expect(page.getByRole('button', { name: `Cho ý kiến: ${INCOMING}` })).toHaveCount(0);
  });

  test('approves the draft', async ({ page }) => {
    await signIn(page, head);
    await page.getByRole('button', { name: `Duyệt: ${OUTGOING}` }).click();
    await page.getByRole('form', { name: 'Duyệt' }).getByRole('button', { name: 'Duyệt' }).click();
    await expect(page.getByRole('button', { name: `Duyệt: ${OUTGOING}` })).toHaveCount(0);
    await usableByEverybody(page, "head's home with nothing left");
  });
});

test.describe('teachers', () => {
  test.use({ viewport: LAPTOP });

  test('the one it was given to does it', async ({ page }) => {
    await signIn(page, teacher);
    await usableByEverybody(page, "teacher's home");
    await page.getByRole('link', { name: new RegExp(INCOMING) }).first().click();
    await expect(page.getByText('Giao cô Ngân chủ trì, báo cáo trước ngày 30.').first()).toBeVisible();
    await act(page, 'Hoàn thành', (form) => form.getByLabel('Kết quả đã làm').fill('Đã lập danh mục hồ sơ cần số hóa.'));
    await expect(page.getByText('Đã ghi là hoàn thành.')).toBeVisible();
    await usableByEverybody(page, 'document that is done');
  });

  test('a colleague does not see it', async ({ page }) => {
    await signIn(page, otherTeacher);
    await page.goto('/incoming');
    await expect(page.getByText('Chưa có văn bản nào để bạn xem ở đây.')).toBeVisible();
    await expect(page.getByText(INCOMING)).toHaveCount(0);
  });
});

test.describe('clerk again', () => {
  test.use({ viewport: OLD_PC });

  test('releases the decision with its number and seals it', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/outgoing');
    await usableByEverybody(page, 'register of what goes out');
    await page.getByRole('table').getByRole('link', { name: new RegExp(OUTGOING) }).click();
    await act(page, 'Phát hành', async () => {});
    await expect(page.getByText('Đã phát hành.').first()).toBeVisible();
    await expect(page.getByText('01/QĐ-THCSHP').first()).toBeVisible();

    await page.getByRole('button', { name: 'Đóng dấu', exact: true }).click();
    const form = page.getByRole('form', { name: 'Đóng dấu' });
    await form.getByLabel('Mã PIN', { exact: true }).fill('nhầm');
    await form.getByRole('button', { name: 'Đóng dấu' }).click();
    await expect(form.getByText(/PIN/).last()).toBeVisible();
    await form.getByLabel('Mã PIN', { exact: true }).fill(house.sealPin);
    await form.getByRole('button', { name: 'Đóng dấu' }).click();
    await expect(page.getByText(/Đã đóng dấu lúc/).first()).toBeVisible();
    await usableByEverybody(page, 'sealed document');
  });

  test('sees that the office above has received everything', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/link');
    await usableByEverybody(page, 'link above');
    await page.getByRole('button', { name: /gửi ngay/i }).click();
    await expect(page.getByRole('link', { name: /^Nối với cấp trên: .*đã nhận/ })).toBeVisible();
  });

  test('her other pages are usable, too', async ({ page }) => {
    await signIn(page, clerk);
    for (const place of ['/incoming', '/tasks', '/signing', '/delegations', '/certificates', '/password', '/more', '/huong-dan.html']) {
      await page.goto(place);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => undefined);
      await usableByEverybody(page, place);
    }
  });
});

test.describe('IT officer', () => {
  test.use({ viewport: OLD_PC });

  test('runs the box and reads no document', async ({ page }) => {
    await signIn(page, house.staff.it);
    for (const heading of ['Nối với cấp trên', 'Tài khoản', 'Đồng hồ', 'Máy quét', 'Dữ liệu']) {
      await expect(page.getByRole('heading', { level: 2, name: heading })).toBeVisible();
    }
    await usableByEverybody(page, "IT's home");
    for (const place of ['/people', '/unit', '/certificates', '/link', '/audit']) {
      await page.goto(place);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await usableByEverybody(page, place);
    }
    await expect(page.getByText(INCOMING)).toHaveCount(0);
  });
});

test.describe('office above', () => {
  test.use({ viewport: OLD_PC });

  test('lists the box and its register lines, with their papers', async ({ page }) => {
    await page.goto(house.hub.url);
    await usableByEverybody(page, "hub's door");
    await page.getByLabel('Mật khẩu').fill(house.hub.password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await expect(page.getByRole('rowheader', { name: house.school.name })).toBeVisible();
    await usableByEverybody(page, "hub's fleet");

    await page.getByRole('button', { name: 'Sổ nhận được' }).click();
    const decision = page.getByRole('row', { name: new RegExp(OUTGOING) });
    await expect(decision).toContainText('01/QĐ-THCSHP');
    await expect(page.getByRole('row', { name: new RegExp(INCOMING) })).toContainText('147/PNV-VTLT');
    await usableByEverybody(page, "hub's registers");
    const address = await decision.getByRole('link').getAttribute('href');
    const paper = await page.request.get(new URL(address ?? '', house.hub.url).href);
    expect((await paper.body()).subarray(0, 5).toString()).toBe('%PDF-');

    for (const place of ['Mã nối', 'Lời nhắn']) {
      await page.getByRole('button', { name: place }).click();
      await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible();
      await usableByEverybody(page, place);
    }
  });
});
