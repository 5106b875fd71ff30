// A person at a browser: comes in by the door, and any page she sees must be usable by everybody.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Locator, type Page } from '@playwright/test';
import { house, type Person } from './house';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Screens as the three people have them: an old PC, a phone in the schoolyard, a classroom's laptop. */
export const OLD_PC = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };
export const LAPTOP = { width: 1280, height: 720 };

export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto('/');
  // The letterhead comes with the door's answer and moves the fields down a little.
  await expect(page.getByText(house.school.name)).toBeVisible();
  await page.getByLabel('Tên đăng nhập').fill(person.username);
  await page.getByLabel('Mật khẩu').fill(person.password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Chào / })).toBeVisible();
}

interface Violation {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/**
 * WCAG 2.1 AA as axe-core sees it, and nothing wider than the screen. The walk goes on after a finding, so that one run
 * tells all of them. `where` names the page in a failure.
 */
export async function usableByEverybody(page: Page, where: string): Promise<void> {
  // Given to the page by the debugger and not by a script tag, which its security policy rightly refuses.
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const options = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] };
    const judge = (globalThis as unknown as { axe: { run: Function } }).axe;
    return ((await judge.run(document, options)) as { violations: unknown[] }).violations;
  });
  const told = (violations as Violation[]).map(
    (violation) => `${violation.id}: ${violation.help}\n    ${violation.nodes.map((node) => node.target.join(' ')).join('\n    ')}`,
  );
  expect.soft(told, `${where} is not accessible`).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(overflow, `${where} is wider than the screen`).toBeLessThanOrEqual(0);
}

/** Does one of the document's next steps through its small form; `main` is what the form's button says. */
export async function act(page: Page, verb: string, fill: (form: Locator) => Promise<void>, main = verb): Promise<void> {
  await page.getByRole('button', { name: verb, exact: true }).click();
  const form = page.getByRole('form', { name: verb });
  await fill(form);
  await usableByEverybody(page, `form of ${verb}`);
  await form.getByRole('button', { name: main, exact: true }).click();
}
