import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `make build` reads it through scripts/dashboard.ts, which adds what has to be measured. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  plugins: [react(), tailwindcss()],
  build: {
    // Younger than what Vite takes for granted: light-dark(), which would otherwise be written out as scripts' work.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // The gateway's policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // How long Tailwind took is news to nobody.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
