import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))
const support = (file: string) => fileURLToPath(new URL(`support/${file}`, import.meta.url))
// How long something is waited for says nothing about how long it takes: a condition that comes ends its wait at once, on a busy machine too.
const patient = (ms: number) => ({ expect: { poll: { timeout: ms } } })
const slow = {
  testTimeout: 180_000,
  hookTimeout: 240_000,
  fileParallelism: false,
  ...patient(60_000),
}

export default defineConfig({
  root,
  test: {
    // Seeded property tests and simulated clocks leave nothing to chance, so a failing test is never tried again.
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'main/**/*.test.ts',
            'preload/**/*.test.ts',
            'renderer/**/*.test.{ts,tsx}',
            'test/support/**/*.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...patient(15_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          ...patient(30_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          exclude: ['test/journeys/electron/**'],
          globalSetup: support('browser.ts'),
          ...slow,
        },
      },
      {
        extends: true,
        test: { name: 'electron', include: ['test/journeys/electron/**/*.test.ts'], ...slow },
      },
      {
        extends: true,
        test: { name: 'lake', include: ['test/lake/**/*.test.ts'], ...slow, hookTimeout: 900_000 },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          ...slow,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
