import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { tracecontext } from './index.js'

/**
 * The cases of the W3C suite for Trace Context by their names (w3c/trace-context, test/test.py, strict level 2, spec level
 * 2). What goes in are headers as they come off the wire, what comes out is what the next service gets.
 */

const TRACE = '12345678901234567890123456789012'
const PARENT = '1234567890123456'
const SAMPLED = `00-${TRACE}-${PARENT}-01`
const PLAIN = `00-${TRACE}-${PARENT}-00`
const FRESH = 'f'.repeat(32)
const CHILD = 'c'.repeat(16)

type Headers = [name: string, value: string][]

/** What a service sends on: a child of what it got, or a span of a trace of its own. */
function through(headers: Headers): { traceparent: string; tracestate: string } {
  const received = tracecontext.extract(headers, ROOT_CONTEXT)
  const parent = trace.getSpanContext(received)
  const child = {
    traceId: parent?.traceId ?? FRESH,
    spanId: CHILD,
    traceFlags: (parent?.traceFlags ?? 1) & 1,
    ...(parent?.traceState !== undefined && { traceState: parent.traceState }),
  }
  const sent = tracecontext.inject(new Map<string, string>(), trace.setSpanContext(received, child))
  return { traceparent: sent.get('traceparent') ?? '', tracestate: sent.get('tracestate') ?? '' }
}

const parents = (...values: string[]): Headers => values.map((value) => ['traceparent', value])
const states = (...values: string[]): Headers => [
  ['traceparent', PLAIN],
  ...values.map((value): [string, string] => ['tracestate', value]),
]
const anew = (...values: string[]): [Headers, string, string][] =>
  values.map((value) => [parents(value), FRESH, ''])
const kept = (...values: string[]): [Headers, string, string][] =>
  values.map((value) => [parents(value), TRACE, ''])
const state = (tracestate: string, ...values: string[]): [Headers, string, string] => [
  states(...values),
  TRACE,
  tracestate,
]

const bars = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const number = String(from + index).padStart(2, '0')
    return `bar${number}=${number}`
  }).join(',')
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
const range = (from: number, to: number) =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, index) => from + index))
const VALUE = range(0x20, 0x2b) + range(0x2d, 0x3c) + range(0x3e, 0x7e)

/** Each case: headers, the id of the trace that goes on, the tracestate that goes on. */
const cases: Record<string, [Headers, string, string][]> = {
  test_both_traceparent_and_tracestate_missing: [[[], FRESH, '']],
  test_traceparent_included_tracestate_missing: kept(SAMPLED),
  test_traceparent_duplicated: [[parents(`00-${TRACE.slice(0, -1)}1-${PARENT}-01`, SAMPLED), FRESH, '']],
  test_traceparent_header_name: [
    [[['trace-parent', SAMPLED]], FRESH, ''],
    [[['trace.parent', SAMPLED]], FRESH, ''],
  ],
  test_traceparent_header_name_valid_casing: ['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'].map((name) => [
    [[name, SAMPLED]],
    TRACE,
    '',
  ]),
  test_traceparent_version_0x00: anew(`${SAMPLED}.`, `${SAMPLED}-what-the-future-will-be-like`),
  test_traceparent_version_0xcc: [
    ...kept(`cc-${TRACE}-${PARENT}-01`, `cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`),
    ...anew(`cc-${TRACE}-${PARENT}-01.what-the-future-will-be-like`),
  ],
  test_traceparent_version_0xff: anew(`ff-${TRACE}-${PARENT}-01`),
  test_traceparent_version_illegal_characters: anew(`.0-${TRACE}-${PARENT}-01`, `0.-${TRACE}-${PARENT}-01`),
  test_traceparent_version_too_long: anew(`000-${TRACE}-${PARENT}-01`, `0000-${TRACE}-${PARENT}-01`),
  test_traceparent_version_too_short: anew(`0-${TRACE}-${PARENT}-01`),
  test_traceparent_trace_id_all_zero: anew(`00-${'0'.repeat(32)}-${PARENT}-01`),
  test_traceparent_trace_id_illegal_characters: anew(
    `00-.2345678901234567890123456789012-${PARENT}-01`,
    `00-1234567890123456789012345678901.-${PARENT}-01`,
  ),
  test_traceparent_trace_id_too_long: anew(`00-${TRACE}3-${PARENT}-01`),
  test_traceparent_trace_id_too_short: anew(`00-${TRACE.slice(1)}-${PARENT}-01`),
  test_traceparent_parent_id_all_zero: anew(`00-${TRACE}-${'0'.repeat(16)}-01`),
  test_traceparent_parent_id_illegal_characters: anew(
    `00-${TRACE}-.234567890123456-01`,
    `00-${TRACE}-123456789012345.-01`,
  ),
  test_traceparent_parent_id_too_long: anew(`00-${TRACE}-${PARENT}7-01`),
  test_traceparent_parent_id_too_short: anew(`00-${TRACE}-${PARENT.slice(1)}-01`),
  test_traceparent_trace_flags_illegal_characters: anew(
    `00-${TRACE}-${PARENT}-.0`,
    `00-${TRACE}-${PARENT}-0.`,
  ),
  test_traceparent_trace_flags_too_long: anew(`00-${TRACE}-${PARENT}-001`),
  test_traceparent_trace_flags_too_short: anew(`00-${TRACE}-${PARENT}-1`),
  test_traceparent_ows_handling: kept(
    ` ${SAMPLED}`,
    `\t${SAMPLED}`,
    `${SAMPLED} `,
    `${SAMPLED}\t`,
    `\t ${SAMPLED} \t`,
  ),
  test_tracestate_included_traceparent_missing: [
    [[['tracestate', 'foo=1']], FRESH, ''],
    [[['tracestate', 'foo=1,bar=2']], FRESH, ''],
  ],
  test_tracestate_included_traceparent_included: [state('foo=1,bar=2', 'foo=1,bar=2')],
  test_tracestate_header_name: ['trace-state', 'trace.state'].map((name) => [
    [...parents(PLAIN), [name, 'foo=1']],
    TRACE,
    '',
  ]),
  test_tracestate_header_name_valid_casing: ['TraceState', 'TrAcEsTaTe', 'TRACESTATE'].map((name) => [
    [...parents(PLAIN), [name, 'foo=1']],
    TRACE,
    'foo=1',
  ]),
  test_tracestate_empty_header: [state('', ''), state('foo=1', 'foo=1', ''), state('foo=1', '', 'foo=1')],
  test_tracestate_multiple_headers_different_keys: [
    state('foo=1,bar=2,rojo=1,congo=2,baz=3', 'foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'),
  ],
  test_tracestate_duplicated_keys: [
    state('foo=1', 'foo=1,foo=1'),
    state('foo=1', 'foo=1,foo=2'),
    state('foo=1', 'foo=1', 'foo=1'),
    state('foo=1', 'foo=1', 'foo=2'),
  ],
  test_tracestate_all_allowed_characters: [`${LETTERS}=${VALUE}`, `${LETTERS}@a-z0-9_-*/=${VALUE}`].map(
    (text) => state(text, text),
  ),
  test_tracestate_ows_handling: [
    state('foo=1,bar=2,baz=3', 'foo=1 \t , \t bar=2, \t baz=3'),
    state('foo=1,bar=2,baz=3', 'foo=1\t \t,\t \tbar=2,\t \tbaz=3'),
    ...[' foo=1', '\tfoo=1', 'foo=1 ', 'foo=1\t', '\t foo=1 \t'].map((text) => state('foo=1', text)),
  ],
  test_tracestate_key_illegal_characters: ['foo =1', 'FOO=1', 'foo.bar=1'].map((text) => state('', text)),
  test_tracestate_key_illegal_vendor_format: [
    state('foo@=1,bar=2', 'foo@=1,bar=2'),
    state('', '@foo=1,bar=2'),
    state('foo@@bar=1,bar=2', 'foo@@bar=1,bar=2'),
    state('foo@bar@baz=1,bar=2', 'foo@bar@baz=1,bar=2'),
  ],
  test_tracestate_member_count_limit: [
    state(bars(1, 32), bars(1, 10), bars(11, 20), bars(21, 30), bars(31, 32)),
    state('', bars(1, 10), bars(11, 20), bars(21, 30), bars(31, 33)),
  ],
  test_tracestate_key_length_limit: [
    ...[
      'z'.repeat(256),
      `${'t'.repeat(241)}@${'v'.repeat(14)}`,
      `${'t'.repeat(242)}@v`,
      `t@${'v'.repeat(15)}`,
    ].map((key) => state(`foo=1,${key}=1`, 'foo=1', `${key}=1`)),
    state('', 'foo=1', `${'z'.repeat(257)}=1`),
  ],
  test_tracestate_value_illegal_characters: [state('', 'foo=bar=baz'), state('', 'foo=,bar=3')],
  test_multiple_requests_with_valid_traceparent: kept(SAMPLED, SAMPLED, SAMPLED),
  test_multiple_requests_without_traceparent: [
    [[], FRESH, ''],
    [[], FRESH, ''],
  ],
  test_multiple_requests_with_illegal_traceparent: anew(`00-${'0'.repeat(32)}-${PARENT}-01`),
  test_propagates_random_flag: kept(`00-${TRACE}-${PARENT}-02`),
}

describe('the W3C suite for Trace Context', () => {
  test('has 41 cases', () => {
    expect(Object.keys(cases)).toHaveLength(41)
  })

  test.each(Object.entries(cases))('%s', (_, exchanges) => {
    for (const [headers, traceId, tracestate] of exchanges) {
      const sent = through(headers)
      expect(sent.traceparent).toMatch(/^00-[0-9a-f]{32}-c{16}-0[0-3]$/)
      expect(sent.traceparent.slice(3, 35)).toBe(traceId)
      expect(sent.tracestate).toBe(tracestate)
    }
  })

  test('test_propagates_random_flag: the flag goes on, and sampled as the child says', () => {
    expect(through(parents(`00-${TRACE}-${PARENT}-02`)).traceparent).toBe(`00-${TRACE}-${CHILD}-02`)
    expect(through(parents(`00-${TRACE}-${PARENT}-03`)).traceparent).toBe(`00-${TRACE}-${CHILD}-03`)
    expect(through(parents(SAMPLED)).traceparent).toBe(`00-${TRACE}-${CHILD}-01`)
  })
})
