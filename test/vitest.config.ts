import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))
const support = (file: string) => fileURLToPath(new URL(`support/${file}`, import.meta.url))
const slow = { testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false }

export default defineConfig({
  root,
  test: {
    // Seeded property tests and simulated clocks leave nothing to chance, so a failing test is never tried again.
    retry: 0,
    projects: [
      { extends: true, test: { name: 'unit', include: ['main/**/*.test.ts', 'preload/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'test/support/**/*.test.ts'], testTimeout: 20_000 } },
      { extends: true, test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], testTimeout: 120_000 } },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 30_000 } },
      { extends: true, test: { name: 'journeys', include: ['test/journeys/**/*.test.ts'], exclude: ['test/journeys/electron/**'], globalSetup: support('browser.ts'), ...slow } },
      { extends: true, test: { name: 'electron', include: ['test/journeys/electron/**/*.test.ts'], ...slow } },
      { extends: true, test: { name: 'lake', include: ['test/lake/**/*.test.ts'], ...slow, hookTimeout: 900_000 } },
      { extends: true, test: { name: 'cluster', include: ['test/cluster/**/*.test.ts'], ...slow, testTimeout: 300_000, hookTimeout: 600_000 } },
    ],
  },
})
