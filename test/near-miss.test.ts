import t from 'tap'
import { nearestOrigin, type NearMiss } from '../lib/diagnostics/near-miss.js'
import type { OriginSet } from '../lib/origin/origin-set.js'
import type { OriginPolicy } from '../lib/policy/origin-option.js'
import { compilePolicy } from '../lib/policy/policy.js'

type Listed = Extract<OriginPolicy, { kind: 'listed' }>

function listed (origin: string | ReadonlyArray<string | RegExp>): Listed {
  return compilePolicy({ origin, dangerouslyAllow: 'null-origin' }).origins as Listed
}

const rows: Array<[configured: string | Array<string | RegExp>, refused: string, miss: NearMiss | undefined]> = [
  // Scheme.
  ['https://a.example', 'http://a.example', { allowed: 'https://a.example', difference: 'has another scheme: "https://a.example" is allowed' }],
  ['http://a.example:8080', 'https://a.example:8080', { allowed: 'http://a.example:8080', difference: 'has another scheme: "http://a.example:8080" is allowed' }],
  ['http://a.example', 'https://a.example:80', { allowed: 'http://a.example', difference: 'has another scheme: "http://a.example" is allowed' }],
  ['https://*.a.example', 'http://x.a.example', { allowed: 'https://x.a.example', difference: 'has another scheme: "https://x.a.example" is allowed' }],
  ['capacitor://localhost', 'ionic://localhost', undefined],
  // Port.
  ['http://localhost:3000', 'http://localhost:5173', { allowed: 'http://localhost:3000', difference: 'has another port: "http://localhost:3000" is allowed' }],
  ['http://localhost:3000', 'http://localhost', { allowed: 'http://localhost:3000', difference: 'has another port: "http://localhost:3000" is allowed' }],
  ['https://a.example', 'https://a.example:8443', { allowed: 'https://a.example', difference: 'has another port: "https://a.example" is allowed' }],
  ['http://[::1]:3000', 'http://[::1]:3001', { allowed: 'http://[::1]:3000', difference: 'has another port: "http://[::1]:3000" is allowed' }],
  ['https://*.a.example:8443', 'https://x.a.example', { allowed: 'https://x.a.example:8443', difference: 'has another port: "https://x.a.example:8443" is allowed' }],
  [['https://*.a.example', 'https://b.example'], 'https://x.a.example:8443', { allowed: 'https://x.a.example', difference: 'has another port: "https://x.a.example" is allowed' }],
  // www.
  ['https://a.example', 'https://www.a.example', { allowed: 'https://a.example', difference: 'has www. before its host: "https://a.example" is allowed' }],
  ['https://www.a.example', 'https://a.example', { allowed: 'https://www.a.example', difference: 'lacks www. before its host: "https://www.a.example" is allowed' }],
  // A dot at the end.
  ['https://a.example', 'https://a.example.', { allowed: 'https://a.example', difference: 'has a dot at the end of its host: "https://a.example" is allowed' }],
  ['https://a.example.', 'https://a.example', { allowed: 'https://a.example.', difference: 'lacks the dot at the end of its host: "https://a.example." is allowed' }],
  // Apex and subdomain.
  ['https://*.a.example', 'https://a.example', { allowed: 'https://*.a.example', difference: 'is the domain itself, which "https://*.a.example" does not cover' }],
  ['https://*.a.example:8443', 'https://a.example:8443', { allowed: 'https://*.a.example:8443', difference: 'is the domain itself, which "https://*.a.example:8443" does not cover' }],
  ['https://*.a.example:*', 'https://a.example:8443', { allowed: 'https://*.a.example:*', difference: 'is the domain itself, which "https://*.a.example:*" does not cover' }],
  ['https://a.example', 'https://app.a.example', { allowed: 'https://a.example', difference: 'is a subdomain: "https://a.example" is allowed' }],
  ['https://a.example', 'https://x.y.z.a.example', { allowed: 'https://a.example', difference: 'is a subdomain: "https://a.example" is allowed' }],
  ['https://a.example', `https://${'x.'.repeat(17)}a.example`, undefined],
  ['https://2.3.0.4', 'https://1.2.3.4', undefined],
  // This machine.
  ['http://localhost:3000', 'http://127.0.0.1:3000', { allowed: 'http://localhost:3000', difference: 'names this machine in another way: "http://localhost:3000" is allowed' }],
  ['http://127.0.0.1:3000', 'http://localhost:3000', { allowed: 'http://127.0.0.1:3000', difference: 'names this machine in another way: "http://127.0.0.1:3000" is allowed' }],
  ['http://localhost:*', 'http://[::1]:3000', { allowed: 'http://localhost:3000', difference: 'names this machine in another way: "http://localhost:3000" is allowed' }],
  // RegExps.
  [[/https:\/\/a\.example/], 'https://a.example.evil.example', { allowed: '/https:\\/\\/a\\.example/', difference: 'matches "/https:\\\\/\\\\/a\\\\.example/" only in the part "https://a.example", and it has to match as a whole' }],
  [[/https:\/\/[a-z]\.other\.example/, /https:\/\/A\.EXAMPLE/gi], 'https://a.example:8443', { allowed: '/https:\\/\\/A\\.EXAMPLE/gi', difference: 'matches "/https:\\\\/\\\\/A\\\\.EXAMPLE/gi" only in the part "https://a.example", and it has to match as a whole' }],
  [[/(?:https:\/\/b\.example)?/], 'https://a.example', undefined],
  // Not as browsers write it.
  ['https://a.example', 'https://a.example/', { allowed: 'https://a.example', difference: 'is not written as browsers send it: "https://a.example" is allowed' }],
  ['https://a.example', 'HTTPS://A.example:443', { allowed: 'https://a.example', difference: 'is not written as browsers send it: "https://a.example" is allowed' }],
  ['https://*.a.example', 'x.a.example/path', { allowed: 'https://x.a.example', difference: 'is not written as browsers send it: "https://x.a.example" is allowed' }],
  ['https://a.example', 'https://b.example/', undefined],
  ['https://a.example', `https://a.example/${'x'.repeat(1000)}`, undefined],
  ['https://a.example', '', undefined],
  // Nothing is near.
  ['https://a.example', 'null', undefined],
  ['null', 'https://a.example', undefined],
  ['https://a.example', 'https://a.example.evil.example', undefined],
  ['https://a.example', 'https://evil-a.example', undefined],
  ['https://a.example', 'http://a.example:8080', undefined]
]

t.test('the nearest allowed origin is named, with what is different', async t => {
  for (const [configured, refused, miss] of rows) {
    const policy = listed(configured)
    t.notOk(policy.origins.has(refused), `${refused} is refused`)
    t.strictSame(nearestOrigin(policy, refused), miss, `${refused} by ${String(configured)}`)
    if (miss !== undefined && !miss.allowed.includes('*') && !miss.allowed.startsWith('/')) t.ok(policy.origins.has(miss.allowed), 'what is called allowed is')
  }
})

/** The policy with a set that counts the questions. */
function counted (policy: Listed): { policy: Listed, asked: () => number } {
  let asked = 0
  const origins = { has (text: string) { asked++; return policy.origins.has(text) } } as unknown as OriginSet
  return { policy: { ...policy, origins }, asked: () => asked }
}

t.test('the work has a limit, whatever is configured and whatever comes', async t => {
  const many = listed(Array.from({ length: 100_000 }, (_, index) => index % 2 === 0 ? `https://a${index}.example:${1000 + index % 1000}` : `https://*.b${index}.example:${1000 + index % 1000}`))
  let read = 0
  const entries = new Proxy(many.entries, {
    get (target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) read++
      return Reflect.get(target, key, receiver) as unknown
    }
  })
  for (const refused of [
    'https://c.example',
    `https://${'x.'.repeat(120)}example`,
    'https://a99998.example:1',
    `https://a.example/${'x'.repeat(16_384)}`,
    `${'\\'.repeat(16_384)}`,
    'x'.repeat(16_384)
  ]) {
    read = 0
    const { policy, asked } = counted({ ...many, entries })
    nearestOrigin(policy, refused)
    t.ok(read <= 1000, `${read} entries are read`)
    t.ok(asked() <= 40, `the set is asked ${asked()} times`)
  }
})

t.test('a hint from the first thousand entries is still found', async t => {
  const many = listed([...Array.from({ length: 999 }, (_, index) => `https://a${index}.example`), 'http://localhost:3000', 'http://localhost:4000'])
  t.equal(nearestOrigin(many, 'http://localhost:5000')?.allowed, 'http://localhost:3000')
  t.equal(nearestOrigin(many, 'https://localhost:4000')?.allowed, 'http://localhost:4000', 'one change of the origin is looked up, however long the list')
})
