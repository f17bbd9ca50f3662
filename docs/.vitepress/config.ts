import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { slug } from 'github-slugger'
import { defineConfig } from 'vitepress'
import { writeLlms } from '../site/llms.ts'
import { linkedSources, readAsDocuments } from '../site/markdown.ts'
import { sitePages } from '../site/pages.ts'
import { sidebarOf } from '../site/sidebar.ts'
import { vueFromHere } from '../site/vue-from-here.ts'
import { ROOT } from '../snippets/project.ts'

const pages = sitePages()
const REFERENCE = join(ROOT, 'docs', 'api')

/** Pages are the documents where they are: none is copied, and a new one shows by itself. */
export default defineConfig({
  title: '@base',
  description: 'The patterns that every backend service needs, as small npm packages for TypeScript.',
  lang: 'en',
  srcDir: '..',
  outDir: 'dist',
  cacheDir: '.cache/vitepress',
  cleanUrls: true,
  metaChunk: true,
  srcExclude: [
    '**/fixtures/**',
    '**/*.api.md',
    '**/CHANGELOG.md',
    '.changeset/**',
    '.github/**',
    'docs/api/**',
    '**/src/**',
  ],
  rewrites: Object.fromEntries(pages.map(({ document, path }) => [document, path])),
  // Made by another tool, and checked by it.
  ignoreDeadLinks: [/^\/(api|source)\//],
  head: [['link', { rel: 'alternate', type: 'text/plain', href: '/llms.txt' }]],
  markdown: {
    html: false,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: (text: string) => slug(text) },
    config: readAsDocuments,
  },
  themeConfig: {
    // Who looks for a pattern means its guide, and the page before its parts, not the channels of its name.
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            boostDocument: (page: string, _: string, part?: Record<string, unknown>) =>
              (/\/guides\/(?!telemetry)/.test(page) ? 4 : 1) * (String(part?.['titles']) === '' ? 4 : 1),
          },
        },
      },
    },
    outline: [2, 3],
    sidebar: sidebarOf(pages),
    nav: [
      { text: 'Guides', link: '/guides/' },
      { text: 'Packages', link: '/repository' },
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
  },
  vite: { publicDir: false, plugins: [vueFromHere()] },
  buildEnd({ outDir }) {
    for (const file of linkedSources) {
      const copy = join(outDir, 'source', `${file}.txt`)
      mkdirSync(dirname(copy), { recursive: true })
      cpSync(join(ROOT, file), copy)
    }
    if (existsSync(REFERENCE)) cpSync(REFERENCE, join(outDir, 'api'), { recursive: true })
    writeLlms(outDir, pages)
  },
})
