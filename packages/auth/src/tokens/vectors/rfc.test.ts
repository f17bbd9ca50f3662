import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hmacKey, type JsonWebKey, thumbprint, verifyJws } from '../index.js'
import { usableKey } from '../keys/usable-key.js'

const PAYLOAD =
  'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
const TEXT = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'

const text = (result: Awaited<ReturnType<typeof verifyJws>>) =>
  result.ok ? new TextDecoder().decode(result.value.payload) : result.error.code

describe('RFC 7515, appendix A', () => {
  test('A.1: HS256, with line breaks in its header', async () => {
    const secret = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
    const token = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`
    const keys = hmacKey(Buffer.from(secret, 'base64url'))
    expect(text(await verifyJws(token, { keys, algorithms: ['HS256'] }))).toBe(TEXT)
  })

  test('A.2: RS256', async () => {
    const n =
      'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ'
    const signature =
      'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw'
    const keys = { keys: [{ kty: 'RSA', n, e: 'AQAB' }] }
    const token = `eyJhbGciOiJSUzI1NiJ9.${PAYLOAD}.${signature}`
    expect(text(await verifyJws(token, { keys, algorithms: ['RS256'] }))).toBe(TEXT)
  })

  test('A.3: ES256', async () => {
    const keys = {
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        },
      ],
    }
    const signature = 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
    const token = `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.${signature}`
    expect(text(await verifyJws(token, { keys, algorithms: ['ES256'] }))).toBe(TEXT)
  })

  test('A.4: ES512 is good, and is not offered', async () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-521',
      x: 'AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk',
      y: 'ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2',
    }
    const signed = 'eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA'
    const signature =
      'AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn'
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const bytes = Buffer.from(signature, 'base64url')
    const isGood = verifySignature('sha512', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, bytes)
    expect(isGood).toBe(true)
    expect(
      text(await verifyJws(`${signed}.${signature}`, { keys: { keys: [jwk] }, algorithms: ['ES256'] })),
    ).toBe('TOKEN_ALG_NOT_ALLOWED')
    expect(usableKey(jwk)).toBe('its curve is not P-256')
  })

  test('A.5: a token that is not signed is refused', async () => {
    const keys = hmacKey('x'.repeat(32))
    const token = `eyJhbGciOiJub25lIn0.${PAYLOAD}.`
    expect(text(await verifyJws(token, { keys, algorithms: ['HS256'] }))).toBe('TOKEN_ALG_NOT_ALLOWED')
  })

  test('A.6 and A.7: the JSON forms are not read', async () => {
    const keys = hmacKey('x'.repeat(32))
    const [header, signature] = ['eyJhbGciOiJFUzI1NiJ9', 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXF']
    const flattened = { payload: PAYLOAD, protected: header, header: { kid: 'e9bc097a' }, signature }
    const general = { payload: PAYLOAD, signatures: [{ protected: header, signature }] }
    for (const form of [general, flattened]) {
      const result = await verifyJws(JSON.stringify(form), { keys, algorithms: ['HS256'] })
      expect(text(result)).toBe('TOKEN_MALFORMED')
    }
  })
})

const RSA: JsonWebKey = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
}

test('RFC 7517, appendix A.1 and A.3: which of the keys may verify', () => {
  const ec = {
    kty: 'EC',
    crv: 'P-256',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    use: 'enc',
    kid: '1',
  }
  const wrapping = { kty: 'oct', alg: 'A128KW', k: 'GawgguFyGrWKav7AX4VKUg' }
  const hmac = {
    kty: 'oct',
    k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    kid: 'HMAC key used in JWS spec Appendix A.1 example',
  }
  expect(usableKey(RSA)).toMatchObject({ kid: '2011-04-29', algorithms: ['RS256'] })
  expect(usableKey(ec)).toBe('its use is not sig')
  expect(usableKey(wrapping)).toBe('a secret must say its HS algorithm')
  expect(usableKey(hmac)).toBe('a secret must say its HS algorithm')
  expect(usableKey({ ...hmac, alg: 'HS256' })).toMatchObject({ algorithms: ['HS256'] })
})

test('RFC 7638, section 3.1: the thumbprint of an RSA key', async () => {
  expect(await thumbprint(RSA)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})

describe('RFC 8037, appendix A', () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

  test('A.3: the thumbprint of an Ed25519 key', async () => {
    expect(await thumbprint(jwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  test('A.5: a signature with it', async () => {
    const token =
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'
    expect(text(await verifyJws(token, { keys: { keys: [jwk] }, algorithms: ['Ed25519'] }))).toBe(
      'Example of Ed25519 signing',
    )
  })
})
