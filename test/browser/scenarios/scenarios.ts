import type { Test } from 'tap'
import type { Browser, Engine } from '../engines/engine.js'
import { createCertificate } from '../servers/certificate.js'
import { startPages } from '../servers/pages.js'
import { Recorder } from '../servers/recorder.js'
import { startApi, type Api } from './api.js'
import { Client, header, json } from './client.js'
import { findFont } from './font.js'

const JSON_TYPE = ['Content-Type', 'application/json'] as const

interface Context {
  readonly t: Test
  readonly client: Client
  readonly api: Api
  readonly engine: Engine
  readonly hasFont: boolean
}

/** What pages do, each as a user of the plugin would tell it. */
const SCENARIOS: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  async 'a simple GET and POST are read without a preflight' ({ t, client, api }) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const seen = await client.fetch('localhost', `${api.http}/listed/things/1`, {
        method, ...(method === 'POST' ? { body: 'x', headers: [['Content-Type', 'text/plain']] } : {})
      })
      t.equal(seen.readable, true, `${method} is read`)
      t.same(seen.methods, [method], 'nothing else is sent')
    }
  },

  async 'a JSON POST is preflighted, and read' ({ t, client, api }) {
    const seen = await client.fetch('localhost', `${api.http}/listed/things/1`, { method: 'POST', headers: [JSON_TYPE], body: '{"a":1}' })
    t.same(seen.methods, ['OPTIONS', 'POST'])
    t.same(json(seen)['body'], { a: 1 })
  },

  async 'PUT, PATCH, DELETE and a custom method are preflighted, and read' ({ t, client, api }) {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'PURGE']) {
      const seen = await client.fetch('localhost', `${api.http}/listed/things/1`, { method })
      t.same(seen.methods, ['OPTIONS', method])
      t.equal(json(seen)['method'], method)
    }
  },

  async 'a method that no route at the URL has is stopped by its preflight' ({ t, client, api }) {
    const seen = await client.fetch('localhost', `${api.http}/listed/`, { method: 'DELETE' })
    t.same(seen.methods, ['OPTIONS'])
    t.equal(seen.readable, false)
  },

  async 'Authorization and custom headers arrive if listed' ({ t, client, api }) {
    const seen = await client.fetch('localhost', `${api.http}/listed/things/1`, { headers: [['Authorization', 'Bearer x'], ['X-Custom', 'own']] })
    t.same(seen.methods, ['OPTIONS', 'GET'])
    t.match(json(seen), { authorization: 'Bearer x', custom: 'own' })
  },

  async 'a header that is not listed is stopped by the preflight' ({ t, client, api }) {
    const seen = await client.fetch('localhost', `${api.http}/listed/things/1`, { headers: [['X-Unlisted', '1']] })
    t.same(seen.methods, ['OPTIONS'])
    t.equal(seen.readable, false)
  },

  async "allowedHeaders: '*' and methods: '*' allow whatever is asked for, with and without credentials" ({ t, client, api }) {
    const options = { method: 'PATCH', headers: [['Authorization', 'Bearer x'], ['X-Whatever', '1'], JSON_TYPE], body: '{}' } as const
    for (const [prefix, credentials] of [['/wildcards', 'omit'], ['/mirrored', 'omit'], ['/mirrored', 'include']] as const) {
      const seen = await client.fetch('localhost', `${api.http}${prefix}/things/1`, { ...options, credentials })
      t.equal(seen.status, 200, `${prefix}, credentials ${credentials}`)
    }
  },

  async 'a cookie set on one response is sent with the next request' ({ t, client, api }) {
    const login = await client.fetch('localhost', `${api.http}/listed/login`, { credentials: 'include' })
    t.equal(login.readable, true)
    const simple = await client.fetch('localhost', `${api.http}/listed/things/1`, { credentials: 'include' })
    t.match(json(simple)['cookie'], /session=secret/)
    const preflighted = await client.fetch('localhost', `${api.http}/listed/things/1`, { method: 'PUT', credentials: 'include' })
    t.match(json(preflighted)['cookie'], /session=secret/)
    t.notOk(preflighted.exchanges[0]?.headers.some(([name]) => name.toLowerCase() === 'cookie'), 'the preflight has no cookie')
    const without = await client.fetch('localhost', `${api.http}/listed/things/1`)
    t.equal(json(without)['cookie'], undefined, "credentials: 'same-origin' leaves it at home")
  },

  async 'credentials are refused where the policy has none' ({ t, client, api }) {
    const any = await client.fetch('localhost', `${api.http}/open/things/1`, { credentials: 'include' })
    t.equal(any.readable, false, 'any origin')
    const listed = await client.fetch('localhost', `${api.http}/cached/things/1`, { credentials: 'include' })
    t.equal(listed.readable, false, 'a listed origin')
  },

  async 'only exposed response headers are seen' ({ t, client, api }) {
    const listed = await client.fetch('localhost', `${api.http}/listed/things/1`)
    t.equal(header(listed, 'x-exposed'), 'exposed')
    t.equal(header(listed, 'x-hidden'), undefined)
    t.match(header(listed, 'content-type'), /json/, 'a safelisted one is seen anyway')
    const all = await client.fetch('localhost', `${api.http}/wildcards/things/1`)
    t.equal(header(all, 'x-hidden'), 'hidden', "exposedHeaders: '*'")
  },

  async 'a preflight is asked once within maxAge' ({ t, client, api }) {
    await client.open('localhost')
    const { url, exchanges } = client.url(`${api.http}/cached/things/1`)
    for (let time = 0; time < 3; time++) t.match(await client.call('fetch', { url, method: 'PUT' }), { readable: true })
    t.same(exchanges().map(({ method }) => method), ['OPTIONS', 'PUT', 'PUT', 'PUT'])
  },

  async 'a preflight is asked each time with maxAge: 0' ({ t, client, api }) {
    await client.open('localhost')
    const { url, exchanges } = client.url(`${api.http}/uncached/things/1`)
    for (let time = 0; time < 2; time++) t.match(await client.call('fetch', { url, method: 'PUT' }), { readable: true })
    t.same(exchanges().map(({ method }) => method), ['OPTIONS', 'PUT', 'OPTIONS', 'PUT'])
  },

  async 'errors are read by an allowed page: 500, 404, 400 of the validation' ({ t, client, api }) {
    const thrown = await client.fetch('localhost', `${api.http}/listed/throws`)
    t.match(json(thrown), { statusCode: 500, message: 'thrown' })
    const missing = await client.fetch('localhost', `${api.http}/listed/nothing/here`)
    t.match(json(missing), { statusCode: 404 })
    const missingPut = await client.fetch('localhost', `${api.http}/listed/nothing/here`, { method: 'PUT', headers: [['X-Custom', '1']] })
    t.match(json(missingPut), { statusCode: 404 })
    const invalid = await client.fetch('localhost', `${api.http}/listed/validated`, { method: 'POST', headers: [JSON_TYPE], body: '{}' })
    t.match(json(invalid), { statusCode: 400, code: 'FST_ERR_VALIDATION' })
    const malformed = await client.fetch('localhost', `${api.http}/listed/validated`, { method: 'POST', headers: [JSON_TYPE], body: '{' })
    t.equal(malformed.status, 400, 'a body that does not parse')
  },

  async 'a refused page reads nothing, and its preflighted requests never arrive' ({ t, client, api }) {
    const simple = await client.fetch('address', `${api.http}/listed/things/1`)
    t.equal(simple.readable, false)
    t.same(simple.methods, ['GET'], 'CORS is no access control: a simple request arrives')
    t.notOk(simple.exchanges[0]?.response?.headers.some(([name]) => /^access-control-/i.test(name)), 'it learns nothing')
    const put = await client.fetch('address', `${api.http}/listed/things/1`, { method: 'PUT' })
    t.equal(put.readable, false)
    t.same(put.methods, ['OPTIONS'])
    t.equal(put.exchanges[0]?.response?.status, 403)
    const error = await client.fetch('address', `${api.http}/listed/throws`)
    t.equal(error.readable, false)
  },

  async 'pages of several origins are allowed, a subdomain by a pattern' ({ t, client, api }) {
    t.equal((await client.fetch('subdomain', `${api.http}/listed/things/1`, { method: 'PUT', credentials: 'include' })).readable, true)
    t.equal((await client.fetch('subdomain', `${api.http}/pattern/things/1`, { method: 'PUT', credentials: 'include' })).readable, true)
    t.equal((await client.fetch('localhost', `${api.http}/pattern/things/1`)).readable, false, 'the apex is not in the pattern')
  },

  async 'a page over https reads from an API over https' ({ t, client, api }) {
    const seen = await client.fetch('secure', `${api.https}/listed/things/1`, { method: 'PUT', credentials: 'include', headers: [['X-Custom', 'own']] })
    t.match(json(seen), { method: 'PUT', custom: 'own' })
  },

  async "a sandboxed frame is 'null': refused, unless allowed on demand" ({ t, client, api }) {
    t.equal((await client.fetch('sandboxed', `${api.http}/listed/things/1`)).readable, false)
    t.equal((await client.fetch('sandboxed', `${api.http}/listed/things/1`, { method: 'PUT' })).readable, false)
    const allowed = await client.fetch('sandboxed', `${api.http}/null/things/1`, { method: 'PUT' })
    t.equal(allowed.status, 200)
    t.match(allowed.exchanges[0]?.headers.find(([name]) => name.toLowerCase() === 'origin')?.[1], 'null')
    t.equal((await client.fetch('sandboxed', `${api.http}/open/things/1`, { method: 'PUT' })).readable, true, 'any origin means null too')
  },

  async 'redirects are followed within the API, preflighted or not' ({ t, client, api }) {
    const redirect = (to: string, status: number) => `${api.http}/listed/redirect?to=${encodeURIComponent(to)}&status=${status}`
    const simple = await client.fetch('localhost', redirect('/listed/things/1', 302))
    t.match(simple, { readable: true, redirected: true, status: 200 })
    const put = await client.fetch('localhost', redirect('/listed/things/1', 307), { method: 'PUT', headers: [['X-Custom', 'own']] })
    t.match(json(put), { method: 'PUT', custom: 'own' })
    const post = await client.fetch('localhost', redirect('/listed/things/1', 303), { method: 'POST' })
    t.match(json(post), { method: 'GET' })
  },

  async "a redirect to another origin makes the page's origin null" ({ t, client, api }) {
    const redirect = (to: string) => `${api.http}/listed/redirect?to=${encodeURIComponent(to)}&status=307`
    t.equal((await client.fetch('localhost', redirect(`${api.other}/open/things/1`))).readable, true, "read where '*' is allowed")
    t.equal((await client.fetch('localhost', redirect(`${api.other}/listed/things/1`))).readable, false, "refused where only the page's own is")
  },

  async 'a streamed reply is read part by part' ({ t, client, api }) {
    for (const prefix of ['/open', '/listed']) {
      await client.open('localhost')
      t.same(await client.call('stream', { url: `${api.http}${prefix}/stream`, goOn: `${api.http}${prefix}/stream` }), { first: 'first ', rest: 'second' })
    }
  },

  async 'an EventSource with credentials reads a hijacked reply with rawHeaders' ({ t, client, api }) {
    await client.fetch('localhost', `${api.http}/listed/login`, { credentials: 'include' })
    const seen = await client.call('eventSource', { url: `${api.http}/raw/events`, withCredentials: true }) as { readable: boolean, data: string }
    t.equal(seen.readable, true)
    t.match(JSON.parse(seen.data), { cookie: /session=secret/ })
    await client.open('address')
    t.same(await client.call('eventSource', { url: `${api.http}/raw/events`, withCredentials: true }), { readable: false }, 'a refused page does not')
  },

  async 'XMLHttpRequest reads, with credentials, an upload that is watched, and no hidden header' ({ t, client, api }) {
    await client.open('localhost')
    const simple = client.url(`${api.http}/listed/things/1`)
    const seen = await client.call('xhr', { url: simple.url, withCredentials: true }) as { headers: string }
    t.match(seen, { readable: true, status: 200 })
    t.match(seen.headers, /x-exposed: exposed/)
    t.notMatch(seen.headers, /x-hidden/)
    const upload = client.url(`${api.http}/listed/things/1`)
    t.match(await client.call('xhr', { url: upload.url, method: 'POST', body: 'text', watchUpload: true }), { readable: true, status: 200 })
    t.same(upload.exchanges().map(({ method }) => method), ['OPTIONS', 'POST'], 'who watches an upload is preflighted')
    await client.open('address')
    t.match(await client.call('xhr', { url: `${api.http}/listed/things/1` }), { readable: false, status: 0 }, 'a refused page reads nothing')
  },

  async 'a module script runs on an allowed page only' ({ t, client, api }) {
    await client.open('localhost')
    t.same(await client.call('moduleScript', { url: `${api.http}/listed/module.js` }), { readable: true, ran: true })
    await client.open('address')
    t.same(await client.call('moduleScript', { url: `${api.http}/listed/module.js` }), { readable: false, ran: false })
    t.same(await client.call('moduleScript', { url: `${api.http}/open/module.js` }), { readable: true, ran: true })
  },

  async 'the pixels of a crossorigin image are read by an allowed page only' ({ t, client, api }) {
    const image = `${api.http}/listed/image.png`
    await client.open('localhost')
    t.same(await client.call('image', { url: image, crossOrigin: 'anonymous' }), { loaded: true, readable: true })
    t.same(await client.call('image', { url: `${image}?2`, crossOrigin: 'use-credentials' }), { loaded: true, readable: true })
    t.same(await client.call('image', { url: `${image}?3` }), { loaded: true, readable: false }, 'without crossorigin it is shown, not read')
    await client.open('address')
    t.same(await client.call('image', { url: image, crossOrigin: 'anonymous' }), { loaded: false, readable: false })
  },

  async 'a font is loaded by an allowed page only, save in WebKit' ({ t, client, api, engine, hasFont }) {
    if (!hasFont) {
      t.pass('no font on this machine', { skip: true })
      return
    }
    await client.open('localhost')
    t.same(await client.call('font', { url: `${api.http}/listed/font` }), { readable: true })
    await client.open('address')
    const refused = client.url(`${api.http}/listed/font`)
    const seen = await client.call('font', { url: refused.url })
    if (engine.name === 'webkit') {
      // https://www.w3.org/TR/css-fonts-4/#font-fetching-requirements wants CORS; WebKit loads a FontFace in mode no-cors.
      const modes = refused.exchanges().map(({ headers }) => headers.find(([name]) => name.toLowerCase() === 'sec-fetch-mode')?.[1])
      t.same(modes, ['no-cors'], 'WebKit never asks')
    } else {
      t.same(seen, { readable: false })
    }
    t.same(await client.call('font', { url: `${api.http}/open/font` }), { readable: true })
  },

  async "a route's own options hold for its requests and its preflights" ({ t, client, api }) {
    const readable = async (page: 'localhost' | 'address', path: string, options = {}) =>
      (await client.fetch(page, `${api.http}/overrides/${path}`, options)).readable
    t.equal(await readable('localhost', 'inherited', { method: 'PUT' }), true, "the scope's own origin")
    t.equal(await readable('localhost', 'none'), false, 'cors: false')
    t.equal(await readable('localhost', 'none', { method: 'PUT' }), false, 'cors: false, preflighted')
    t.equal(await readable('localhost', 'others', { method: 'PUT' }), false, "not the scope's origin")
    t.equal(await readable('localhost', 'headers', { headers: [['X-Route', '1']] }), true, 'a header of the route')
    t.equal(await readable('localhost', 'inherited', { headers: [['X-Route', '1']] }), false, 'not of the scope')
    t.equal(await readable('localhost', 'methods', { method: 'PUT' }), false, 'methods of the route')
    t.equal(await readable('address', 'others', { method: 'PUT' }), true, "the route's own origin")
    t.equal(await readable('address', 'inherited', { method: 'PUT' }), false, "not the scope's")
  },

  async 'nested scopes replace or inherit, siblings stand side by side' ({ t, client, api }) {
    const expected = [
      ['localhost', '/parent', true], ['localhost', '/parent/heir', true], ['localhost', '/parent/child', false], ['localhost', '/sibling', false],
      ['address', '/parent', false], ['address', '/parent/heir', false], ['address', '/parent/child', true], ['address', '/sibling', true]
    ] as const
    for (const [page, prefix, readable] of expected) {
      const simple = await client.fetch(page, `${api.http}${prefix}/things/1`)
      const put = await client.fetch(page, `${api.http}${prefix}/things/1`, { method: 'PUT' })
      t.same([simple.readable, put.readable], [readable, readable], `${page} ${prefix}`)
    }
  },

  async 'an unprefixed scope answers for its own routes, and for none outside' ({ t, client, api }) {
    for (const options of [{}, { method: 'PUT' }]) {
      t.equal((await client.fetch('localhost', `${api.http}/unprefixed`, options)).readable, true)
      const outside = await client.fetch('localhost', `${api.http}/outside`, options)
      t.equal(outside.readable, false)
      const alike = await client.fetch('localhost', `${api.http}/listedbutnot/things/1`, options)
      t.equal(alike.readable, false)
      for (const { response } of [...outside.exchanges, ...alike.exchanges]) {
        t.notOk(response?.headers.some(([name]) => /^(?:access-control-|vary$)/i.test(name)), 'it is as without the plugin')
      }
    }
  }
}

export async function testScenarios (t: Test, engine: Engine, browser: Browser): Promise<void> {
  const certificate = await createCertificate()
  const recorder = new Recorder()
  const pages = await startPages(certificate, recorder)
  t.teardown(() => pages.close())
  const font = await findFont()
  const api = await startApi(pages, font, certificate, recorder)
  t.teardown(() => api.close())
  const client = new Client(browser, pages, recorder)
  for (const [title, run] of Object.entries(SCENARIOS)) {
    await t.test(title, t => run({ t, client, api, engine, hasFont: font !== undefined }))
  }
}
