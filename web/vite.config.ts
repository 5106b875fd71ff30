import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Chrome 109 is the last browser of Windows 7: scripts and styles are lowered to it.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "chrome109",
    cssTarget: "chrome109",
    assetsInlineLimit: 0,
    rollupOptions: { input: { index: "index.html", hub: "hub.html" } },
  },
  server: { proxy: { "/api": process.env.VANTHU_BOX ?? "http://127.0.0.1:8080" } },
  test: { include: ["src/**/*.test.ts"] },
});
