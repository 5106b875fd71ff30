// Light or dark: as the machine has it until the person says otherwise.

export type Theme = "auto" | "light" | "dark";
const KEY = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function setTheme(wanted: Theme): void {
  if (wanted === "auto") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wanted);
  show();
}

export function startTheme(): void {
  dark.addEventListener("change", show);
  show();
}

function show(): void {
  const wanted = theme();
  document.documentElement.dataset.theme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
}
