// Where the person is: the address in the bar, so that every view can be sent to a colleague and survives F5.

type Params = Record<string, string>;

function here(): { path: string; query: Params } {
  const path = location.pathname.replace(/(.)\/+$/, "$1");
  return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

class Place {
  path = $state("/");
  query = $state<Params>({});

  constructor() {
    this.read();
    addEventListener("popstate", () => this.read());
    addEventListener("click", (event) => this.follow(event));
  }

  go(address: string, options: { replace?: boolean } = {}): void {
    history[options.replace ? "replaceState" : "pushState"](null, "", address);
    const before = this.path;
    this.read();
    if (before !== this.path) scrollTo(0, 0);
  }

  /** Changes some of the query; empty values leave it. */
  set(changes: Record<string, string | undefined>): void {
    const search = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) search.set(name, value);
      else search.delete(name);
    }
    const text = search.toString();
    this.go(text ? `${this.path}?${text}` : this.path, { replace: true });
  }

  private read(): void {
    const { path, query } = here();
    this.path = path;
    this.query = query;
  }

  /** Plain links inside the page change the place without loading it anew. */
  private follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const place = new Place();
