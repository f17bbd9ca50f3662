import type { KeptBench } from '../bench/keep.ts'
import type { Machine } from '../bench/machine.ts'
import { markdownTable } from '../bench/markdown-table.ts'
import { FLOOR, table } from '../bench/table.ts'
import { CONNECTIONS, EFFORTS } from '../load/effort.ts'
import { type LoadResult, report } from '../load/report.ts'
import type { JobSizes } from '../size/beside-peers.ts'
import { formatBytes } from '../size/budget.ts'
import type { Results } from './results.ts'

/** A peer is faster where it takes less than this share of our time: what is nearer is noise. */
const FASTER = 0.95

const INTRODUCTION = `# Benchmarks

How fast and how large the blocks are beside their peers, and a whole service of them beside one written by hand. The page is written by \`docs:benchmarks\` out of the figures in \`docs/benchmarks\`.

## How to read it

Only ratios count. Times differ between machines, and between two runs on one; a ratio compares contestants that took turns in the same run. \`×2.00\` beside a peer says that it takes twice our time; below \`×1.00\` it is faster than we are, and [what is](#where-another-is-faster) stands together in one place. The floor is a bare call: what nobody can do without. What stands in brackets is what a contestant adds to it.

Each table names the machine, and how busy it was: a load of more than some 1.5 on two cores makes figures rough. Contestants of a bench have to return equal results before anything is timed.

## Measure it yourself

\`\`\`sh
npx pnpm@10 bench --resume      # every bench, one after the other; again, it goes on where it was interrupted
npx pnpm@10 run bench:load      # the whole service under load; --short for a rough answer
npx pnpm@10 run docs:benchmarks # weighs the packages, and writes this page
\`\`\`

A single one is \`npx pnpm@10 bench retry\`. PostgreSQL and Redis are started where they are installed: see [the tools](../tools/README.md#servers-for-tests).
`

/** The page of all figures. */
export function renderPage({ benches, load, sizes }: Results): string {
  const sections = [INTRODUCTION, wholeService(load), packages(benches), losses(benches), bundles(sizes)]
  return `${sections.map((section) => section.trim()).join('\n\n')}\n`
}

function wholeService(load: LoadResult | undefined): string {
  const heading = '## The whole service'
  if (load === undefined) return `${heading}\n\nNot measured yet: \`npx pnpm@10 run bench:load\`.`
  const { warmUp, counted } = EFFORTS[load.effort]
  return `${heading}

[orders-api](../examples/orders-api/README.md), put together from the blocks, against the same service written by hand on Fastify, drizzle, ioredis, cockatiel, bentocache, pino and jsonwebtoken. Both keep one contract, which is a test (\`tools/shop/contract.test.ts\`). The peer [does a little less](../examples/peer-orders/README.md#what-it-does-less). Both also run without traces (\`OTEL_SDK_DISABLED=true\`). Each runs in a process of its own on the same Node, with a fresh database, an empty Redis and a payment gateway beside it, all limits far above the load, and its log thrown away. ${CONNECTIONS} connections each send the next request when they have an answer; any answer that is no success ends the run. The services took turns for ${load.rounds} rounds, each scenario for ${secondsOf(counted)} after ${secondsOf(warmUp)} of warming up; what is shown are medians. Autocannon, the databases and the service share the machine, so throughput is that of all of them.

${machineLine(load)}

${report(load)}

Lines are those that hold code, without tests, of what [both do](../tools/load/scope.ts). CPU is the processor time of the service alone.`
}

function secondsOf(extent: object): string {
  return 'duration' in extent ? `${extent.duration} s` : 'some requests'
}

function packages(benches: readonly KeptBench[]): string {
  const byPackage = Map.groupBy(benches, ({ file }) => packageOf(file))
  const parts = [...byPackage]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, own]) => {
      return `### ${name}\n\n${own.map(benchSection).join('\n\n')}`
    })
  return `## The packages\n\n${parts.join('\n\n')}`
}

function packageOf(file: string): string {
  return `@base/${/^packages\/(?:adapters\/)?([^/]+)/.exec(file)?.[1] ?? file}`
}

function benchSection(bench: KeptBench): string {
  const { file, name, ours, versions, workloads } = bench
  const against = Object.entries(versions).map(([peer, version]) => `${peer} ${version}`)
  const beside = against.length === 0 ? '' : ` With ${against.join(', ')}.`
  return `#### ${name}

\`${file}\`.${beside} ${machineLine(bench)}

${table(new Map(Object.entries(workloads)), ours)}`
}

function machineLine({ cpu, cores, memory, system, node, date, load }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory} GB, ${system}, Node ${node}, ${date}, load ${load.toFixed(1)}.`
}

function losses(benches: readonly KeptBench[]): string {
  const rows = benches.flatMap(({ name, ours, workloads }) =>
    Object.entries(workloads).flatMap(([workload, figures]) =>
      figures
        .filter((figure) => figure.name !== ours && figure.name !== FLOOR && figure.ratio < FASTER)
        .map((figure) => [name, workload, figure.name, `×${figure.ratio.toFixed(2)}`]),
    ),
  )
  const found =
    rows.length === 0
      ? 'Nowhere.'
      : markdownTable([['bench', 'workload', 'who', 'its time by ours'], ...rows], 3)
  return `## Where another is faster

All that takes less than ${FASTER * 100} % of our time: peers, and what does less by design, such as code by hand.

${found}`
}

function bundles(sizes: readonly JobSizes[]): string {
  const rows = sizes.map(({ name, ours, bytes, peers }) => {
    const others = Object.entries(peers).map(
      ([peer, weighed]) =>
        `${peer} ${weighed.version}: ${formatBytes(weighed.bytes)} (×${(weighed.bytes / bytes).toFixed(2)})`,
    )
    return [
      name,
      [...new Set(ours.match(/@base\/[\w/-]+/g))].map((path) => `\`${path}\``).join(' '),
      formatBytes(bytes),
      others.join(' · '),
    ]
  })
  return `## Bundle sizes

What a job adds to an application: the imports that it needs, minified by esbuild into one ES module and compressed by gzip, dependencies included, modules of Node not. Below \`×1.00\` the peer is smaller. Ours bring checked options, injected time, cancellation and telemetry, of which a single block carries a part alone; a second one shares it.

${markdownTable([['job', 'from us', 'ours', 'the closest of others'], ...rows], 4)}`
}
