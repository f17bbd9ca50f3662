import { resilientFetch } from '@base/resilience/http-client'
import { bench } from '@base-internal/tools/bench'
import ky from 'ky'

/** No network: what the client itself costs. */
const answer = async (_input: unknown, _init?: unknown): Promise<Response> => new Response('answer')
const client = resilientFetch({ fetch: answer })
const theirs = ky.create({ fetch: answer, timeout: 30_000, retry: 2 })

async function length(response: Promise<Response>): Promise<number> {
  return (await (await response).text()).length
}

/** What is written by hand where there is no client: a limit of time, and nothing else. */
function byHand(): Promise<Response> {
  return answer('http://a.test/', { signal: AbortSignal.timeout(30_000) })
}

await bench({
  name: '@base/resilience/http-client',
  ours: '@base/resilience',
  workloads: {
    'a call that succeeds, without a network': {
      floor: () => length(answer('http://a.test/')),
      contestants: {
        '@base/resilience': () => length(client('http://a.test/')),
        ky: () => length(theirs('http://a.test/')),
        'a signal with a timeout': () => length(byHand()),
      },
    },
  },
})
