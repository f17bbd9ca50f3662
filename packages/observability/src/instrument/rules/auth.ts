import type { ChannelRule } from '../channel-rule.js'
import { detail, hidden, label, subject, thrown } from '../field-rule.js'
import { hostOf, withoutSecrets } from '../url-text.js'

const issuer = label('issuer', 'base.issuer', 'The issuer, as it is configured')
const host = label('url', 'server.address', 'The host of the key set', { shape: hostOf })
const url = detail('url', 'url.full', 'The key set, without user, query and fragment', withoutSecrets)
const refusal = [
  label('code', 'base.code', 'Which check refused'),
  issuer,
  detail('reason', 'base.reason', 'The same in a sentence, without anything that a caller sent'),
]

/** Of what somebody has to look into one by one: each line says whom it is about, or what is lost. */
const EACH = 1_000

const credentials: readonly ChannelRule[] = [
  {
    channel: 'base:auth:verifier:refused',
    when: 'A token was refused.',
    fields: refusal,
    metric: { name: 'base.verifier.refusals', unit: '{token}', description: 'Tokens that were refused' },
    log: { message: 'token refused', level: 'info' },
    span: 'event',
  },
  {
    channel: 'base:auth:oauth:refused',
    when: 'A sign-in with a provider was refused.',
    fields: refusal,
    metric: {
      name: 'base.oauth.refusals',
      unit: '{attempt}',
      description: 'Sign-ins with a provider that were refused',
    },
    log: { message: 'sign-in with a provider refused', level: 'info' },
    span: 'event',
  },
  {
    channel: 'base:auth:oauth:discovery_failed',
    when: "A provider's metadata could not be read.",
    fields: [issuer, thrown()],
    metric: {
      name: 'base.oauth.discovery_failures',
      unit: '{failure}',
      description: 'Failed reads of the metadata of providers',
    },
    log: { message: "provider's metadata could not be read", level: 'warn' },
    span: 'event',
  },
  {
    channel: 'base:auth:refresh:reused',
    when: 'A refresh token was presented that had been rotated before.',
    fields: [
      label('withinGrace', 'base.within_grace', 'Whether it was so soon that a lost answer explains it'),
      detail('clientId', 'base.client_id', 'The client that it belongs to'),
      subject('sub', 'Whose sign-in it is'),
      hidden('familyId', 'It names a session'),
    ],
    metric: {
      name: 'base.refresh.reuses',
      unit: '{token}',
      description: 'Refresh tokens that were presented again',
    },
    log: {
      message: 'refresh token presented again',
      level: 'warn',
      levels: { field: 'withinGrace', by: { true: 'info' } },
      perSecond: EACH,
    },
    span: 'event',
  },
  {
    channel: 'base:auth:totp:locked',
    when: 'A second factor is locked from now on, after too many wrong codes.',
    fields: [
      subject('sub', 'Whose second factor it is'),
      detail(
        'lockedUntil',
        'base.locked_until',
        'Until when no code is looked at, in milliseconds since 1970',
      ),
    ],
    metric: { name: 'base.totp.locks', unit: '{lock}', description: 'Second factors that were locked' },
    log: { message: 'second factor is locked', level: 'warn', perSecond: EACH },
    span: 'event',
  },
  {
    channel: 'base:auth:recovery-codes:redeemed',
    when: 'A recovery code stood in for a second factor.',
    fields: [subject('sub', 'Whose code it was')],
    metric: {
      name: 'base.recovery_codes.redemptions',
      unit: '{code}',
      description: 'Recovery codes that were redeemed',
    },
    log: { message: 'recovery code redeemed', level: 'info', perSecond: EACH },
    span: 'event',
  },
  {
    channel: 'base:auth:passwords:unreadable',
    when: 'A stored password is of a form that nothing here can verify.',
    fields: [label('kdf', 'base.kdf', 'What was to verify it')],
    metric: {
      name: 'base.passwords.unreadable',
      unit: '{password}',
      description: 'Stored passwords that could not be read',
    },
    log: { message: 'stored password cannot be read', level: 'error' },
    span: 'event',
  },
]

const keys: readonly ChannelRule[] = [
  {
    channel: 'base:auth:jwks:fetched',
    when: 'A key set was fetched, and had changed.',
    fields: [
      host,
      url,
      detail('keys', 'base.keys', 'Keys in it that can be used'),
      detail('ignored', 'base.keys.ignored', 'Keys in it that cannot'),
    ],
    metric: { name: 'base.jwks.fetches', unit: '{fetch}', description: 'Key sets that were fetched' },
    log: { message: 'key set fetched', level: 'debug' },
    span: 'event',
  },
  {
    channel: 'base:auth:jwks:fetch_failed',
    when: 'A key set could not be fetched.',
    fields: [host, url, thrown()],
    metric: {
      name: 'base.jwks.fetch_failures',
      unit: '{failure}',
      description: 'Key sets that could not be fetched',
    },
    log: { message: 'key set could not be fetched', level: 'warn' },
    span: 'event',
  },
  {
    channel: 'base:auth:key-ring:rotated',
    when: 'A key ring has a new key.',
    fields: [
      detail('kid', 'base.kid', 'Its name'),
      detail('activatesAt', 'base.activates_at', 'From when on it signs, in milliseconds since 1970'),
    ],
    metric: { name: 'base.key_ring.rotations', unit: '{key}', description: 'New keys of key rings' },
    log: { message: 'key ring has a new key', level: 'info' },
    span: 'none',
  },
  {
    channel: 'base:auth:key-ring:rotation_failed',
    when: 'A key ring could not make a new key when one was due. Who calls `rotate` is told by its error instead.',
    fields: [thrown()],
    metric: {
      name: 'base.key_ring.rotation_failures',
      unit: '{failure}',
      description: 'New keys that were due, and that key rings could not make',
    },
    log: { message: 'key ring could not make a new key', level: 'error' },
    span: 'none',
  },
  {
    channel: 'base:auth:key-ring:compromised',
    when: 'A key was taken out of a key ring at once.',
    fields: [detail('kid', 'base.kid', 'Its name')],
    metric: {
      name: 'base.key_ring.compromises',
      unit: '{key}',
      description: 'Keys taken out of key rings at once',
    },
    log: { message: 'key taken out of its ring', level: 'warn' },
    span: 'none',
  },
]

const rights: readonly ChannelRule[] = [
  {
    channel: 'base:auth:authorization:decided',
    when: 'Somebody asked whether an action is permitted.',
    fields: [
      label('action', 'base.action', 'The action'),
      label('decision', 'base.decision', 'The decision', { values: ['allow', 'deny', 'conditional'] }),
      detail('reasons', 'base.reasons', 'The policies and permissions that decided', textsOf),
      detail('errors.length', 'base.policy_errors', 'Policies that could not be asked'),
      hidden('principal', 'Who asked, with all that you know of them'),
    ],
    metric: {
      name: 'base.authorization.decisions',
      unit: '{decision}',
      description: 'Decisions whether an action is permitted',
    },
    log: { message: 'decided whether an action is permitted', level: 'debug' },
    span: 'none',
  },
  {
    channel: 'base:auth:audit:failed',
    when: 'An entry could not be written to the audit trail.',
    fields: [
      label('chain', 'base.chain', 'The chain'),
      detail('action', 'base.action', 'What was to be recorded'),
      thrown(),
    ],
    metric: {
      name: 'base.audit.failures',
      unit: '{entry}',
      description: 'Entries that could not be written to audit trails',
    },
    log: { message: 'entry could not be written to the audit trail', level: 'error', perSecond: EACH },
    span: 'event',
  },
]

export const authChannels: readonly ChannelRule[] = [...credentials, ...keys, ...rights]

function textsOf(reasons: unknown): unknown {
  return Array.isArray(reasons) ? reasons.slice(0, 20).map(String) : undefined
}
