import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { ROOT } from '../snippets/project.ts'
import { serveSite } from './serve-site.ts'

/**
 * `pnpm --filter @base-internal/docs site:check [folder for pictures]`: opens pages of the built site in Chromium, on a
 * phone and on a desk, light and dark; exits with 1 where axe finds something serious, a page is wider than the screen,
 * or a script fails.
 */
const PAGES = [
  '/',
  '/guides/circuit-breakers',
  '/packages/resilience',
  '/recipes/express',
  '/guides/migrate-from-opossum',
]
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } } as const
const SCHEMES = ['light', 'dark'] as const
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const CHROMIUM = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
)
const pictures = process.argv[2]

if (CHROMIUM === undefined) console.log('Skipped: there is no Chromium; name one in CHROMIUM.')
else await check(CHROMIUM)

async function check(executablePath: string): Promise<void> {
  await using site = await serveSite(join(ROOT, 'docs', 'dist'))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    let problems = 0
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of SCHEMES) {
        for (const path of PAGES)
          problems += await look(browser, site.url, path, { size, viewport, colorScheme })
      }
    }
    console.log(`${PAGES.length} pages, ${problems} problems`)
    if (problems > 0) process.exitCode = 1
  } finally {
    await browser.close()
  }
}

interface View {
  readonly size: string
  readonly viewport: { readonly width: number; readonly height: number }
  readonly colorScheme: 'light' | 'dark'
}

/** Returns how many problems there are. */
async function look(browser: Browser, url: string, path: string, view: View): Promise<number> {
  const page = await browser.newPage({ viewport: view.viewport, colorScheme: view.colorScheme })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`a script failed: ${error.message}`))
  const answer = await page.goto(`${url}${path}`, { waitUntil: 'networkidle' })
  if (answer?.status() !== 200) problems.push(`answered with ${answer?.status()}`)
  const width = await page.evaluate('document.documentElement.scrollWidth')
  if (Number(width) > view.viewport.width) problems.push(`is ${width} pixels wide`)
  problems.push(...(await seriousFindings(page)))
  await picture(page, `${view.size}-${view.colorScheme}${path.replaceAll('/', '-')}`)
  if (path === '/') {
    await search(page, 'breaker')
    problems.push(...(await seriousFindings(page)).map((finding) => `with the search open: ${finding}`))
    await picture(page, `${view.size}-${view.colorScheme}-search`)
  }
  await page.close()
  for (const problem of problems) console.error(`${path} (${view.size}, ${view.colorScheme}): ${problem}`)
  return problems.length
}

async function search(page: Page, text: string): Promise<void> {
  await page.locator('#local-search button').click()
  await page.locator('#localsearch-input').fill(text)
  await page.locator('#localsearch-list a').first().waitFor()
}

async function seriousFindings(page: Page): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.addScriptTag({ path: AXE })
  const findings = (await page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.map(({ target }) => target.join(' ')).slice(0, 4).join(', ')))`)) as string[]
  return findings
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}
