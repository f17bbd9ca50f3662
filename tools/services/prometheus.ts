import type { Place, Recipe } from './recipe.ts'

/** Prometheus, which scrapes one target, as soon as that is there, and evaluates the rules of the setting `rules`, a text. */
export const prometheus: Recipe = {
  ports: 1,
  files: (place) => ({ 'prometheus.yml': configuration(place), 'rules.yml': rulesOf(place) }),
  prepare: () => [],
  processes: ({ programs, ports: [port] }) => [
    {
      program: programs['prometheus'] ?? 'prometheus',
      args: [
        '--config.file=prometheus.yml',
        '--storage.tsdb.path=data',
        `--web.listen-address=127.0.0.1:${port}`,
        '--enable-feature=exemplar-storage',
      ],
    },
  ],
  probe: async (place) => {
    const response = await fetch(`${url(place)}/-/ready`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}.`)
  },
  address: (place) => ({ url: url(place) }),
  stopSignal: 'SIGTERM',
  endSignal: 'SIGKILL',
}

/** JSON is YAML. */
function configuration({ request }: Place): string {
  const { target = '127.0.0.1:0' } = request.settings ?? {}
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets: [target] }] }],
  })
}

function rulesOf({ request }: Place): string {
  return request.settings?.['rules'] ?? '{"groups":[]}'
}

function url({ ports: [port] }: Place): string {
  return `http://127.0.0.1:${port}`
}
