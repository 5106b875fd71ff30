// What was written wrongly is mended where it stands: a draft the head gave back, a column of the book, and a slip that
// was edited after its answer got lost. None of these drafts is released, so no number of the other walk moves.
import { expect, test } from '@playwright/test';
import { house } from './house';
import { act, LAPTOP, OLD_PC, PHONE, signIn, usableByEverybody } from './person';

const DRAFT = 'Kế hoạch kiểm kê hồ sơ lưu trữ';
const MENDED = 'Kế hoạch kiểm kê hồ sơ lưu trữ học kỳ II';
const REASON = 'Ghi rõ học kỳ, gửi cả Phòng Giáo dục.';
const { clerk, head, teacher } = house.staff;

test.describe('teacher at a laptop', () => {
  test.use({ viewport: LAPTOP });

  test('submits a draft', async ({ page }) => {
    await signIn(page, teacher);
    await page.goto('/new/outgoing');
    const form = page.getByRole('form', { name: 'Soạn văn bản đi' });
    await form.getByLabel('Tên loại').selectOption({ label: 'Kế hoạch (KH)' });
    await form.getByLabel('Trích yếu').fill(DRAFT);
    await form.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
    await expect(page.getByText('Đã lưu dự thảo')).toBeVisible();
  });
});

test.describe('head on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('gives it back with a reason', async ({ page }) => {
    await signIn(page, head);
    await page.getByRole('link', { name: `Xem văn bản: ${DRAFT}` }).click();
    await act(page, 'Trả lại', (form) => form.getByLabel('Lý do').fill(REASON));
    await expect(page.getByText('Đã trả lại.')).toBeVisible();
  });
});

test.describe('teacher on a phone', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('mends the draft and submits it again', async ({ page }) => {
    await signIn(page, teacher);
    await page.goto('/outgoing');
    await page.getByRole('link', { name: new RegExp(DRAFT) }).first().click();
    await expect(page.getByText(REASON)).toBeVisible();
    await act(page, 'Sửa', async (form) => {
      await expect(form.getByLabel('Tên loại').locator('option:checked')).toHaveText('Kế hoạch (KH)');
      await form.getByLabel('Trích yếu').fill('');
      await form.getByRole('button', { name: 'Ghi lại' }).click();
      await expect(form.getByLabel('Trích yếu')).toHaveAccessibleDescription(/Hãy ghi trích yếu/);
      await form.getByLabel('Trích yếu').fill(MENDED);
      await form.getByLabel('Nơi nhận').fill('Phòng Giáo dục và Đào tạo; Lưu: VT');
    }, 'Ghi lại');
    await expect(page.getByText('Đã ghi lại.')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name: new RegExp(MENDED) })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Thông tin văn bản' })).toContainText('Phòng Giáo dục và Đào tạo');
    const way = page.getByRole('region', { name: 'Đường đi của văn bản' });
    await expect(way.getByRole('listitem').last()).toContainText('Sửa các cột');
    await act(page, 'Trình', async () => {});
    await expect(page.getByText('Đã trình.', { exact: true })).toBeVisible();
    await expect(way.getByRole('listitem').last()).toContainText('Trình');
  });
});

test.describe('head again', () => {
  test.use({ viewport: PHONE, hasTouch: true, isMobile: true });

  test('finds it on her desk as it was mended', async ({ page }) => {
    await signIn(page, head);
    await expect(page.getByRole('button', { name: `Duyệt: ${MENDED}` })).toBeVisible();
  });
});

test.describe('clerk on an old PC', () => {
  test.use({ viewport: OLD_PC });

  test('mends a column of the book, the number stays', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/incoming');
    await page.getByRole('table').getByRole('link', { name: /số hóa hồ sơ/ }).click();
    await expect(page.getByTitle(/^Bản giấy/)).toBeVisible();
    await page.getByRole('button', { name: 'Sửa', exact: true }).click();
    const form = page.getByRole('form', { name: 'Sửa' });
    await expect(form.getByLabel('Số, ký hiệu')).toHaveValue('147/PNV-VTLT');
    await expect(form.getByLabel('Ngày tháng văn bản')).toHaveValue('12/03/2024');
    await expect(page.getByTitle(/^Bản giấy/)).toBeVisible();
    await form.getByLabel('Người ký').fill('Đặng Quỳnh Hoa');
    await usableByEverybody(page, 'slip being mended');
    await page.keyboard.press('Control+s');
    const facts = page.getByRole('region', { name: 'Thông tin văn bản' });
    await expect(facts).toContainText('Đặng Quỳnh Hoa');
    await expect(facts).toContainText(/Số đến\s*1/);
  });

  test('is warned when a mend makes a duplicate, and writes it all the same', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/new/incoming');
    const slip = page.getByRole('form', { name: 'Vào sổ văn bản đến' });
    await slip.getByLabel('Tác giả (cơ quan ban hành)').fill('Phòng Nội vụ huyện Thanh Hà Sơn');
    await slip.getByLabel('Số, ký hiệu').fill('741/PNV-VTLT');
    await slip.getByLabel('Ngày tháng văn bản').fill('12/03/2024');
    await slip.getByLabel('Trích yếu').fill('Phụ lục của văn bản hướng dẫn');
    await slip.getByRole('button', { name: 'Chỉ vào sổ' }).click();
    await page.getByRole('link', { name: 'Mở văn bản' }).click();
    await act(page, 'Sửa', async (form) => {
      await form.getByLabel('Số, ký hiệu').fill('147/PNV-VTLT');
      await page.keyboard.press('Control+s');
      await expect(form.getByRole('link', { name: /^số đến 1,/ })).toBeVisible();
    }, 'Vẫn ghi');
    await expect(page.getByRole('region', { name: 'Thông tin văn bản' })).toContainText('147/PNV-VTLT');
  });

  test('is told when a slip was edited after its answer got lost, and goes on at the document', async ({ page }) => {
    await signIn(page, clerk);
    await page.goto('/new/outgoing');
    const form = page.getByRole('form', { name: 'Soạn văn bản đi' });
    await form.getByLabel('Trích yếu').fill('Về việc mượn hội trường');
    const entering = (address: URL) => address.pathname === '/api/letters';
    await page.route(entering, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch();
      await route.abort();
    });
    await form.getByRole('button', { name: 'Chỉ lưu dự thảo' }).click();
    await expect(form.getByRole('alert')).toBeVisible();
    await page.unroute(entering);

    await form.getByLabel('Trích yếu').fill('Về việc mượn hội trường xã');
    await form.getByRole('button', { name: 'Chỉ lưu dự thảo' }).click();
    await usableByEverybody(page, 'slip that was entered before');
    await form.getByRole('link', { name: /Mở văn bản đã ghi/ }).click();
    await page.getByRole('button', { name: 'Sửa', exact: true }).click();
    await expect(page.getByRole('form', { name: 'Sửa' }).getByLabel('Trích yếu')).toHaveValue('Về việc mượn hội trường xã');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('heading', { level: 1, name: /mượn hội trường xã$/ })).toBeVisible();
    await page.goto('/new/outgoing');
    await expect(form.getByLabel('Trích yếu')).toHaveValue('');
  });
});
