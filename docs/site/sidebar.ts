import type { DefaultTheme } from 'vitepress'
import type { Page } from './pages.ts'

type Item = DefaultTheme.SidebarItem

/** Guides that go together; what nothing here matches stands under `More guides`, so that a new one shows by itself. */
const GUIDES: readonly (readonly [string, RegExp])[] = [
  ['From another library', /^migrate-from-|^differences-/],
  [
    'Resilience',
    /^(resilience|pipelines|circuit-|retries|timeouts|.*bulkheads|rate-limits|fallbacks|hedging|http-client|chaos|opossum)/,
  ],
  ['Caching', /^(caching|cache-)/],
  [
    'Domain and data',
    /^(value-objects|aggregates|entities|events|specifications|pag|repositories|units-|what-your-driver|locks|jobs|idempotency|migrations|tenants|postgresql|redis)/,
  ],
  [
    'Authentication',
    /^(tokens|staying|passwords|authorization|second-|api-keys|sign-in|field-|audit|auth-|action-|recovery-)/,
  ],
  ['At the edge', /^(browsers|client-address|webhooks)/],
  ['Operations', /^(health|metrics|logg|log-|tracing|trac|instrument|telemetry|observ|three-)/],
  [
    'Foundations',
    /^(new-service|results|errors|config|context|secrets|schemas|ids|time|wiring|lifecycles|codec|express|options|diagnostics|testing)/,
  ],
  ['More guides', /./],
]

const ORDER = [
  'Foundations',
  'Resilience',
  'Caching',
  'Domain and data',
  'Authentication',
  'At the edge',
  'Operations',
  'More guides',
]

/** The sidebar: every page once, under what it is about, by its title. */
export function sidebarOf(pages: readonly Page[]): Item[] {
  const guides = Map.groupBy(within(pages, 'guides/'), ({ path }) => topicOf(path))
  const topic = (name: string, collapsed = true): Item[] => {
    const items = itemsOf(guides.get(name) ?? [])
    return items.length === 0 ? [] : [{ text: name, collapsed, items }]
  }
  return [
    {
      text: 'Start',
      items: [
        { text: 'What it is', link: '/' },
        { text: 'All guides', link: '/guides/' },
        { text: 'API reference', link: '/api/index.html', target: '_self' },
      ],
    },
    { text: 'Packages', collapsed: false, items: itemsOf(within(pages, 'packages/')) },
    ...section('Recipes', within(pages, 'recipes/'), false),
    ...ORDER.flatMap((name) => topic(name)),
    ...topic('From another library'),
    ...section('Examples', within(pages, 'examples/')),
    ...section('Runbooks', within(pages, 'runbooks/')),
    ...section('Decisions', within(pages, 'adr/')),
    ...section(
      'Project',
      pages.filter(
        ({ path }) => !/^(guides|packages|recipes|examples|runbooks|adr)\/|^index\.md$/.test(path),
      ),
    ),
  ]
}

function topicOf(path: string): string {
  const name = path.slice('guides/'.length)
  return GUIDES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'More guides'
}

function section(text: string, pages: readonly Page[], collapsed = true): Item[] {
  return pages.length === 0 ? [] : [{ text, collapsed, items: itemsOf(pages) }]
}

function within(pages: readonly Page[], folder: string): readonly Page[] {
  return pages.filter(({ path }) => path.startsWith(folder) && path !== 'guides/index.md')
}

/** Files with numbers keep their order; the others go by title. */
function itemsOf(pages: readonly Page[]): Item[] {
  return pages
    .map(({ path, title }) => ({
      text: title,
      link: `/${path.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`,
    }))
    .sort((a, b) => (/\/\d{4}-/.test(a.link) ? a.link.localeCompare(b.link) : a.text.localeCompare(b.text)))
}
