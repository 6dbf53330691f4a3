// Draws the PNG files that windows, trays and installers want from the SVG files beside them, with the Chromium that the tests use.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { chromium as browserType } from 'playwright'
import { root } from './programs.mjs'

const sizes = { takt: [512], 'lamp-flowing': [22], 'lamp-called': [22], 'lamp-stopped': [22] }
const browser = await browserType.launch({
  executablePath: await chromium.executablePath(),
  args: ['--no-sandbox', '--disable-gpu'],
})
for (const [name, [size]] of Object.entries(sizes)) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const svg = readFileSync(join(root, 'resources/icons', `${name}.svg`), 'utf8').replace(
    '<svg ',
    `<svg width="${size}" height="${size}" `,
  )
  await page.setContent(`<body style="margin:0;background:transparent">${svg}`)
  writeFileSync(
    join(root, 'resources/icons', `${name}.png`),
    await page.screenshot({ omitBackground: true }),
  )
  await page.close()
}
await browser.close()
