import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createHealth, healthEndpoint, healthResponse } from './index.js'

const get = (method = 'GET') => new Request('http://service/ready?verbose=1', { method })

const health = createHealth({
  checks: {
    'db:latency': { check: () => ({ observedValue: 3, observedUnit: 'ms' }) },
    redis: { check: () => false, critical: false },
    disk: { check: () => false, groups: ['deep'] },
  },
})

describe('healthResponse', () => {
  test('says only the status to strangers', async () => {
    expect(healthResponse(await health.ready())).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/health+json', 'cache-control': 'no-store' },
      body: '{"status":"warn"}',
    })
    expect(healthResponse(await health.group('deep'))).toMatchObject({
      statusCode: 503,
      body: '{"status":"fail"}',
    })
  })

  test('shows the checks where that is wanted', async () => {
    const { body } = healthResponse(await health.ready(), { details: true })
    expect(JSON.parse(body)).toMatchObject({
      status: 'warn',
      checks: {
        'db:latency': [{ status: 'pass', observedValue: 3, observedUnit: 'ms', critical: true }],
        redis: [{ status: 'fail', critical: false }],
      },
    })
  })

  test('has no output of a check that passes, as the draft has it', async () => {
    const said = (status: 'pass' | 'warn') => ({ check: () => ({ status, output: 'as ever' }) })
    const report = await createHealth({ checks: { good: said('pass'), slow: said('warn') } }).ready()
    const { checks } = JSON.parse(healthResponse(report, { details: true }).body)
    expect([checks.good[0].output, checks.slow[0].output]).toEqual([undefined, 'as ever'])
  })
})

describe('healthEndpoint', () => {
  test('answers for ready, and for the group that it is given', async () => {
    const ready = await healthEndpoint(health)(get())
    expect([ready.status, ready.headers.get('cache-control'), await ready.json()]).toEqual([
      200,
      'no-store',
      { status: 'warn' },
    ])
    expect((await healthEndpoint(health, { group: 'deep' })(get())).status).toBe(503)
  })

  test('has no body for HEAD, and takes no other method', async () => {
    const endpoint = healthEndpoint(health, { details: 'always' })
    const head = await endpoint(get('HEAD'))
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await endpoint(get('POST'))
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  test('shows the checks to whom the function lets', async () => {
    const endpoint = healthEndpoint(health, {
      details: async ({ headers }) => headers.get('authorization') === 'operator',
    })
    const seen = async (authorization: string): Promise<string[]> =>
      Object.keys(
        (await (await endpoint(new Request('http://s/', { headers: { authorization } }))).json()) as object,
      )
    expect([await seen('operator'), await seen('stranger')]).toEqual([['status', 'checks'], ['status']])
  })

  test('answers without the checks where the function fails, or says anything but true', async () => {
    const answers = [() => Promise.reject(new Error('away')), () => 'yes' as never]
    for (const details of answers) {
      const response = await healthEndpoint(health, { details })(get())
      expect([response.status, await response.json()]).toEqual([200, { status: 'warn' }])
    }
  })

  test('answers without the checks where the function does not answer, before whoever asks gives up', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const answer = healthEndpoint(health, { details: () => new Promise(() => {}) })(get())
    await vi.advanceTimersByTimeAsync(800)
    expect(await (await answer).json()).toEqual({ status: 'warn' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('gives up with the request', async () => {
    const slow = createHealth({ checks: { it: { check: () => new Promise(() => {}) } } })
    const controller = new AbortController()
    const answer = healthEndpoint(slow)(new Request('http://s/', { signal: controller.signal }))
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
  })

  test('refuses options that it does not know', () => {
    expect(() => healthEndpoint(health, { details: 'sometimes' as never })).toThrow(
      '@base/observability healthEndpoint: details must be one of "never", "always"',
    )
    expect(() => healthEndpoint(health, { group: 'depe' })).toThrow(
      'healthEndpoint: group must be one of "live", "ready", "startup", "deep", received "depe"',
    )
    expect(() => healthEndpoint({} as never)).toThrow('healthEndpoint: health must be an object')
    expect(() => healthResponse({ status: 'pass', checks: {} }, { details: 'never' as never })).toThrow(
      'healthResponse: details must be true or false',
    )
  })
})
